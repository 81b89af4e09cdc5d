"""Files as people hold them: other tools' folders, splits by any name, tables from anywhere, deep and transparent
images. What they are read as, or what is told."""

import gzip
import io
import json
import shutil
import struct
import tarfile
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import scipy.io
from PIL import Image

from condgan.core.errors import DataError
from condgan.data import Dataset, find
from condgan.data.base import Split
from condgan.data.doctor import remarks
from condgan.data.splits import split_of
from tests.conftest import picture

LABEL, NOTHING, PAIRS = frozenset({"label"}), frozenset[str](), frozenset({"picture"})
RANDOM = np.random.default_rng(0)


def fill(home: Path, names: Sequence[str], n: int = 10, suffix: str = ".png", mode: str = "RGB") -> Path:
    """Images in folders of these names, each another."""
    for name in names:
        (home / name).mkdir(parents=True, exist_ok=True)
        for index in range(n):
            picture(int(RANDOM.integers(1 << 40)), (8, 8), mode).save(home / name / f"{index:03d}{suffix}")
    return home


def load(data: Path, reads: frozenset[str] = LABEL, split: Split = "train", **settings: object) -> Dataset:
    return find(str(data), reads=reads).with_(**settings).split(split).load()


def counts(dataset: Dataset) -> dict[str, int]:
    column = dataset.schema.columns["label"]
    return dict(zip(column.names, column.counts, strict=True))


def kinds(dataset: Dataset) -> list[str]:
    """What is told, but for what small data bring about."""
    return [note.kind for note in remarks(dataset) if note.kind not in ("tiny-classes", "copies", "torn")]


# StyleGAN's folders


def stylegan(home: Path, label: object) -> Path:
    labels = []
    for index in range(20):
        name = f"{index // 10:05d}/img{index:08d}.png"
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        picture(index, (8, 8)).save(home / name)
        labels.append([name, label(index % 4)])  # type: ignore[operator]
    (home / "dataset.json").write_text(json.dumps({"labels": labels}))
    return home


@pytest.mark.parametrize("label", [lambda k: k, lambda k: np.eye(4)[k].tolist()], ids=["integers", "one-hot"])
@pytest.mark.parametrize("packed", [False, True])
def test_labels_of_a_dataset_json(label: object, packed: bool, tmp_path: Path) -> None:
    home = stylegan(tmp_path / "data", label)
    if packed:
        with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
            for file in sorted(home.rglob("*.*")):
                archive.write(file, Path("wrapper") / file.relative_to(home))
        shutil.rmtree(home)
        home = tmp_path / "data.zip"
    dataset = load(home)
    assert counts(dataset) == {"0": 5, "1": 5, "2": 5, "3": 5} and kinds(dataset) == ["stylegan"]
    assert dataset.columns["label"].tolist() == [index % 4 for index in range(20)]
    np.testing.assert_array_equal(dataset.target[7].permute(1, 2, 0), np.asarray(picture(7, (8, 8))))


def test_a_dataset_json_without_labels_or_of_other_images(tmp_path: Path) -> None:
    home = stylegan(tmp_path, lambda k: [0.5, k])
    dataset = load(home)
    assert dataset.schema.columns["label"].storage == "vectors" and dataset.columns["label"].shape == (20, 2)
    (home / "00000" / "img00000003.png").unlink()
    with pytest.raises(DataError, match="1 images that it names are missing"):
        load(home)
    (home / "dataset.json").write_text('{"labels": null}')
    with pytest.raises(DataError, match=r"has no labels; .*--data\.labelled false"):
        load(home)
    assert len(load(home, NOTHING)) == 19
    (home / "dataset.json").unlink()
    assert kinds(load(home)) == ["classes-like-shards"]


def test_an_archive_of_class_folders(tmp_path: Path) -> None:
    home = fill(tmp_path / "birds", ["robin", "wren"])
    plain = load(home)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(home.rglob("*.png")):
            archive.write(file, Path("birds") / file.relative_to(home))
    with tarfile.open(tmp_path / "a.tar", "w") as opened:
        opened.add(home, "birds")
    for name in ("a.zip", "a.tar"):
        dataset = load(tmp_path / name)
        assert counts(dataset) == counts(plain) and dataset.target.equal(plain.target)
    (tmp_path / "cut.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:500])
    with pytest.raises(DataError, match="cannot read archive"):
        load(tmp_path / "cut.zip")


# splits


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


# names of classes


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["001", "002", "010"], ("001", "002", "010")),
        (["true", "false", "NA"], ("NA", "false", "true")),
        (["2020-01-01", "2021-05-05", "null"], ("2020-01-01", "2021-05-05", "null")),
        (["3.0", "1.0", "20.0"], ("1", "3", "20")),
        (["1", "10", "9"], ("1", "9", "10")),
        (["1e3", "0x1", "١"], ("0x1", "1e3", "١")),
        (["a, b", 'say "x"', "c;d"], ("a, b", "c;d", 'say "x"')),
    ],
)
def test_text_in_tables_stays_text(labels: list[str], names: tuple[str, ...], tmp_path: Path) -> None:
    fill(tmp_path, ["img"], 12)
    quoted = ['"' + label.replace('"', '""') + '"' for label in labels]
    rows = [f"img/{index:03d}.png,{quoted[index % 3]}\n" for index in range(12)]
    (tmp_path / "t.csv").write_text("file_name,label\n" + "".join(rows))
    assert load(tmp_path / "t.csv").schema.columns["label"].names == names


def test_names_in_one_unicode_form(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    fill(tmp_path / "a", [apart, "thé"])
    assert load(tmp_path / "a").schema.columns["label"].names == (composed, "thé")
    for other, by in ((composed, "Unicode form"), (f"{apart} ", "space"), ("CAFÉ", "case")):
        fill(tmp_path / by, [apart, other])
        with pytest.raises(DataError, match=f"classes that differ only by {by}"):
            load(tmp_path / by)
    fill(tmp_path / "letters", ["A", "a"])
    assert kinds(load(tmp_path / "letters")) == ["names-by-case"]


# which files are images


def test_what_pillow_or_numpy_reads_is_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 5)
    for name in "ab":
        home = tmp_path / name
        picture(1, (8, 8)).save(home / "j.jfif", "JPEG"), picture(2, (8, 8)).save(home / "v.avif")
        picture(3, (8, 8)).save(home / "plain", "PNG"), picture(4, (8, 8)).save(home / "t.tga")
        np.save(home / "n.npy", np.asarray(picture(5, (8, 8)))), np.save(home / "c.npy", np.zeros((3, 8, 8), np.uint8))
        (home / "h.svg").write_text("<svg/>"), (home / "d.pdf").write_bytes(b"%PDF")
        shutil.copy(home / "000.png", home / "000.png.bak"), shutil.copy(home / "000.png", home / "001.png~")
        (home / "Thumbs.db").write_bytes(b"x"), (home / "h.txt").write_text("a bird")
    for name in ("README.md", "LICENSE", "license.txt", "readme"):
        (tmp_path / name).write_text("read me")
    (tmp_path / "labels.csv").write_text("a,b\n1,2\n")
    dataset = load(tmp_path)
    assert counts(dataset) == {"a": 11, "b": 11}
    left_out, unread = (note for note in remarks(dataset) if note.kind in ("left-out", "unread"))
    assert left_out.text == "files that are not read: 2 .bak, 2 .png~, 2 .svg"
    assert unread.text.endswith("a/h.txt, b/h.txt, labels.csv")


def test_heic_is_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("condgan.data.suffixes.heif", lambda: False)
    monkeypatch.setattr("condgan.data.listing.heif", lambda: False)
    fill(tmp_path, ["a", "b"])
    (tmp_path / "a" / "x.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    (note,) = (note for note in remarks(load(tmp_path)) if note.kind == "left-out")
    assert note.text == "files that are not read: 1 .heic; pip install 'condgan[heif]' to read HEIC"


def test_folders_in_class_folders_and_images_beside_them(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"]), fill(tmp_path / "a", ["young"], 3)
    picture(0, (8, 8)).save(tmp_path / "loose.png")
    (tmp_path / "notes").mkdir(), (tmp_path / "notes" / "x.txt").write_text("no class")
    dataset = load(tmp_path)
    assert counts(dataset) == {"a": 13, "b": 10}
    assert sorted(kinds(dataset)) == ["nested", "outside-classes", "unread"]
    assert [note.harm for note in remarks(dataset)] == sorted((n.harm for n in remarks(dataset)), reverse=True)


# levels and transparency

DEEP = {
    "12 bits in 16": (lambda: RANDOM.integers(0, 4096, (8, 8)).astype(np.uint16), "png", (0, 4095)),
    "8 bits in 32": (lambda: RANDOM.integers(0, 256, (8, 8)).astype(np.int32), "tif", (0, 255)),
    "fractions": (lambda: RANDOM.random((8, 8)).astype(np.float32), "tif", (0, 1)),
    "one bit in 16": (lambda: RANDOM.integers(0, 2, (8, 8)).astype(np.uint16), "png", (0, 1)),
    "signed fractions": (lambda: (RANDOM.random((8, 8, 3)) * 2 - 1).astype(np.float32), "npy", (-1, 1)),
}


@pytest.mark.parametrize("kind", DEEP)
def test_the_range_of_levels_is_that_of_the_data(kind: str, tmp_path: Path) -> None:
    make, suffix, levels = DEEP[kind]
    first = None
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(6):
            array = make()
            first = array if first is None else first
            file = tmp_path / name / f"{index}.{suffix}"
            np.save(file, array) if suffix == "npy" else Image.fromarray(array).save(file)
    dataset = load(tmp_path)
    assert dataset.schema.target.reading.levels == levels and ("range" in kinds(dataset)) == (levels != (0, 255))
    low, high = levels
    wanted = np.rint((first.astype(float) - low) * 255 / (high - low)).astype(np.uint8)
    np.testing.assert_array_equal(dataset.target[0].permute(1, 2, 0).numpy().squeeze(), wanted)
    assert load(tmp_path, range="-7..7").schema.target.reading.levels == (-7, 7)


def test_a_narrow_range_is_told_and_the_advice_works(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=RANDOM.integers(0, 2, (12, 8, 8)).astype(np.uint8), labels=[0, 1] * 6)
    (note,) = (note for note in remarks(load(tmp_path / "a.npz")) if note.kind == "narrow")
    advice = note.text.split("--data.range ")[1].split()[0]
    dataset = load(tmp_path / "a.npz", range=advice)
    assert dataset.target.unique().tolist() == [0, 255] and "narrow" not in kinds(dataset)


def test_images_of_two_depths_are_refused(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 2, mode="L")
    Image.fromarray(np.full((8, 8), 4000, np.uint16)).save(tmp_path / "a" / "deep.png")
    with pytest.raises(DataError, match="1 images of more than 8 bits, 4 of 8.*convert them to one depth"):
        load(tmp_path)


def test_every_format_is_turned_once(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = np.zeros((30, 20), np.uint8)
    shown[:5] = 255  # a bright top, once turned
    stored = np.rot90(shown)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for suffix in ("tif", "jpg", "png", "webp"):
            Image.fromarray(stored).convert("RGB").save(tmp_path / name / f"x.{suffix}", exif=exif, quality=100)
    dataset = load(tmp_path)
    assert dataset.shape.space == (30, 20)
    assert (dataset.target[:, :, :3].float().mean((1, 2, 3)) > 230).all()
    assert (dataset.target[:, :, 8:].float().mean((1, 2, 3)) < 25).all()


def test_what_lies_under_alpha_is_not_shown(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(4):
            pixels = np.zeros((8, 8, 4), np.uint8)
            pixels[..., 0], pixels[:4, :, 3] = 200 + index, 255
            Image.fromarray(pixels).save(tmp_path / name / f"{index}.png")
    assert load(tmp_path).shape.channels == 4
    white = load(tmp_path, channels=3)
    assert white.target[1, :, 0, 0].tolist() == [201, 0, 0] and white.target[1, :, 7, 0].tolist() == [255] * 3
    assert "transparency" in kinds(white)
    assert load(tmp_path, channels=3, background="#102030").target[1, :, 7, 0].tolist() == [16, 32, 48]
    assert load(tmp_path, channels=1).target[1, 0, 7, 0] == 255
    with pytest.raises(Exception, match="no colour 'nocolour': give a name"):
        load(tmp_path, background="nocolour")


def test_an_alpha_channel_that_hides_nothing_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 4)
    for index in range(3):
        picture(index, (8, 8)).convert("RGBA").save(tmp_path / "a" / f"x{index}.png")
    dataset = load(tmp_path)
    assert dataset.shape.channels == 3 and kinds(dataset) == ["opaque"]


def test_frames_are_told_or_each_is_an_image(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index, suffix in enumerate(("gif", "webp", "tif", "png")):
            frames = [picture(100 * ord(name) + 10 * index + number, (8, 8)) for number in range(3)]
            frames[0].save(tmp_path / name / f"x.{suffix}", save_all=True, append_images=frames[1:])
    dataset = load(tmp_path)
    assert len(dataset) == 8 and kinds(dataset) == ["frames"] and remarks(dataset)[0].text.startswith("16 further")
    whole = load(tmp_path, frames="all")
    assert counts(whole) == {"a": 12, "b": 12} and "frames" not in kinds(whole)


# tables


def table(home: Path, text: str | bytes, name: str = "t.csv") -> Path:
    (home / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return home / name


def lines(row: str, header: str = "") -> str:
    rows = [row.format(n=index, name="ab"[index % 2]) for index in range(12)]
    return "\n".join([header, *rows] if header else rows) + "\n"


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


@pytest.mark.parametrize("kind", ["columns", "no headings", "one column"])
def test_tables_of_pixels(kind: str, tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 64), np.uint8)
    heading = {"columns": "label," + ",".join(f"pixel{n}" for n in range(64)), "one column": "label,pixels"}.get(kind)
    between = " " if kind == "one column" else ","
    rows = [f"{n % 2},{between.join(map(str, images[n]))}" for n in range(12)]
    dataset = load(table(tmp_path, "\n".join([heading, *rows] if heading else rows)))
    np.testing.assert_array_equal(dataset.target.reshape(12, 64), images)
    assert counts(dataset) == {"0": 6, "1": 6} and kinds(dataset) == ["pixels"]


# arrays and archives of samples


def test_arrays_of_other_tools(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 8, 8), np.uint8)
    ids, one = [0, 1] * 6, [[0], [1]] * 6
    medmnist = {"train_images": images, "train_labels": one, "val_images": images[:4], "val_labels": one[:4]}
    np.savez(tmp_path / "med.npz", **medmnist, test_images=images[:2], test_labels=one[:2])
    np.savez(tmp_path / "keras.npz", x_train=images, y_train=np.eye(2)[ids], x_test=images[:4], y_test=one[:4])
    np.savez(tmp_path / "flat.npz", X=images.reshape(12, 64), Y=ids)
    np.savez(tmp_path / "first.npz", images=images[:, None].repeat(3, 1), labels=ids)
    colour = np.moveaxis(images[..., None].repeat(3, -1), 0, -1)
    scipy.io.savemat(tmp_path / "svhn.mat", {"X": colour, "y": one})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"], file["labels"], file["class_names"] = images, ids, [b"x", b"y"]
    with h5py.File(tmp_path / "sets.h5", "w") as file:
        file["train_set_x"], file["train_set_y"], file["list_classes"] = images, ids, [b"no", b"cat"]
        file["test_set_x"], file["test_set_y"] = images[:4], ids[:4]
    for name, test in (("med", 2), ("keras", 4), ("flat", 0), ("first", 0)):
        dataset = load(tmp_path / f"{name}.npz")
        assert counts(dataset) == {"0": 6, "1": 6} and dataset.target[:, 0].equal(
            load(tmp_path / "flat.npz").target[:, 0]
        )
        if test:
            assert len(load(tmp_path / f"{name}.npz", split="test")) == test
    assert load(tmp_path / "svhn.mat").target[:, 1].equal(load(tmp_path / "flat.npz").target[:, 0])
    assert counts(load(tmp_path / "a.h5")) == {"x": 6, "y": 6}
    assert counts(load(tmp_path / "sets.h5")) == {"no": 6, "cat": 6}
    assert len(load(tmp_path / "sets.h5", split="test")) == 4


def test_an_archive_of_samples(tmp_path: Path) -> None:
    for shard, n in (("train-0000", 6), ("train-0001", 6), ("test-0000", 4)):
        with tarfile.open(tmp_path / f"{shard}.tar", "w") as archive:
            for index in range(n):
                buffer = io.BytesIO()
                picture(index, (8, 8)).save(buffer, "PNG")
                label = {"label": index % 2} if shard.endswith("1") else index % 2
                suffix = "json" if shard.endswith("1") else "cls"
                for name, content in (("png", buffer.getvalue()), (suffix, json.dumps(label).encode())):
                    member = tarfile.TarInfo(f"{index:04d}.{name}")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
    assert counts(load(tmp_path)) == {"0": 6, "1": 6} and len(load(tmp_path, split="test")) == 4
    np.testing.assert_array_equal(load(tmp_path).target[8].permute(1, 2, 0), np.asarray(picture(2, (8, 8))))


@pytest.mark.parametrize("prefix", ["", "emnist-letters-"])
def test_a_folder_of_idx_files(prefix: str, tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 8, 8), np.uint8)
    for name, n in (("train", 12), ("test" if prefix else "t10k", 4)):
        with gzip.open(tmp_path / f"{prefix}{name}-images-idx3-ubyte.gz", "wb") as file:
            file.write(struct.pack(">HBBIII", 0, 8, 3, n, 8, 8) + images[:n].tobytes())
        with gzip.open(tmp_path / f"{prefix}{name}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(struct.pack(">HBBI", 0, 8, 1, n) + bytes(index % 2 for index in range(n)))
    dataset = load(tmp_path)
    turned = images.swapaxes(1, 2) if prefix else images
    np.testing.assert_array_equal(dataset.target[:, 0], turned)
    assert len(load(tmp_path, split="test")) == 4 and kinds(dataset) == (["transposed"] if prefix else [])


# masks and lists of classes


def masks(home: Path, values: np.ndarray, mode: str | None = None) -> np.ndarray:
    """Pairs of photos and masks of some values; the places of the values."""
    fill(home, ["photo"], 6)
    (home / "mask").mkdir()
    places = RANDOM.integers(0, len(values), (6, 8, 8))
    for index in range(6):
        image = Image.fromarray(values[places[index]])
        (image.convert(mode) if mode else image).save(home / "mask" / f"{index:03d}.png")
    return places


GREY, COLOUR = np.array([0, 255], np.uint8), np.array([[0, 255, 0], [255, 0, 0]], np.uint8)


@pytest.mark.parametrize(("values", "mode"), [(GREY, None), (GREY, "1"), (GREY, "RGB"), (COLOUR, None)])
def test_masks_of_two_colours(values: np.ndarray, mode: str | None, tmp_path: Path) -> None:
    places = masks(tmp_path, values, mode)
    dataset = load(tmp_path, PAIRS)
    np.testing.assert_array_equal(dataset.columns["picture"][:, 0], places)
    (tmp_path / "classes.txt").write_text("back\nroad\n")
    dataset = load(tmp_path, PAIRS)
    assert dataset.schema.columns["picture"].palette.names == ("back", "road")
    np.testing.assert_array_equal(dataset.columns["picture"][:, 0], places)
    colours = [tuple(int(c) for c in np.broadcast_to(value, 3)) for value in values]
    for order in ([0, 1], [1, 0]):
        names = [f"{' '.join(map(str, colours[k]))} {'back' if k == 0 else 'road'}" for k in order]
        (tmp_path / "classes.txt").write_text("\n".join(names))
        dataset = load(tmp_path, PAIRS)
        found = np.array(dataset.schema.columns["picture"].palette.names)[dataset.columns["picture"][:, 0]]
        np.testing.assert_array_equal(found, np.array(["back", "road"])[places])


LISTS = {
    "_annotations.coco.json": json.dumps({"categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}),
    "_classes.csv": "Pixel Value, Class\n0, background\n1, cat\n2, dog\n",
    "labelmap.txt": "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\ndog:0,128,0::\n",
    "class_dict.csv": "name,r,g,b\nbackground,0,0,0\ncat,128,0,0\ndog,0,128,0\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_classes_of_other_tools(name: str, tmp_path: Path) -> None:
    coloured = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0]], np.uint8)
    places = masks(tmp_path, coloured if "map" in name or "dict" in name else np.arange(3, dtype=np.uint8))
    (tmp_path / name).write_text(LISTS[name])
    dataset = load(tmp_path, PAIRS)
    assert dataset.schema.columns["picture"].palette.names == ("background", "cat", "dog")
    np.testing.assert_array_equal(dataset.columns["picture"][:, 0], places)
