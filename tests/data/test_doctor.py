"""What ``condgan doctor`` finds, and what ``train`` says of the same before its first step."""

from pathlib import Path

import numpy as np
import pytest
import torch

import condgan as cg
from condgan.cli import main
from condgan.core.schema import Column, Schema
from condgan.data import Dataset, Folder, doctor
from condgan.data.doctor import duplicates
from tests.conftest import picture


def remarks(dataset: Dataset) -> list[str]:
    """What is said of some data."""
    return [note.text for note in doctor.remarks(dataset)]


def many(folder: Path, n: int) -> Path:
    """Two classes of n images each."""
    for label, name in enumerate(("robin", "wren")):
        (folder / name).mkdir(parents=True)
        for index in range(n):
            picture(1000 * label + index).save(folder / name / f"{index:03d}.png")
    return folder


def spoilt(folder: Path, n: int, bad: int) -> Path:
    many(folder, n)
    for index in range(bad):
        (folder / "wren" / f"{index:03d}.png").write_bytes(b"not an image")
    return folder


def dataset(images: torch.Tensor, labels: list[int], names: tuple[str, ...]) -> Dataset:
    schema = Schema(Column("pixels", channels=images.shape[1]), {"label": Column("ids", names)})
    return Dataset(images, {"label": torch.tensor(labels)}, schema)


def test_copies_are_counted_by_class() -> None:
    base = torch.randint(0, 256, (3, 1, 4, 4), dtype=torch.uint8)
    images = base[[0, 1, 0, 1, 2, 0]]
    found = duplicates(dataset(images, [0, 0, 0, 1, 1, 1], ("a", "b")))
    assert found == (1, 2, 2, 3)


def test_remarks() -> None:
    images = torch.randint(0, 256, (300, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert not list(remarks(dataset(images, [0, 1] * 150, ("a", "b"))))
    said = list(remarks(dataset(images, [0] * 297 + [1] * 3, ("a", "b"))))
    assert said == [
        "classes of fewer than 10 images, which are hardly learnt: b (3)",
        "uneven classes: from 3 to 297 images",
    ]
    assert list(remarks(dataset(images, [0] * 300, ("a",)))) == ["one class only (a): there is nothing to choose from"]
    images[7], images[8] = images[4], images[5]
    assert list(remarks(dataset(images, [0, 1] * 150, ("a", "b")))) == [
        "2 images stand under more than one label, the first is item 7"
    ]


def test_remarks_without_labels() -> None:
    images = torch.randint(0, 256, (30, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    schema = Schema(Column("pixels", channels=1), {})
    assert not list(remarks(Dataset(images, {}, schema)))
    images[7] = images[4]
    assert list(remarks(Dataset(images, {}, schema))) == ["1 images are copies of another, the first is item 7"]


def test_remarks_on_another_column_of_classes() -> None:
    images = torch.randint(0, 256, (300, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    images[1] = images[0]
    columns = {"label": torch.arange(300) % 2, "colour": (torch.arange(300) > 290).long()}
    described = {"label": Column("ids", ("a", "b")), "colour": Column("ids", ("red", "blue"))}
    assert list(remarks(Dataset(images, columns, Schema(Column("pixels", channels=1), described)))) == [
        "1 images stand under more than one label, the first is item 1",
        "values of fields of fewer than 10 images, which are hardly learnt: colour blue (9)",
        "fields of uneven values: colour (9 to 291 images)",
    ]


def test_sizes_are_told(tmp_path: Path) -> None:
    many(tmp_path, 12)
    picture(5, (40, 30)).save(tmp_path / "wren" / "000.png")
    said = list(remarks(Folder(path=str(tmp_path)).load()))
    assert said == ["images of 2 sizes, sides from 10 to 30; all are brought to 10×10, 3 channels"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many(tmp_path / "birds", 12)
    words = ["doctor", str(tmp_path / "birds"), "--device", "cpu", "--data.size", "8", "--training.batch", "4"]
    small = ["--architecture.channels", "8", "--architecture.least-channels", "8", "--images", "64"]
    with pytest.raises(SystemExit) as exit:
        main([*words, *small])
    out = capsys.readouterr().out
    assert exit.value.code == 0
    assert "birds: 24 images of 8×8, 3 channels, 2 classes" in out
    assert "robin  12  █" in out
    assert "read: images of 10×12 are brought to 8×8, 3 channels; data.size says to what" in out
    assert "training: 64 images, about" in out and "MB of memory" in " ".join(out.split())
    assert [each.name for each in tmp_path.iterdir()] == ["birds"]


def test_each_bad_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt(tmp_path / "birds", 12, 3)
    for verb in ("doctor", "train"):
        with pytest.raises(SystemExit) as exit:
            main([verb, str(tmp_path / "birds")])
        captured = capsys.readouterr()
        assert exit.value.code == 3
        error = captured.err.splitlines()[-1]
        assert error.startswith("error[data]: cannot read 3 of 24 images; ")
        assert all(f"wren/{index:03d}.png (not an image)" in error for index in range(3))
    assert captured.out == ""


def test_skip_bad_leaves_out_one_in_a_hundred(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    few, more = spoilt(tmp_path / "few", 100, 2), spoilt(tmp_path / "more", 100, 3)
    with pytest.raises(cg.DataError, match="cannot read 2 of 200 images.*or --skip-bad"):
        cg.plan(few)
    found = cg.plan(few, skip_bad=True).dataset
    assert len(found) == 198 and found.schema.columns["label"].counts == (100, 98)
    assert "2 images left out" in caplog.text and "wren/001.png (not an image)" in caplog.text
    whole = Folder(path=str(many(tmp_path / "whole", 100))).load()
    kept = torch.tensor([index for index in range(200) if index not in (100, 101)])
    assert torch.equal(found.target, whole.target[kept])
    assert torch.equal(found.columns["label"], whole.columns["label"][kept])
    with pytest.raises(cg.DataError, match="cannot read 3 of 200 images.*leaves out 1% at most"):
        cg.plan(more, skip_bad=True)


def test_labels_that_would_be_ignored(tmp_path: Path) -> None:
    found = cg.doctor(many(tmp_path / "birds", 12), preset="plain", settings={"training": {"batch": 4}}, device="cpu")
    assert (
        "the column label is ignored: the condition is none" in [note.text for note in found.remarks]
        and not found.errors
    )
    assert found.estimate is not None and found.estimate.memory > 1 << 20


def test_all_that_is_wrong_is_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((20, 4, 4), np.uint8), labels=[0, 1] * 10, names=["x", "y", "z"])
    found = cg.doctor(tmp_path / "a.npz")
    assert [error.what for error in found.errors] == ["class without images: z"]
    assert "9 images are copies of another of their class, the first is item 2" in "; ".join(
        note.text for note in found.remarks
    ).replace("18 images", "9 images")
    assert found.estimate is None
    assert cg.doctor(tmp_path / "a.npz", settings={"data": {"holdout": 0.99}}).errors


def test_first_steps_that_diverge_are_told(tmp_path: Path) -> None:
    words = {"training": {"batch": 4}, "optimizer": {"lr": 1e30, "warmup": 0}, "data": {"size": 8}}
    found = cg.doctor(many(tmp_path / "birds", 12), settings=words, device="cpu")
    assert [error.status for error in found.errors] == [6] and "NaN or Inf" in found.errors[0].line()


def noise(n: int) -> torch.Tensor:
    return torch.randint(0, 256, (n, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def with_fields(columns: dict[str, tuple[Column, torch.Tensor]], images: torch.Tensor | None = None) -> Dataset:
    count = len(next(iter(columns.values()))[1])
    schema = Schema(Column("pixels", channels=1), {name: column for name, (column, _) in columns.items()})
    values = {name: each for name, (_, each) in columns.items()}
    return Dataset(noise(count) if images is None else images, values, schema)


def test_copies_under_a_label_are_judged_by_it_alone() -> None:
    images = noise(40)
    images[1], images[3], images[5] = images[0], images[2], images[4]
    hair = torch.arange(40) % 2
    hair[3] = -1
    fields = {"hair": (Column("ids", ("black", "red")), hair)}
    label = torch.zeros(40, dtype=torch.int64)
    label[5:] = 1
    labelled = {"label": (Column("ids", ("a", "b")), label), **fields}
    assert duplicates(with_fields(labelled, images)) == (2, 1, 1, 5)
    # without labels what is missing may be any value
    assert duplicates(with_fields(fields, images)) == (1, 3, 2, 1)
    said = remarks(with_fields(fields, images))
    assert "2 images are copies of another with other values, the first is item 1" in said
    assert "1 images are copies of another with the same values, the first is item 3" in said


def test_many_fields_are_told_in_a_few_lines() -> None:
    signs = {
        f"sign_{k}": (Column("ids", ("no", "yes")), (torch.arange(300) < 5 + k % 3).long().roll(7 * k))
        for k in range(40)
    }
    said = remarks(with_fields(signs))
    assert len(said) < 6 and max(map(len, said)) < 700
    assert "values of fields of fewer than 10 images, which are hardly learnt: sign_0 yes (5)" in said[0]
    assert "… and 30 more" in said[0]


def test_values_that_never_come_together() -> None:
    hair = torch.arange(120) % 3
    body = torch.arange(120) // 3 % 2
    body[hair == 2] = 0
    body[7] = -1
    columns = {
        "hair": (Column("ids", ("black", "red", "green")), hair),
        "body": (Column("ids", ("short", "tall")), body),
        "same": (Column("ids", ("x", "y", "z")), hair),
    }
    (said,) = [note for note in doctor.remarks(with_fields(columns)) if note.kind == "never-together"]
    assert said.text == (
        "2 of 21 pairs of values of two fields that no image shows: hair green with body tall, body tall with same z"
    )
    many = Column("ids", tuple(map(str, range(21))))
    told = remarks(with_fields({"hair": columns["hair"], "many": (many, torch.arange(120) % 21)}))
    assert not [text for text in told if "no image shows" in text]


def people(home: Path) -> Path:
    home.mkdir()
    rows = ["file_name,hair,smiling,things,age [years],code"]
    for n in range(60):
        picture(n, (8, 8)).save(home / f"{n:03d}.png")
        hair, things = ("black", "red", "")[n % 3], ("hat|scarf", "hat")[n % 2]
        rows.append(f"{n:03d}.png,{hair},{n // 5 % 2},{things},{1 + 79 * n // 59 if n % 7 else ''},{n % 3}")
    (home / "metadata.csv").write_text("\n".join(rows))
    return home


def test_the_command_on_attributes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["doctor", str(people(tmp_path / "people")), "--condition", "attributes", "--device", "cpu"]
    small = ["--training.batch", "4", "--architecture.channels", "8", "--architecture.least-channels", "8"]
    with pytest.raises(SystemExit) as exit:
        main([*words, *small])
    assert exit.value.code == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    place = lines.index("hair (category, missing in 20)")
    assert [line.split(" █")[0] for line in lines[place + 1 : place + 3]] == ["black 20", "red 20"]
    assert lines[lines.index("smiling (boolean)") + 1].startswith("no 30 █")
    assert lines[lines.index("things (set)") + 1].startswith("hat 60 █")
    ages = lines[lines.index("age (number, missing in 9)") + 1 :][:10]
    assert ages[0].startswith("2 to 9.8 years ") and ages[9].startswith("72.2 to 80 years ")
    assert "likely wrong: fields that say the same: code and hair" in lines


def test_attributes_as_json(tmp_path: Path) -> None:
    settings = {"condition": "attributes", "training": {"batch": 4}}
    found = cg.doctor(people(tmp_path / "people"), settings=settings, device="cpu").plain()["columns"]
    assert found["hair"] == {
        **{"storage": "ids", "kind": "category", "missing": 20, "classes": {"black": 20, "red": 20}}
    }
    assert (found["smiling"]["kind"], found["things"]["kind"]) == ("boolean", "set")
    assert found["things"]["classes"] == {"hat": 60, "scarf": 30}
    age = found["age"]
    assert (age["kind"], age["range"], age["unit"], age["missing"]) == ("number", [2, 80], "years", 9)
    assert len(age["bins"]) == 10 and sum(each["items"] for each in age["bins"]) == 51
    assert age["bins"][0]["low"] == 2 and age["bins"][9]["high"] == 80
