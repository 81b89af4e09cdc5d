"""Neighbours of the layouts that people have: what is nearly one of them is read right, or told."""

import io
import json
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from condgan.core.errors import DataError, NoSplitError
from condgan.data import find
from condgan.data.doctor import remarks
from tests.conftest import picture
from tests.data.test_layouts_of_files import LABEL, NOTHING, PAIRS, RANDOM, counts, fill, kinds, load, masks, table


def listed(home: Path, header: str, rows: Sequence[str], images: Sequence[str] = ()) -> Path:
    """A table of images that are there."""
    for name in images or [row.split(",")[0] for row in rows]:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        picture(int(RANDOM.integers(1 << 40)), (8, 8)).save(home / name)
    return table(home, "\n".join([header, *rows] if header else rows) + "\n")


# splits that would leak


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


# columns


@pytest.mark.parametrize(
    ("header", "row", "names"),
    [
        ("filename,x,y,w,h,species", "{n}.png,{n},{m},5,5,{c}", ("cat", "dog")),
        ("file_name,target,species", "{n}.png,{n}.5,{c}", ("cat", "dog")),
        ("", "{n}.png,{n},{c}", ("cat", "dog")),
        ("file_name,label,class_name", "{n}.png,{m},{c}", ("cat", "dog")),
        ("sep=;\nfile_name;label", "{n}.png;{c}", ("cat", "dog")),
    ],
)
def test_the_column_that_is_meant(header: str, row: str, names: tuple[str, ...], tmp_path: Path) -> None:
    rows = [row.format(n=n, m=n % 2, c=["cat", "dog"][n % 2]) for n in range(12)]
    dataset = load(listed(tmp_path, header, rows, [f"{n}.png" for n in range(12)]))
    assert counts(dataset) == dict.fromkeys(names, 6)
    if row.count(",") > 1:
        assert "columns" in kinds(dataset)


def test_pixels_in_any_order_and_the_label_last(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 64), np.uint8)
    order = sorted(range(64), key=str)
    rows = [f"{n % 2}," + ",".join(str(images[n, place]) for place in order) for n in range(12)]
    header = "label," + ",".join(f"pixel{place}" for place in order)
    last = [",".join(map(str, images[n])) + f",{n % 2}" for n in range(12)]
    for lines in ([header, *rows], last, [",".join(map(str, range(65))), *last]):
        dataset = load(table(tmp_path, "\n".join(lines)))
        np.testing.assert_array_equal(dataset.target.reshape(12, 64), images)
        assert counts(dataset) == {"0": 6, "1": 6}


def test_a_quote_that_is_not_closed(tmp_path: Path) -> None:
    for count in (5, 6):  # the second of two closes the first, and the rows between would be its label
        rows = [f"{n}.png,{['cat', chr(34) + 'dog'][n % 2]}" for n in range(count)]
        with pytest.raises(DataError, match="a quote that is not closed"):
            load(listed(tmp_path, "file_name,label", rows))


@pytest.mark.parametrize("labels", [["7", "7.0", "8"], ["1", "2.0", "1.0"]])
def test_whole_numbers_are_one_class_however_they_are_written(labels: list[str], tmp_path: Path) -> None:
    file = listed(tmp_path, "file_name,label", [f"{n}.png,{labels[n % 3]}" for n in range(12)])
    assert sorted(counts(load(file)).values()) == [4, 8]


def test_images_in_one_folder_with_a_table_beside_it(tmp_path: Path) -> None:
    rows = [f"{n:03d},{'ab'[n % 2]}" for n in range(12)]
    (
        fill(tmp_path / "one", ["images"], 12),
        fill(tmp_path / "two", ["images_1"], 12),
        (tmp_path / "two" / "images_2").mkdir(),
    )
    for index in range(6):
        (tmp_path / "two" / "images_1" / f"{index:03d}.png").rename(tmp_path / "two" / "images_2" / f"{index:03d}.png")
    for name in ("one", "two"):
        table(tmp_path / name, "\n".join(["id,label", *rows]), "labels.csv")
        assert counts(load(tmp_path / name)) == {"a": 6, "b": 6}


def test_a_fault_of_a_table_is_told_and_not_hidden(tmp_path: Path) -> None:
    fill(tmp_path, ["images"], 4)
    for file in (tmp_path / "images").iterdir():
        file.rename(tmp_path / file.name)
    (tmp_path / "images").rmdir()
    table(tmp_path, "file_name,label\n000.png,a,b\n001.png,b\n", "labels.csv")
    with pytest.raises(DataError, match="cannot read table; .*labels.csv; row 1 has 3 cells and the first 2"):
        load(tmp_path)
    table(tmp_path, '{"file_name": "000.png", "label": 1' + "0" * 30 + "}\n", "labels.jsonl")
    with pytest.raises(DataError, match="cannot read table"):
        load(tmp_path / "labels.jsonl")


def test_a_folder_of_tables_of_pixels(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 64), np.uint8)
    rows = [f"{n % 2}," + ",".join(map(str, images[n])) for n in range(12)]
    header = "label," + ",".join(f"pixel{place}" for place in range(64))
    (
        table(tmp_path, "\n".join([header, *rows]), "mnist_train.csv"),
        table(tmp_path, "\n".join([header, *rows[:4]]), "mnist_test.csv"),
    )
    assert (len(load(tmp_path)), len(load(tmp_path, split="test"))) == (12, 4)


def test_missing_labels_of_parquet(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    picture(0).save(buffer, "PNG")
    parquet.write_table(
        pa.table({"image": [buffer.getvalue()] * 3, "label": [1.0, float("nan"), 2.0]}), tmp_path / "a.parquet"
    )
    with pytest.raises(DataError, match="label missing; .*row 1"):
        load(tmp_path / "a.parquet")


# archives


def test_links_in_a_tar_are_the_files_that_they_mean(tmp_path: Path) -> None:
    home = fill(tmp_path / "t", ["cat", "dog"], 4)
    (home / "bird").mkdir()
    for index in range(3):
        (home / "bird" / f"{index}.png").symlink_to(f"../cat/{index:03d}.png")
    os.link(home / "cat" / "000.png", home / "cat" / "hard.png")
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        archive.add(home, "t")
    assert counts(load(tmp_path / "t.tar")) == counts(load(home)) == {"bird": 3, "cat": 5, "dog": 4}


@pytest.mark.parametrize("spell", ["./{}", "{}"])
def test_names_in_a_zip_of_any_system(spell: str, tmp_path: Path) -> None:
    home = fill(tmp_path / "t", ["cat", "dog"], 4)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in sorted(home.rglob("*.png")):
            name = str(file.relative_to(home))
            info = zipfile.ZipInfo("x")
            info.filename = spell.format(name if spell.startswith(".") else name.replace("/", "\\"))
            archive.writestr(info, file.read_bytes())
    assert counts(load(tmp_path / "a.zip")) == {"cat": 4, "dog": 4}


def test_class_folders_in_a_tar_with_captions(tmp_path: Path) -> None:
    home = fill(tmp_path / "t", ["cat", "dog"], 4)
    for file in list(home.rglob("*.png")):
        file.with_suffix(".json").write_text('{"label": "x"}'), file.with_suffix(".txt").write_text("a pet")
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        archive.add(home, "t")
    assert counts(load(tmp_path / "t.tar")) == {"cat": 4, "dog": 4}


def test_a_dataset_json_of_something_else_and_one_that_contradicts_itself(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 4)
    (tmp_path / "dataset.json").write_text('{"license": "mine"}')
    assert counts(load(tmp_path)) == {"a": 4, "b": 4}
    names = [str(file.relative_to(tmp_path)) for file in sorted(tmp_path.rglob("*.png"))]
    (tmp_path / "dataset.json").write_text(
        "\ufeff" + json.dumps({"labels": [[name, [index % 2]] for index, name in enumerate(names)]})
    )
    assert counts(load(tmp_path)) == {"0": 4, "1": 4}
    labels = [[name, 0] for name in names] + [[names[0], 1]]
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": labels}))
    with pytest.raises(DataError, match=r"names a/000\.png with two labels"):
        load(tmp_path)


# pixels


def deep_png(pixels: np.ndarray) -> bytes:
    """A PNG of 16 bits in colour, which Pillow does not write."""
    height, width = pixels.shape[:2]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[pixels.shape[2]], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_png_in_colour_of_16_bits_keeps_them(tmp_path: Path) -> None:
    pixels = RANDOM.integers(0, 4096, (12, 8, 8, 3)).astype(np.uint16)
    for index, each in enumerate(pixels):
        (tmp_path / "ab"[index % 2]).mkdir(exist_ok=True)
        (tmp_path / "ab"[index % 2] / f"{index:02d}.png").write_bytes(deep_png(each))
    dataset = load(tmp_path)
    assert dataset.schema.target.reading.levels == (0, 4095)
    wanted = np.rint(pixels[::2] * (255 / 4095)).astype(np.uint8)
    np.testing.assert_array_equal(dataset.target[:6].movedim(1, -1), wanted)


@pytest.mark.parametrize(("low", "high"), [(30_000, 35_000), (0, 5)])
def test_the_advice_on_a_narrow_range_names_levels_of_the_files(low: int, high: int, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for index in range(12):
            Image.fromarray(RANDOM.integers(low, high, (16, 16)).astype(np.uint16)).save(
                tmp_path / name / f"{index}.png"
            )
    (note,) = (note for note in remarks(load(tmp_path)) if note.kind == "narrow")
    dataset = load(tmp_path, range=note.text.split("--data.range ")[1].split()[0])
    assert "narrow" not in kinds(dataset) and 100 < dataset.target.float().mean() < 155


def test_fractions_of_any_range(tmp_path: Path) -> None:
    for high, levels in ((1.4, None), (250.0, (0, 255)), (1.0, (0, 1))):
        images = RANDOM.random((12, 8, 8)).astype(np.float32) * high
        np.savez(tmp_path / "a.npz", images=images, labels=[0, 1] * 6)
        found = load(tmp_path / "a.npz").schema.target.reading.levels
        assert found == (levels or (float(images.min()), float(images.max())))
    images[3, 0, 0] = np.nan
    np.savez(tmp_path / "a.npz", images=images, labels=[0, 1] * 6)
    assert "not-finite" in kinds(load(tmp_path / "a.npz"))


DAMAGED = {"h.npy": b"\x93NUMPY\x01\x00v\x00{'descr': ", "c.npy": None, "x.avif": b"\0\0\0\x1cftypavif" + b"x" * 80}


@pytest.mark.parametrize("name", DAMAGED)
def test_whatever_a_damaged_file_raises_is_told(name: str, tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 4)
    if DAMAGED[name] is None:
        np.save(tmp_path / "a" / name, np.zeros((8, 8, 5), np.uint8))
    else:
        (tmp_path / "a" / name).write_bytes(DAMAGED[name])
    with pytest.raises(DataError, match=f"cannot read image.*{name}"):
        load(tmp_path, channels=3)


# label maps


def test_lists_with_ids_in_any_order(tmp_path: Path) -> None:
    masks(tmp_path, np.arange(2, dtype=np.uint8))
    for name, text in (("classes.csv", "id,name\n1,sea\n0,sky\n"), ("classes.txt", "sky,0\nsea,1\n")):
        (tmp_path / name).write_text(text)
        assert load(tmp_path, PAIRS).schema.columns["picture"].palette.names == ("sky", "sea")
    (tmp_path / "classes.txt").write_bytes("Straße\nWeg\n".encode("cp1252"))
    assert load(tmp_path, PAIRS).schema.columns["picture"].palette.names == ("Straße", "Weg")


def test_a_mask_that_is_smoothed_is_no_map_of_256_classes(tmp_path: Path) -> None:
    fill(tmp_path, ["photo"], 12)
    (tmp_path / "mask").mkdir()
    for index in range(12):
        mask = Image.fromarray((RANDOM.integers(0, 2, (8, 8)) * 255).astype(np.uint8))
        if index == 11:
            mask = mask.resize((16, 16), Image.Resampling.BICUBIC).resize((8, 8), Image.Resampling.BICUBIC)
        mask.save(tmp_path / "mask" / f"{index:03d}.png")
    with pytest.raises(DataError, match=r"levels that are no ids; .*mask/\d+\.png; save masks without smoothing"):
        load(tmp_path, PAIRS)


def test_halves_are_told_and_ordinary_pictures_are_not_cut(tmp_path: Path) -> None:
    fill(tmp_path, ["x"], 4)
    with pytest.raises(DataError, match="not twice as wide as high; .*set data.input to left"):
        load(tmp_path / "x", PAIRS)
    assert "halves" in kinds(load(tmp_path / "x", PAIRS, input="left"))


def test_which_side_is_the_source_is_told(tmp_path: Path) -> None:
    fill(tmp_path, ["photo"], 6)
    for file in (tmp_path / "photo").iterdir():
        picture(int(file.stem), (16, 16)).save(file)
    (tmp_path / "sketch").mkdir()
    for index in range(6):
        colours = RANDOM.integers(0, 256, (3, 3), np.uint8)
        Image.fromarray(colours[RANDOM.integers(0, 3, (16, 16))]).save(tmp_path / "sketch" / f"{index:03d}.png")
    (note,) = (note for note in remarks(load(tmp_path, PAIRS)) if note.kind == "sides")
    assert note.harm == 3 and note.text.startswith(
        "photo is the source (pictures), sketch is generated (pictures); sketch"
    )


# links and permissions


def test_a_link_without_a_suffix_that_leads_out(tmp_path: Path) -> None:
    home = fill(tmp_path / "d", ["a", "b"], 4)
    picture(0).save(tmp_path / "secret.png")
    (home / "a" / "x").symlink_to(tmp_path / "secret.png")
    with pytest.raises(DataError, match="link out of the folder"):
        load(home)


def test_idx_files_by_their_other_name_and_from_above(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 8, 8), np.uint8)
    home = tmp_path / "MNIST" / "raw"
    home.mkdir(parents=True)
    (home / "train-images.idx3-ubyte").write_bytes(struct.pack(">HBBIII", 0, 8, 3, 12, 8, 8) + images.tobytes())
    (home / "train-labels.idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, 12) + bytes([0, 1] * 6))
    for data in (tmp_path, tmp_path / "MNIST", home):
        assert load(data).target[:, 0].equal(find(str(home), reads=LABEL).load().target[:, 0])


# what must not be taken for something else


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
