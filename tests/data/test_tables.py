"""Tables from anywhere, and which of their columns are read."""

import io
import unicodedata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from condgan.core.errors import DataError
from condgan.data import find
from tests.conftest import picture
from tests.data.files import RANDOM, counts, fill, kinds, lines, listed, load, table

TABLES = {
    "no suffixes": lines("{n:03d},{name}", "id,label"),
    "no headings": lines("img/{n:03d}.png,{name}"),
    "no headings, no suffixes": lines("{n:03d},{name}"),
    "Windows": lines("C:\\data\\img\\{n:03d}.png;{name}", "File Name;Class").replace("\n", "\r\n").encode("utf-16"),
    "no byte order mark": lines("{n:03d}.png\t{name}", "image\tlabel").encode("utf-16-le"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + lines("img/{n:03d}.png,{name}", "filename,label").encode(),
    "headings of any case": lines("{n:03d}.PNG|{name}", "IMAGE_ID|LABEL"),
    "from another machine": lines("/home/me/img/{n:03d}.png,{name}", "path,label"),
    "space": lines(" img/{n:03d}.png , {name} ", "path , label"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables_from_anywhere(kind: str, tmp_path: Path) -> None:
    fill(tmp_path, ["img"], 12)
    dataset = load(table(tmp_path, TABLES[kind]))
    assert counts(dataset) == {"a": 6, "b": 6}
    for index in (0, 7):
        stored = np.asarray(Image.open(tmp_path / "img" / f"{index:03d}.png"))
        np.testing.assert_array_equal(dataset.target[index].permute(1, 2, 0), stored)
        assert dataset.columns["label"][index] == index % 2


def test_a_column_of_splits(tmp_path: Path) -> None:
    fill(tmp_path, ["img"], 12)
    rows = [f"{n:03d},{'ab'[n % 2]},{'Training' if n < 8 else 'PublicTest'}\n" for n in range(12)]
    file = table(tmp_path, "id,label,Usage\n" + "".join(rows))
    assert (len(load(file)), len(load(file, split="test"))) == (8, 4) and kinds(load(file)) == [
        "split-column",
        "columns",
    ]


def test_a_name_of_several_images_is_refused_and_the_advice_works(tmp_path: Path) -> None:
    fill(tmp_path, ["one", "two"], 12)
    with pytest.raises(DataError, match="2 images are called '000'.*write the folder before the name"):
        load(table(tmp_path, lines("{n:03d},{name}", "id,label")))
    assert len(load(table(tmp_path, lines("two/{n:03d},{name}", "id,label")))) == 12


def test_a_table_beside_class_folders(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"])
    (tmp_path / "metadata.csv").write_text("key,value\nauthor,me\n")
    dataset = load(tmp_path)
    assert counts(dataset) == {"a": 10, "b": 10} and kinds(dataset) == ["unread"]


def test_a_folder_with_a_table_of_its_images(tmp_path: Path) -> None:
    fill(tmp_path, ["train"], 12), fill(tmp_path, ["test"], 4)
    table(tmp_path, lines("{n:03d},{name}", "id,label"), "train.csv")
    dataset = load(tmp_path)
    assert counts(dataset) == {"a": 6, "b": 6} and kinds(dataset) == ["not-listed"]
    stored = np.asarray(Image.open(tmp_path / "train" / "002.png"))
    np.testing.assert_array_equal(dataset.target[2].permute(1, 2, 0), stored)


def test_names_of_files_in_another_unicode_form(tmp_path: Path) -> None:
    fill(tmp_path, ["img"], 2)
    (tmp_path / "img" / "000.png").rename(tmp_path / "img" / unicodedata.normalize("NFD", "é.png"))
    composed = unicodedata.normalize("NFC", "é.png")
    assert len(load(table(tmp_path, f"file,label\nimg/{composed},a\nimg/001.png,b\n"))) == 2


def test_dictionaries_and_fractions_in_parquet(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    picture(0).save(buffer, "PNG")
    images = [buffer.getvalue()] * 6
    breeds = pa.array(["x", "y"] * 3).dictionary_encode()
    parquet.write_table(pa.table({"image": images, "breed": breeds}), tmp_path / "a.parquet")
    parquet.write_table(pa.table({"image": images, "label": [3.0, 1.0] * 3}), tmp_path / "b.parquet")
    assert counts(load(tmp_path / "a.parquet")) == {"x": 3, "y": 3}
    assert counts(load(tmp_path / "b.parquet")) == {"1": 3, "3": 3}
    parquet.write_table(pa.table({"image": images, "label": [3.5, 1.0] * 3}), tmp_path / "c.parquet")
    with pytest.raises(DataError, match="column label holds no classes"):
        load(tmp_path / "c.parquet")


@pytest.mark.parametrize("names", [("train.parquet", "test.parquet"), ("train-0-of-1.parquet", "test-0-of-1.parquet")])
def test_the_tables_of_the_other_splits_are_not_called_unread(tmp_path: Path, names: tuple[str, str]) -> None:
    buffer = io.BytesIO()
    picture(0).save(buffer, "PNG")
    for name in names:
        parquet.write_table(pa.table({"image": [buffer.getvalue()] * 6, "label": ["x", "y"] * 3}), tmp_path / name)
    for other in ("one.json", "other.json"):
        (tmp_path / other).write_text("{}")
    for subset in ("train", "test"):
        texts = [note.text for note in find(str(tmp_path)).split(subset).load().notes]
        assert texts == ["files beside the images that nothing reads: one.json, other.json"]


@pytest.mark.parametrize("kind", ["columns", "no headings", "one column"])
def test_tables_of_pixels(kind: str, tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 64), np.uint8)
    heading = {"columns": "label," + ",".join(f"pixel{n}" for n in range(64)), "one column": "label,pixels"}.get(kind)
    between = " " if kind == "one column" else ","
    rows = [f"{n % 2},{between.join(map(str, images[n]))}" for n in range(12)]
    dataset = load(table(tmp_path, "\n".join([heading, *rows] if heading else rows)))
    np.testing.assert_array_equal(dataset.target.reshape(12, 64), images)
    assert counts(dataset) == {"0": 6, "1": 6} and kinds(dataset) == ["pixels"]


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
    for given in ([header, *rows], last, [",".join(map(str, range(65))), *last]):
        dataset = load(table(tmp_path, "\n".join(given)))
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
