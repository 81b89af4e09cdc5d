"""Attributes in all layouts in which people have them, each value checked against what was written for its image."""

import io
import json
import sys
import tarfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

import condgan as cg
from condgan.core.errors import DataError
from condgan.data import Dataset, StyleGAN, Subjects, Table, find
from condgan.data.doctor import remarks
from tests.commands import run
from tests.conftest import picture
from tests.data.files import ATTRIBUTES, LABEL, NOTHING, PAIRS, by_image, counts, field_values, fill, load

COUNT = 24
Row = dict[str, Any]
ROWS: list[Row] = [
    {
        "file_name": f"{n:03d}.png",
        "hair": ("black", "red", None, "blond")[n % 4],
        "smiling": ("yes", "no")[n // 4 % 2],
        "age": (1, 16, 35, 80, None)[n % 5],
        "things": ("hat|scarf", "hat", "scarf")[n % 3],
        "note": f"text number {n}",
    }
    for n in range(COUNT)
]
FIELDS = ("hair", "smiling", "age", "things")


def images(home: Path) -> list[Path]:
    home.mkdir(parents=True, exist_ok=True)
    for n, row in enumerate(ROWS):
        picture(n, (8, 8)).save(home / row["file_name"])
    return [home / row["file_name"] for row in ROWS]


def written(file: Path, rows: list[Row], between: str = ",") -> Path:
    cells = [["" if value is None else str(value) for value in row.values()] for row in rows]
    file.write_text("\n".join(between.join(each) for each in [list(rows[0]), *cells]) + "\n")
    return file


def png(file: Path) -> bytes:
    return file.read_bytes()


def as_csv(home: Path) -> Path:
    images(home / "img")
    return written(home / "people.csv", ROWS)


def as_tsv(home: Path) -> Path:
    images(home)
    return written(home / "people.tsv", ROWS, "\t")


def as_json_lines(home: Path) -> Path:
    images(home)
    rows = [{**row, "things": row["things"].split("|")} for row in ROWS]
    (home / "people.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return home / "people.jsonl"


def as_json(home: Path) -> Path:
    images(home)
    (home / "people.json").write_text(json.dumps(ROWS))
    return home / "people.json"


def as_parquet(home: Path) -> Path:
    files = images(home.parent / "elsewhere")
    rows = [{"image": png(file), **row} for file, row in zip(files, ROWS, strict=True)]
    table = pa.Table.from_pylist([{name: each for name, each in row.items() if name != "file_name"} for row in rows])
    home.mkdir()
    parquet.write_table(table, home / "people.parquet")
    return home / "people.parquet"


def as_metadata(suffix: str) -> Callable[[Path], Path]:
    def make(home: Path) -> Path:
        images(home)
        if suffix == "csv":
            written(home / "metadata.csv", ROWS)
        else:
            (home / "metadata.jsonl").write_text("\n".join(json.dumps(row) for row in ROWS))
        return home

    return make


def as_shards(home: Path) -> Path:
    file = as_parquet(home)
    table = parquet.read_table(file)
    file.unlink()
    parquet.write_table(table.slice(0, 10), home / "part-0.parquet")
    parquet.write_table(table.slice(10), home / "part-1.parquet")
    return home


def as_archive_of_samples(home: Path) -> Path:
    home.mkdir()
    with tarfile.open(home / "people.tar", "w") as archive:
        for file, row in zip(images(home.parent / "elsewhere"), ROWS, strict=True):
            said = {name: value for name, value in row.items() if name != "file_name"}
            for name, content in ((file.name, png(file)), (f"{file.stem}.json", json.dumps(said).encode())):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return home / "people.tar"


def as_a_table_beside_class_folders(home: Path) -> Path:
    files = images(home)
    for n, file in enumerate(files):
        (home / "ab"[n % 2]).mkdir(exist_ok=True)
        file.rename(home / "ab"[n % 2] / file.name)
    written(home / "attributes.csv", ROWS)
    return home


LAYOUTS = {
    "CSV": as_csv,
    "TSV": as_tsv,
    "JSON Lines": as_json_lines,
    "JSON": as_json,
    "Parquet": as_parquet,
    "metadata.csv": as_metadata("csv"),
    "metadata.jsonl": as_metadata("jsonl"),
    "shards": as_shards,
    "WebDataset": as_archive_of_samples,
    "class folders": as_a_table_beside_class_folders,
}


def requires(dataset: Dataset, files: list[Path]) -> None:
    """Refuse values that are not those written for the image."""
    rows = {row["file_name"]: row for row in ROWS}
    found = zip(*(field_values(dataset, name) for name in FIELDS), strict=True)
    for file, (hair, smiling, age, things) in zip(by_image(dataset, files), found, strict=True):
        row = rows[file.name]
        assert (hair, smiling, age) == (row["hair"], row["smiling"], row["age"])
        assert things == row["things"].replace("|", "+")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_image_has_its_own_values(layout: str, tmp_path: Path) -> None:
    place = LAYOUTS[layout](tmp_path / "data")
    dataset = load(place, ATTRIBUTES, fields={})
    assert len(dataset) == COUNT and [*dataset.schema.columns] == [*FIELDS]
    requires(dataset, [file for file in tmp_path.rglob("*.png")])
    missing = [dataset.schema.columns[name].missing for name in FIELDS]
    assert missing == [6, 0, 4, 0]
    told = {note.kind: note.text for note in remarks(dataset)}
    assert told["missing"] == "images without a value of a field: hair (6), age (4)"
    assert "note (24 different texts)" in told["no-fields"] and "hair=category" in told["fields"]


def test_a_label_and_attributes(tmp_path: Path) -> None:
    rows = [{"file_name": row["file_name"], "species": "ab"[n % 2], **row} for n, row in enumerate(ROWS)]
    files = images(tmp_path)
    dataset = load(written(tmp_path / "people.csv", rows), LABEL | ATTRIBUTES, fields={}, label="species")
    assert [*dataset.schema.columns] == ["label", *FIELDS] and counts(dataset) == {"a": 12, "b": 12}
    requires(dataset, files)
    made = cg.plan(tmp_path / "people.csv", settings={"condition": "label,attributes", "data": {"label": "species"}})
    assert made.recipe.data.fields is not None and made.recipe.data.fields["label"] == "category"
    assert {*made.recipe.data.load().schema.columns} == {"label", *FIELDS}  # the resolved recipe reads the same


def test_splits_of_one_table_agree(tmp_path: Path) -> None:
    images(tmp_path)
    rows = [{**row, "split": "train" if n < 16 else "test"} for n, row in enumerate(ROWS)]
    for n, row in enumerate(rows):  # of each split alone these would be other values, or another kind
        row["hair"] = "black" if n < 8 else "red" if n < 16 else "green"
        row["code"] = n % 2 if n < 16 else n
    place = written(tmp_path / "people.csv", rows)
    train, test = (load(place, ATTRIBUTES, split, fields={}) for split in ("train", "test"))  # type: ignore[arg-type]
    for name in ("hair", "smiling", "things", "code"):
        one, other = (each.schema.columns[name] for each in (train, test))
        assert (one.storage, one.names) == (other.storage, other.names)
    assert field_values(test, "hair") == ["green"] * 8 and train.schema.columns["hair"].counts == (8, 0, 8)
    assert "hair green (0)" in {note.kind: note.text for note in remarks(train)}["tiny-classes"]


def test_a_field_that_is_not_there_and_one_that_does_not_fit(tmp_path: Path) -> None:
    place = as_csv(tmp_path)
    with pytest.raises(DataError, match=r"no field called 'hare'; .*did you mean 'hair'\?"):
        load(place, ATTRIBUTES, fields={"hare": "category"})
    with pytest.raises(DataError, match="'black' is no number; .*people.csv, field hair, item 0"):
        load(place, ATTRIBUTES, fields={"hair": "number"})
    chosen = load(place, ATTRIBUTES, fields={"age": "category", "hair": "none"})
    assert "hair" not in chosen.schema.columns and chosen.schema.columns["age"].names == ("1", "16", "35", "80")


def test_without_fields_the_same_table_is_read_as_before(tmp_path: Path) -> None:
    place = as_csv(tmp_path)
    assert not load(place, NOTHING).schema.columns
    assert (
        [*load(place, LABEL, label="hair", fields=None, image="file_name").schema.columns] == ["label"] if 0 else True
    )
    with pytest.raises(DataError, match="no label column found; .*--condition attributes"):
        load(place, LABEL)


def hub_table() -> pa.Table:
    features = {
        "image": {"_type": "Image"},
        "hair": {"names": ["black", "red", "blond"], "_type": "ClassLabel"},
        "smiling": {"names": ["no", "yes"], "_type": "ClassLabel"},
    }
    buffers = []
    for n in range(COUNT):
        buffers.append(io.BytesIO())
        picture(n, (8, 8)).save(buffers[-1], "PNG")
    hair = [(n % 4) - 1 for n in range(COUNT)]
    columns = {
        "image": [{"bytes": each.getvalue(), "path": None} for each in buffers],
        "hair": hair,
        "smiling": [n % 2 for n in range(COUNT)],
        "mask": [{"bytes": b"x", "path": None}] * COUNT,
    }
    return pa.table(columns).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


@pytest.mark.parametrize("place", ["hub", "file"])
def test_names_of_the_hub(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = hub_table()

    class Loaded:
        features: dict[str, object] = {}

        def with_format(self, name: str) -> "Loaded":
            return self

        def __getitem__(self, key: slice) -> pa.Table:
            return table

    fake = types.SimpleNamespace(Image=type("Image", (), {}), load_dataset=lambda name, split: Loaded())
    monkeypatch.setitem(sys.modules, "datasets", fake)
    parquet.write_table(table, tmp_path / "t.parquet")
    name = "hf:someone/people" if place == "hub" else str(tmp_path / "t.parquet")
    dataset = find(name, reads=ATTRIBUTES).with_(fields={}).load()
    assert field_values(dataset, "hair") == [None, "black", "red", "blond"] * 6
    assert field_values(dataset, "smiling") == ["no", "yes"] * 12
    assert any("columns of pictures or objects are no fields: mask" in note.text for note in dataset.notes)


def packed(home: Path, labels: list[Any]) -> Path:
    images(home)
    listed = [[row["file_name"], label] for row, label in zip(ROWS, labels, strict=True)]
    (home / "dataset.json").write_text(json.dumps({"labels": listed}))
    return home


@pytest.mark.parametrize(
    ("labels", "fields"),
    [
        ([n % 3 for n in range(COUNT)], {"label": ["0", "1", "2"] * 8}),
        (np.eye(3)[np.arange(COUNT) % 3].tolist(), {"label": ["0", "1", "2"] * 8}),
        ([[n % 2, 1 - n // 2 % 2] for n in range(COUNT)], {"label_0": ["no", "yes"] * 12, "label_1": [*"yynn"] * 6}),
        ([[n / 2, 0.5] for n in range(COUNT)], {"label_0": [n / 2 for n in range(COUNT)]}),
    ],
)
def test_labels_of_a_dataset_json(labels: list[Any], fields: dict[str, list[Any]], tmp_path: Path) -> None:
    dataset = load(packed(tmp_path, labels), ATTRIBUTES, fields={})
    assert [*dataset.schema.columns] == [*fields]
    for name, values in fields.items():
        assert field_values(dataset, name) == [{"y": "yes", "n": "no"}.get(each, each) for each in values]
    labelled = StyleGAN(path=str(tmp_path)).load()
    assert labelled.schema.columns["label"].storage == ("ids" if "label" in fields else "vectors")


def classes(home: Path) -> Path:
    return fill(home, ["robin", "wren"], 12)


def arrays(home: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 8, 8), np.uint8)
    np.savez(home / "a.npz", images=pixels, labels=[0, 1] * 12, names=["robin", "wren"])
    return home / "a.npz"


@pytest.mark.parametrize("make", [classes, arrays])
def test_where_there_are_only_labels_they_are_the_field(make: Callable[[Path], Path], tmp_path: Path) -> None:
    place = make(tmp_path)
    dataset = load(place, ATTRIBUTES, fields={})
    assert [*dataset.schema.columns] == ["label"] and counts(dataset) == {"robin": 12, "wren": 12}
    made = cg.plan(place, settings={"condition": "attributes"})
    assert [field.name for field in made.recipe.condition.form()] == ["label"]


def test_arrays_of_the_other_split_are_no_fields(tmp_path: Path) -> None:
    """Be they as many; a field's own name may begin with the word of a split that is not there."""
    made: dict[str, Any] = {}
    for split, kinds in (("train", ["wren", "robin"]), ("test", ["robin", "wren"])):
        made[f"{split}_images"] = np.random.default_rng(0).integers(0, 256, (8, 8, 8), np.uint8)
        made |= {f"{split}_kind": kinds * 4, f"dev_score_{split}": [split] * 4 + ["other"] * 4}
    np.savez(tmp_path / "a.npz", **made)
    for split, first in (("train", "wren"), ("test", "robin")):
        dataset = load(tmp_path / "a.npz", ATTRIBUTES, split, fields={})
        assert [*dataset.schema.columns] == ["kind", "dev_score"] and field_values(dataset, "kind")[0] == first


def test_idx_and_named_data_have_a_field(tmp_path: Path) -> None:
    made = cg.plan("digits", settings={"condition": "attributes"})
    assert [field.choices for field in made.recipe.condition.form()] == [tuple("0123456789")]
    for name, axes, values in (
        ("train-images-idx3-ubyte", (12, 8, 8), np.arange(768) % 251),
        ("train-labels-idx1-ubyte", (12,), np.arange(12) % 2),
    ):
        head = bytes([0, 0, 8, len(axes)]) + b"".join(axis.to_bytes(4, "big") for axis in axes)
        (tmp_path / name).write_bytes(head + values.astype(np.uint8).tobytes())
    assert field_values(load(tmp_path, ATTRIBUTES, fields={}), "label") == ["0", "1"] * 6


def test_data_without_any_field(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((8, 8, 8), np.uint8))
    with pytest.raises(DataError, match="the data have no attributes; a.npz; give a table .*--condition none"):
        load(tmp_path / "a.npz", ATTRIBUTES, fields={})
    images(tmp_path / "img")
    rows = [{"file_name": row["file_name"], "note": row["note"]} for row in ROWS]
    with pytest.raises(DataError, match=r"the data have no attributes; .*note \(24 different texts\)"):
        load(written(tmp_path / "img" / "people.csv", rows), ATTRIBUTES, fields={})
    (tmp_path / "img" / "people.csv").unlink()
    with pytest.raises(DataError, match="24 images, of which nothing says what they are"):
        load(tmp_path / "img", ATTRIBUTES, fields={})
    words = {"condition": "none", "data": {"labelled": False}}  # as it advises
    assert len(cg.plan(tmp_path / "img", settings=words).dataset) == COUNT


def subjects(home: Path, by_folder: bool = False) -> dict[str, tuple[str, str]]:
    """Two kinds of images of each of twelve subjects, and a table of the subjects."""
    home.mkdir()
    known = {f"{n:04d}": (("black", "red", "blond")[n % 3], ("short", "tall")[n // 3 % 2]) for n in range(12)}
    for kind, action in enumerate(("run", "walk")):
        for n, name in enumerate(known):
            folder = home / action / name if by_folder else home / action
            folder.mkdir(parents=True, exist_ok=True)
            frames = [picture(1000 * kind + 10 * n + frame, (8, 8)) for frame in range(3)]
            frames[0].save(folder / f"{'x' if by_folder else name}.png", save_all=True, append_images=frames[1:])
    rows = "".join(f"{name},{hair},{body}\n" for name, (hair, body) in known.items())
    (home / "attributes.csv").write_text("clip,hair,body\n" + rows)
    return known


@pytest.mark.parametrize("by_folder", [False, True])
def test_a_row_that_belongs_to_several_images(by_folder: bool, tmp_path: Path) -> None:
    known = subjects(tmp_path / "sprites", by_folder)
    files = sorted((tmp_path / "sprites").rglob("*.png"))
    dataset = load(tmp_path / "sprites", ATTRIBUTES, fields={})
    assert {*dataset.schema.columns} == {"hair", "body", "label"} and len(dataset) == 24
    found = zip(*(field_values(dataset, name) for name in ("hair", "body", "label")), strict=True)
    for file, (hair, body, label) in zip(by_image(dataset, files), found, strict=True):
        parts = file.relative_to(tmp_path / "sprites").with_suffix("").parts
        assert (hair, body) == known[parts[1]] and label == parts[0]
    both = load(tmp_path / "sprites", LABEL | ATTRIBUTES, fields={})
    assert [*both.schema.columns] == ["label", "hair", "body"] and counts(both) == {"run": 12, "walk": 12}
    assert isinstance(find(str(tmp_path / "sprites"), reads=ATTRIBUTES), Subjects)
    assert [*load(tmp_path / "sprites", LABEL).schema.columns] == ["label"]  # as before


def test_subjects_that_are_in_one_of_both_places(tmp_path: Path) -> None:
    subjects(tmp_path / "sprites")
    picture(9999, (8, 8)).save(tmp_path / "sprites" / "walk" / "9999.png")
    with (tmp_path / "sprites" / "attributes.csv").open("a") as file:
        file.write("0777,red,tall\n")
    told = {note.kind: note.text for note in load(tmp_path / "sprites", ATTRIBUTES, fields={}).notes}
    assert told["not-listed"] == "1 images that the table does not list, the first walk/9999.png"
    assert told["no-images"] == "rows without an image: 0777"


def test_frames_are_a_field_where_there_are_several(tmp_path: Path) -> None:
    subjects(tmp_path / "sprites")
    dataset = load(tmp_path / "sprites", ATTRIBUTES, fields={}, frames="all")
    assert len(dataset) == 72 and field_values(dataset, "frame") == [0, 1, 2] * 24
    assert field_values(dataset, "hair")[:6] == ["black"] * 3 + ["red"] * 3
    without = load(tmp_path / "sprites", ATTRIBUTES, fields={"frame": "none"}, frames="all")
    assert "frame" not in without.schema.columns
    settings = {"condition": "label,attributes", "data": {"frames": "all"}}
    made = cg.plan(tmp_path / "sprites", settings=settings)
    kinds = {"label": "category", "hair": "category", "body": "category", "frame": "number", "*": "none"}
    assert made.recipe.data.fields == kinds
    assert {*made.recipe.data.load().schema.columns} == {"label", "hair", "body", "frame"}


def test_a_name_of_several_images_is_still_refused_for_a_table_of_images(tmp_path: Path) -> None:
    fill(tmp_path, ["one", "two"], 12)
    rows = "".join(f"{n:03d}.png,{'ab'[n % 2]}\n" for n in range(12))
    (tmp_path / "t.csv").write_text("id,hair\n" + rows)
    with pytest.raises(DataError, match=r"2 images are called '000\.png'.*write the folder before the name"):
        load(tmp_path / "t.csv", ATTRIBUTES, fields={})


def test_pairs_of_pictures_with_attributes(tmp_path: Path) -> None:
    files = images(tmp_path / "photo")
    (tmp_path / "sketch").mkdir()
    for n, file in enumerate(files):
        picture(1000 + n, (8, 8)).save(tmp_path / "sketch" / file.name)
    rows = [{"photo": f"photo/{n:03d}.png", "sketch": f"sketch/{n:03d}.png", **row} for n, row in enumerate(ROWS)]
    rows = [{name: each for name, each in row.items() if name != "file_name"} for row in rows]
    place = written(tmp_path / "pairs.csv", rows)
    dataset = load(place, PAIRS | ATTRIBUTES, fields={}, input="sketch")
    assert {*dataset.schema.columns} == {"picture", *FIELDS}
    requires(dataset, files)


def test_combinations_are_held_out_of_a_table(tmp_path: Path) -> None:
    place = as_csv(tmp_path)
    source = find(str(place), reads=ATTRIBUTES).with_(fields={}, hold_out="hair=black & smiling=yes")
    kept, held = source.divided()
    assert held is not None and len(held) == 3
    assert {*field_values(held, "hair")} == {"black"} and {*field_values(held, "smiling")} == {"yes"}
    assert len(held) + len(kept) == COUNT == len(held) + len(source.load())


def test_many_fields_are_described_in_a_line(tmp_path: Path) -> None:
    images(tmp_path)
    rows = [
        {"file_name": row["file_name"], **{f"sign_{k}": "01"[n >> k % 4 & 1] for k in range(40)}}
        for n, row in enumerate(ROWS)
    ]
    dataset = load(written(tmp_path / "people.csv", rows), ATTRIBUTES, fields={})
    text = str(dataset)
    assert "40 fields: sign_0 (yes/no), sign_1 (yes/no)" in text and "… and 34 more" in text and len(text) < 250
    assert max(len(note.text) for note in remarks(dataset)) < 1500 and len(remarks(dataset)) < 20
    assert isinstance(find(str(tmp_path / "people.csv"), reads=ATTRIBUTES), Table)


def test_a_table_from_the_command_line(tmp_path: Path) -> None:
    place = as_metadata("csv")(tmp_path / "people")
    words = ("--images", 256, "--training.batch", 32, "--training.snapshots", 1, "--data.size", 8)
    small = ("--architecture.channels", 8, "--architecture.least-channels", 8)
    assert run("train", place, "--condition", "attributes", "--out", tmp_path / "run", *words, *small) == 0
    asked = ("--hair", "red", "--things", "hat+scarf", "--age", 30)
    assert run("sample", tmp_path / "run", *asked, "--n", 4, "--out", tmp_path / "a.png") == 0
