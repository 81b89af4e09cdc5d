"""Splits by any name and place: what is trained on, and what is compared with."""

import io
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from condgan.core.errors import DataError, NoSplitError
from condgan.data.doctor import remarks
from condgan.data.splits import split_of
from tests.conftest import picture
from tests.data.files import NOTHING, PAIRS, RANDOM, counts, fill, kinds, listed, load


@pytest.mark.parametrize(
    ("name", "split"),
    [
        *(("train", "train"), ("Training_set", "train"), ("TRAIN", "train"), ("seg_train", "train")),
        *(("train2017", "train"), ("trainset", "train"), ("valid", "val"), ("Validation", "val"), ("dev", "val")),
        *(("eval", "val"), ("testing", "test"), ("Test Set", "test"), ("PrivateTest", "test"), ("test_images", "test")),
        *(("wren", None), ("trainer", None), ("latest", None), ("bullet train", None), ("train_test", None)),
    ],
)
def test_names_of_splits(name: str, split: str | None) -> None:
    assert split_of(name) == split


def test_splits_beside_something_else(tmp_path: Path) -> None:
    fill(tmp_path / "train", ["x", "y"]), fill(tmp_path / "test", ["x", "y"], 4), fill(tmp_path, ["pred"], 5)
    dataset, test = load(tmp_path), load(tmp_path, split="test")
    assert counts(dataset) == {"x": 10, "y": 10} and counts(test) == {"x": 4, "y": 4}
    assert kinds(dataset) == ["not-a-split"] and "pred (5)" in remarks(dataset)[0].text
    assert (dataset.split, test.split) == ("train", "test")


def test_splits_in_wrappers_with_what_tools_leave(tmp_path: Path) -> None:
    home = tmp_path / "wrapper"
    for part, n in (("train", 10), ("test", 4)):
        fill(home / part / part, ["x", "y"], n)
        fill(home / part / part / "x", [".ipynb_checkpoints", "@eaDir"], 3)
        picture(0).save(home / part / part / "x" / "._000.png")
    fill(home, [".ipynb_checkpoints", "__MACOSX"], 3)
    dataset = load(tmp_path)
    assert counts(dataset) == {"x": 10, "y": 10} and counts(load(tmp_path, split="test")) == {"x": 4, "y": 4}
    assert kinds(dataset) == ["hidden"]


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    fill(tmp_path, ["train", "bus", "plane"])
    dataset = load(tmp_path)
    assert counts(dataset) == {"bus": 10, "plane": 10, "train": 10}
    assert kinds(dataset) == ["classes-like-splits"]


def test_splits_without_class_folders(tmp_path: Path) -> None:
    fill(tmp_path, ["train", "test", "pred"], 4)
    with pytest.raises(DataError, match="4 images but no class folders"):
        load(tmp_path)
    dataset = load(tmp_path, NOTHING)
    assert len(dataset) == 4 and kinds(dataset) == ["not-a-split"]


def test_splits_below_each_class(tmp_path: Path) -> None:
    for name in ("robin", "wren"):
        fill(tmp_path / name, ["train"], 10), fill(tmp_path / name, ["test"], 3)
    assert counts(load(tmp_path)) == {"robin": 10, "wren": 10}
    assert counts(load(tmp_path, split="test")) == {"robin": 3, "wren": 3}


def test_the_validation_split_judges_where_there_is_no_test_split(tmp_path: Path) -> None:
    fill(tmp_path / "train", ["a", "b"]), fill(tmp_path / "val", ["a", "b"], 5)
    dataset, test = load(tmp_path), load(tmp_path, split="test")
    assert len(dataset) == 20 and counts(test) == {"a": 5, "b": 5} and test.split == "val"
    assert "val-judges" in kinds(dataset)
    with pytest.raises(DataError, match=r"set data\.holdout to 0"):
        load(tmp_path, holdout=0.2)
    assert len(load(tmp_path, holdout=0.0)) == 20
    shutil.rmtree(tmp_path / "val")
    with pytest.raises(DataError, match=r"no test split.*data\.holdout"):
        load(tmp_path, split="test")
    assert len(load(tmp_path, split="test", holdout=0.25)) == 5


def test_pairs_in_either_order_of_folders(tmp_path: Path) -> None:
    for side in "AB":
        fill(tmp_path / "one" / side, ["train"], 6), fill(tmp_path / "one" / side, ["val"], 3)
        fill(tmp_path / "two", [f"train{side}"], 6), fill(tmp_path / "two", [f"test{side}"], 3)
    for name, split in (("one", "val"), ("two", "test")):
        assert len(load(tmp_path / name, PAIRS)) == 6
        test = load(tmp_path / name, PAIRS, "test")
        assert len(test) == 3 and test.split == split
    (tmp_path / "two" / "trainA" / "000.png").rename(tmp_path / "two" / "trainA" / "other.png")
    with pytest.raises(DataError, match=r"2 pictures without a partner.*A/other, B/000"):
        load(tmp_path / "two", PAIRS)


@pytest.mark.parametrize("third", ["unused", ""])
def test_rows_of_no_split_are_left_out_and_told(third: str, tmp_path: Path) -> None:
    rows = [f"{n}.png,{'ab'[n % 2]},{['train', 'test', third][n % 3]}" for n in range(12)]
    file = listed(tmp_path, "file_name,label,split", rows)
    assert (len(load(file)), len(load(file, split="test"))) == (4, 4)
    assert "not-a-split" in kinds(load(file))


@pytest.mark.parametrize(
    ("heading", "values"),
    [("dataset_type", ["train", "test"]), ("is_valid", ["False", "True"]), ("is_test", ["0", "1"])],
)
def test_columns_of_splits_by_other_names(heading: str, values: list[str], tmp_path: Path) -> None:
    rows = [f"{n}.png,{'ab'[n % 2]},{values[n % 3 == 2]}" for n in range(12)]
    file = listed(tmp_path, f"file_name,label,{heading}", rows)
    assert (len(load(file)), len(load(file, split="test"))) == (8, 4)


@pytest.mark.parametrize("name", ["metadata.csv", "labels.csv"])
def test_the_splits_of_a_table_are_the_folders_of_its_images(name: str, tmp_path: Path) -> None:
    rows = [f"{split}/{n}.png,{'ab'[n % 2]}" for split, count in (("train", 8), ("test", 6)) for n in range(count)]
    listed(tmp_path, "file_name,label", rows).rename(tmp_path / name)
    for data in (tmp_path, tmp_path / name):
        assert (len(load(data)), len(load(data, split="test"))) == (8, 6)


@pytest.mark.parametrize(
    "names", [("mnist_train", "mnist_test"), ("part.train", "part.test"), ("c-train-00", "c-val-00")]
)
def test_shards_whose_names_begin_otherwise(names: tuple[str, str], tmp_path: Path) -> None:
    buffer = io.BytesIO()
    picture(0).save(buffer, "PNG")
    for name, n in zip(names, (8, 6), strict=True):
        (tmp_path / "p").mkdir(exist_ok=True), (tmp_path / "t").mkdir(exist_ok=True)
        parquet.write_table(
            pa.table({"image": [buffer.getvalue()] * n, "label": [0, 1] * (n // 2)}), tmp_path / "p" / f"{name}.parquet"
        )
        with tarfile.open(tmp_path / "t" / f"{name}.tar", "w") as archive:
            for index in range(n):
                for suffix, content in (("png", buffer.getvalue()), ("cls", str(index % 2).encode())):
                    member = tarfile.TarInfo(f"{index}.{suffix}")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
    for data in (tmp_path / "p", tmp_path / "t"):
        assert (len(load(data)), len(load(data, split="test"))) == (8, 6)


def test_without_labels_nothing_leaks_either(tmp_path: Path) -> None:
    for name in ("x", "y"):
        fill(tmp_path / "a" / name, ["train"], 6), fill(tmp_path / "a" / name, ["test"], 3)
    (
        fill(tmp_path / "b", ["val", "test"], 3),
        fill(tmp_path / "c", ["mnist_train"], 6),
        fill(tmp_path / "c", ["mnist_test"], 3),
    )
    assert (len(load(tmp_path / "a", NOTHING)), len(load(tmp_path / "a", NOTHING, "test"))) == (12, 6)
    assert (len(load(tmp_path / "c", NOTHING)), len(load(tmp_path / "c", NOTHING, "test"))) == (6, 3)
    with pytest.raises(NoSplitError, match="no train split; b has test, val"):
        load(tmp_path / "b", NOTHING)


def test_a_table_of_pairs_with_splits(tmp_path: Path) -> None:
    rows = [f"{n}.png,m{n}.png,{'train' if n < 8 else 'test'}" for n in range(12)]
    images = [f"{side}{n}.png" for side in ("", "m") for n in range(12)]
    file = listed(tmp_path, "image,mask,split", rows, images)
    assert (len(load(file, PAIRS)), len(load(file, PAIRS, "test"))) == (8, 4)


def test_arrays_that_nothing_reads_are_told(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", images=images, labels=[0, 1] * 6, test_images=images[:4], test_labels=[0, 1] * 2)
    np.savez(tmp_path / "b.npz", images=images, labels=[0, 1] * 6, folds=np.arange(12), seeds=np.arange(12))
    assert (len(load(tmp_path / "a.npz")), len(load(tmp_path / "a.npz", split="test"))) == (12, 4)
    (note,) = (note for note in remarks(load(tmp_path / "b.npz")) if note.kind == "unread")
    assert note.text == "arrays that nothing reads: folds"
