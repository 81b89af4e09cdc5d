"""What the names of files say."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

import condgan as cg
from condgan.core.errors import DataError
from condgan.data import Folder
from condgan.data.doctor import remarks
from condgan.data.pattern import levels_of, names_of, stem, values_of
from tests.commands import run
from tests.conftest import picture
from tests.data.files import ATTRIBUTES, LABEL, by_image, counts, field_values, load

UTKFACE = "{age}_{gender}_{race}_{id}"
ODD = (
    "61_1_20170109142408075.jpg.chip.jpg",
    "61_3_20170109150557335.jpg.chip.jpg",
    "39_1_20170116174525125.jpg.chip.jpg",
    "53__0_20170116184028385.jpg.chip.jpg",
)
"""Names of UTKFace that lack a value."""
TINY = ("--data.size", 8, "--images", 256, "--training.batch", 32, "--training.snapshots", 1)
SMALL = ("--architecture.channels", 8, "--architecture.least-channels", 8)
AGES = (1, 16, 26, 35, 54, 80)


def faces(home: Path, n: int = 30) -> dict[str, tuple[int, int, int]]:
    """Files called as UTKFace's are, and what each is of."""
    home.mkdir(parents=True)
    known = {
        f"{age}_{gender}_{race}_20170116{index:09d}.jpg.chip.jpg": (age, gender, race)
        for index in range(n)
        for age, gender, race in [(AGES[index % 6], index % 2, index % 5)]
    }
    for index, name in enumerate([*known, *ODD]):
        picture(index, (8, 8)).save(home / name, "PNG")  # no loss, so that an image is known by its pixels
    return known


@pytest.mark.parametrize(
    ("name", "pattern", "values"),
    [
        ("25_0_2_20170116174525125.jpg.chip.jpg", UTKFACE, {"age": "25", "gender": "0", "race": "2"}),
        ("25_0_2_a_b_c.png", "{age}_{_}_{race}_{id}", {"age": "25", "race": "2"}),
        ("part1/25_0.png", "{age}_{gender}", {"age": "25", "gender": "0"}),
        ("train/black/001.png", "{hair}/{id}", {"hair": "black"}),
        ("a/b_c/d-e.png", "{hair}_{body}/{top}-{id}", {"hair": "b", "body": "c", "top": "d"}),
        ("CAP_A_12.PNG", "{case}_{label}_{id}", {"case": "CAP", "label": "A"}),
        ("black.short.1.png", "{hair}.{length}.{id}.png", {"hair": "black", "length": "short"}),
        ("img--3--x.png", "img--{n}--{_}", {"n": "3"}),
        ("53__0_2017.jpg", UTKFACE, None),
        ("39_1_2017.jpg", UTKFACE, None),
        ("001.png", "{hair}/{id}", None),
    ],
)
def test_pieces_of_a_name(name: str, pattern: str, values: Mapping[str, str] | None) -> None:
    assert values_of(name, pattern) == values
    if values is not None:
        assert names_of(pattern) == [*values]


def test_a_suffix_and_folders() -> None:
    assert [stem(name) for name in ("1.jpg.chip.jpg", "dr.smith.png", "plain", "a.b.c")] == [
        *("1", "dr.smith", "plain", "a.b.c")
    ]
    assert [levels_of(each) for each in ("{a}_{b}", "{a}/{b}", "{a}/{b}/{id}")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("age_id", "no piece in braces"),
        ("{age}_{id", "a brace that is not closed"),
        ("{age}{id}", "nothing between them"),
        ("{age}_{age}", "two pieces are called age"),
        ("{my age}_{id}", "cannot be a name"),
    ],
)
def test_patterns_that_are_none(pattern: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Folder(path="x", pattern=pattern)


@pytest.mark.parametrize("packed", [False, True])
def test_each_image_has_the_values_of_its_name(packed: bool, tmp_path: Path) -> None:
    known = faces(tmp_path / "faces")
    place = tmp_path / "faces"
    if packed:
        place = tmp_path / "faces.zip"
        with zipfile.ZipFile(place, "w") as archive:
            for file in (tmp_path / "faces").iterdir():
                archive.write(file, f"UTKFace/{file.name}")
    dataset = load(place, ATTRIBUTES, fields={}, pattern=UTKFACE)
    assert len(dataset) == len(known) and [*dataset.schema.columns] == ["age", "gender", "race"]
    files = by_image(dataset, (tmp_path / "faces").iterdir())
    values = [field_values(dataset, name) for name in ("age", "gender", "race")]
    for file, age, gender, race in zip(files, *values, strict=True):
        assert (age, gender, race) == (
            known[file.name][0],
            ("no", "yes")[known[file.name][1]],
            str(known[file.name][2]),
        )
    told = {note.kind: note for note in remarks(dataset)}
    assert told["not-of-pattern"].text.startswith(f"4 images whose names are not of the form {UTKFACE}: ")
    assert all(name in told["not-of-pattern"].text for name in ODD)
    assert told["id"].text == "the piece {id} of the names: it is no field"


def test_a_pattern_that_does_not_fit(tmp_path: Path) -> None:
    faces(tmp_path / "faces")
    with pytest.raises(DataError, match=r"34 of 34 images are not called as data\.pattern says; .*\{age\}-\{id\}"):
        load(tmp_path / "faces", ATTRIBUTES, fields={}, pattern="{age}-{id}")
    with pytest.raises(DataError, match="34 images, of which nothing says what they are; .*--data.pattern"):
        load(tmp_path / "faces", ATTRIBUTES, fields={})


def test_splits_by_folder_and_values_by_folder(tmp_path: Path) -> None:
    for split, n in (("train", 12), ("test", 6)):
        for index in range(n):
            home = tmp_path / "hair" / split / ("black", "red")[index % 2]
            home.mkdir(parents=True, exist_ok=True)
            picture(100 * n + index, (8, 8)).save(home / f"{index:03d}.png")
        faces(tmp_path / "faces" / split, n)
    dataset = load(tmp_path / "hair", ATTRIBUTES, fields={}, pattern="{hair}/{id}")
    assert field_values(dataset, "hair") == ["black"] * 6 + ["red"] * 6 and [*dataset.schema.columns] == ["hair"]
    sizes = [
        len(load(tmp_path / "faces", ATTRIBUTES, split, fields={}, pattern=UTKFACE)) for split in ("train", "test")
    ]
    assert sizes == [12, 6]


def test_a_piece_that_is_the_label(tmp_path: Path) -> None:
    for index in range(24):
        picture(index, (8, 8)).save(tmp_path / f"{'AB'[index % 2]}_{(1, 30, 45, 80)[index % 4]}_{index}.png")
    assert counts(load(tmp_path, LABEL, pattern="{label}_{age}_{id}")) == {"A": 12, "B": 12}
    both = load(tmp_path, LABEL | ATTRIBUTES, pattern="{label}_{age}_{id}", fields={})
    assert [*both.schema.columns] == ["label", "age"] and both.schema.columns["label"].names == ("A", "B")
    alone = load(tmp_path, ATTRIBUTES, pattern="{label}_{age}_{id}", fields={})
    assert {*alone.schema.columns} == {"label", "age"}
    with pytest.raises(DataError, match=r"call a piece of data\.pattern \{label\}, or give --condition attributes"):
        load(tmp_path, LABEL, pattern="{_}_{age}_{id}")


def test_class_folders_and_names(tmp_path: Path) -> None:
    for index in range(24):
        home = tmp_path / ("robin", "wren")[index % 2]
        home.mkdir(exist_ok=True)
        picture(index, (8, 8)).save(home / f"{(1, 30, 45, 80)[index % 4]}_{index}.png")
    both = load(tmp_path, LABEL | ATTRIBUTES, pattern="{age}_{id}", fields={})
    assert counts(both) == {"robin": 12, "wren": 12} and both.schema.columns["age"].high == 80


def test_from_names_to_samples(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    faces(tmp_path / "faces")
    words = ("--condition", "attributes", "--data.pattern", UTKFACE)
    assert run("train", tmp_path / "faces", *words, "--out", tmp_path / "run", *TINY, *SMALL) == 0
    asked = ("--age", 30, "--gender", "yes", "--race", 2, "--n", 4)
    assert run("sample", tmp_path / "run", *asked, "--out", tmp_path / "samples.png") == 0
    assert (tmp_path / "samples.png").is_file()
    again = cg.plan(resume=tmp_path / "run")
    kinds = {"age": "number", "gender": "boolean", "race": "category", "*": "none"}
    assert again.recipe.data.plain()["fields"] == kinds
    assert len(again.dataset) == 30
    assert "4 images whose names are not of the form" in caplog.text
