"""Class folders: their names, which of their files are images, and links."""

import shutil
import struct
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from condgan.core.errors import DataError
from condgan.data import find
from condgan.data.doctor import remarks
from tests.conftest import picture
from tests.data.files import LABEL, RANDOM, counts, fill, kinds, load


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
