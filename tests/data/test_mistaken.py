"""Data that are nearly of another kind, and must not be taken for it."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from condgan.data.doctor import remarks
from tests.conftest import picture
from tests.data.files import counts, fill, kinds, listed, load, table


@pytest.mark.parametrize("names", [("0", "1", "2"), ("кот", "пёс"), ("public", "private"), ("2019", "2020")])
def test_class_folders_stay_classes_beside_a_table_of_something_else(names: tuple[str, ...], tmp_path: Path) -> None:
    fill(tmp_path, names, 6)
    rows = [f"{name}/{index:03d}.png,{'ab'[index % 2]}" for name in names for index in range(6)]
    table(tmp_path, "\n".join(["file,user", *rows]), "log.csv")
    dataset = load(tmp_path)
    assert counts(dataset) == dict.fromkeys(sorted(names), 6) and "unread" in kinds(dataset)


def test_folders_of_parts_with_a_table_of_their_images(tmp_path: Path) -> None:
    for data, folders in (("one", ["im"]), ("two", ["HAM_part_1", "HAM_part_2"])):
        for part, folder in enumerate(folders):
            fill(tmp_path / data, [folder], 6)
            for file in sorted((tmp_path / data / folder).iterdir(), reverse=True):
                file.rename(file.with_name(f"{int(file.stem) + 6 * part:03d}.png"))
        rows = [f"{index:03d},{'ab'[index % 2]}" for index in range(6 * len(folders))]
        table(tmp_path / data, "\n".join(["image_id,dx", *rows]), "metadata_of_it.csv")
        assert counts(load(tmp_path / data)) == {"a": 3 * len(folders), "b": 3 * len(folders)}


@pytest.mark.parametrize(
    ("values", "n"),
    [(["train", "query", "gallery"], 4), (["trainval", "test"], 6), (["train", ""], 6), (["0", "1", "2"], 4)],
)
def test_a_column_called_split_is_one(values: list[str], n: int, tmp_path: Path) -> None:
    heading = "partition" if "0" in values else "split"
    rows = [f"{index}.png,{'ab'[index // 3 % 2]},{values[index % len(values)]}" for index in range(12)]
    assert len(load(listed(tmp_path, f"file_name,label,{heading}", rows))) == n


def test_a_column_called_split_that_says_nothing_of_splits(tmp_path: Path) -> None:
    rows = [f"{index}.png,{'ab'[index % 2]},{'xy'[index // 3 % 2]}" for index in range(12)]
    dataset = load(listed(tmp_path, "file_name,label,split", rows))
    assert len(dataset) == 12 and "split-unused" in kinds(dataset)


def test_names_of_images_that_lie_in_the_folders_of_splits(tmp_path: Path) -> None:
    images = [f"{'train' if index < 8 else 'test'}/im{index}.png" for index in range(12)]
    rows = [f"im{index}.png,{'ab'[index % 2]}" for index in range(12)]
    file = listed(tmp_path, "file,label", rows, images)
    assert (len(load(file)), len(load(file, split="test"))) == (8, 4)


def test_class_folders_beside_a_parquet_file(tmp_path: Path) -> None:
    fill(tmp_path, ["cat", "dog"], 6)
    buffer = io.BytesIO()
    picture(0).save(buffer, "PNG")
    parquet.write_table(pa.table({"image": [buffer.getvalue()] * 2, "label": [0, 1]}), tmp_path / "cache.parquet")
    dataset = load(tmp_path)
    assert counts(dataset) == {"cat": 6, "dog": 6} and "unread" in kinds(dataset)


def test_shards_of_no_split_are_told(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    picture(0).save(buffer, "PNG")
    for name in ("train-0", "test-0", "test_train_overlap", "unsupervised"):
        parquet.write_table(
            pa.table({"image": [buffer.getvalue()] * 4, "label": [0, 1] * 2}), tmp_path / f"{name}.parquet"
        )
    dataset = load(tmp_path)
    (note,) = (note for note in remarks(dataset) if note.kind == "not-a-split")
    assert len(dataset) == 4 and note.text.endswith("test_train_overlap.parquet, unsupervised.parquet")


@pytest.mark.parametrize(
    "names", [("development", "testing"), ("toy_train", "toy_car", "toy_test"), ("training", "evaluation", "garage")]
)
def test_classes_that_are_called_nearly_like_splits(names: tuple[str, ...], tmp_path: Path) -> None:
    assert counts(load(fill(tmp_path, names, 4))) == dict.fromkeys(sorted(names), 4)


def test_a_test_split_of_other_folders_is_none_of_classes(tmp_path: Path) -> None:
    (
        fill(tmp_path / "train", ["a", "b"], 6),
        fill(tmp_path / "val", ["a", "b"], 3),
        fill(tmp_path / "test", ["images"], 4),
    )
    dataset, test = load(tmp_path), load(tmp_path, split="test")
    assert test.split == "val" and counts(test) == {"a": 3, "b": 3}
    assert {"not-a-split", "val-judges"} <= set(kinds(dataset))


def test_numbers_beside_names_of_images_are_no_pixels(tmp_path: Path) -> None:
    header = "file,label," + ",".join(f"x{place}" for place in range(64))
    rows = [f"{index}.png,{'ab'[index % 2]}," + ",".join(["0.5"] * 64) for index in range(12)]
    dataset = load(listed(tmp_path, header, rows))
    assert dataset.shape.channels == 3 and counts(dataset) == {"a": 6, "b": 6}
