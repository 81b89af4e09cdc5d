"""Vectors of numbers: as they are written, standardised, predicted, and read from data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import condgan as cg
from condgan.conditions import Condition, Vector
from condgan.conditions.vector import regression
from condgan.core.batch import Several
from condgan.core.errors import SettingsError
from condgan.core.schema import Column, Schema
from condgan.data.dataset import Dataset
from condgan.pipeline.vectors import vectors
from tests.commands import run

MEAN, SCALE = (1.0, -2.0, 0.5), (2.0, 1.0, 0.25)
NORMALISED = Condition(it=Vector(column="it", mean=MEAN, scale=SCALE))
SMALL = ["--images", 160, "--training.batch", 8, "--training.snapshots", 1]
WIDTHS = ["--architecture.channels", 8, "--architecture.least-channels", 8, "--architecture.features", 8]


def test_the_column_knows_the_moments_of_its_vectors() -> None:
    values = torch.tensor([[1.0, 7.0, 2.0], [3.0, 7.0, -2.0], [torch.nan, 0, 0], [torch.inf, 0, 0]])
    schema = Schema(Column("pixels", channels=1), {"it": Column("vectors", width=3)})
    column = Dataset(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), {"it": values}, schema).schema.columns["it"]
    assert (column.size, column.missing) == (2, 2)
    assert column.mean == (2, 7, 0) and column.scale == (1, 1, 2)


@pytest.mark.parametrize(
    "form", [list, tuple, torch.tensor, np.float32, lambda each: ", ".join(map(str, each)), lambda each: f"{each}"]
)
def test_they_are_written_in_many_forms_and_standardised(form: Callable[[list[float]], Any]) -> None:
    value = np.array([3.0, -1.0, 0.0], np.float32) if form is np.float32 else form([3.0, -1.0, 0.0])
    bundle = NORMALISED.encode([{"it": value}])
    torch.testing.assert_close(bundle["it.value"], torch.tensor([[1.0, 1.0, -2.0]]))
    assert NORMALISED.show(bundle) == {"it": [(3.0, -1.0, 0.0)]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0, 2.0], "it has 2 numbers, not 3; it; give vectors of 3 numbers"),
        ([1.0, float("nan"), 0.0], "it has nan at place 1; it; give finite numbers"),
        (np.array([1.0, 0.0, np.inf]), "it has inf at place 2"),
        ("1, 2, tree", "is no vector; it; give 3 numbers, as 0.1,-0.2"),
        ([[1.0, 2.0, 3.0]], "it of 2 axes"),
        (7, "7 is no vector"),
        (None, "no it; item 0; give one: a vector of 3 numbers"),
    ],
)
def test_what_is_no_such_vector_is_refused(value: object, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        NORMALISED.encode([{"it": value}])


def test_one_vector_or_several(tmp_path: Path) -> None:
    np.save(tmp_path / "two.npy", np.zeros((2, 3), np.float32))
    assert len(vectors([1, 2, 3], "it")) == len(vectors("1,2,3", "it")) == len(vectors(np.zeros(3), "it")) == 1
    assert len(vectors([[1, 2, 3], [1, 2, 3]], "it")) == len(vectors(torch.zeros(2, 3), "it")) == 2
    assert len(vectors(["1,2,3", str(tmp_path / "two.npy")], "it")) == 3
    with pytest.raises(SettingsError, match="it of 3 axes"):
        vectors(np.zeros((1, 1, 3)), "it")
    with pytest.raises(cg.DataError, match="cannot read vectors"):
        vectors("none.npy", "it")


def test_the_score_is_the_share_of_variance_explained() -> None:
    value = torch.randn(1_000, 4, generator=torch.Generator().manual_seed(0))
    task = regression(4)
    assert task.score(value, {"value": value}).mean() == 1
    assert task.score(torch.zeros(1_000, 4), {"value": value}).mean().item() == pytest.approx(task.chance, abs=0.05)
    half = task.score(value / 2, {"value": value}).mean().item()
    assert half == pytest.approx(0.75, abs=0.02)


def test_noise_is_added_in_training_alone() -> None:
    noisy = Vector(column="it", mean=MEAN, scale=SCALE, noise=0.5)
    bundle = {"value": torch.zeros(4_000, 3)}
    torch.manual_seed(0)
    assert noisy.vary(bundle)["value"].std().item() == pytest.approx(0.5, abs=0.02)
    assert NORMALISED.parts["it"].vary(bundle) is bundle
    assert noisy.encode([{"it": MEAN}])["value"].tolist() == [[0, 0, 0]]


def test_it_cannot_be_left_out_and_data_must_have_it() -> None:
    with pytest.raises(SettingsError, match="a vector cannot be left out"):
        Vector.parse({"dropout": 0.1})
    target = Column("pixels", channels=1)
    with pytest.raises(SettingsError, match="the data have no vectors called it; columns: label"):
        Condition(it={"kind": "vector"}).complete(Schema(target, {"label": Column("ids", ("a", "b"))}))
    gaps = Schema(target, {"it": Column("vectors", width=3, mean=MEAN, scale=SCALE, size=7, missing=2)})
    with pytest.raises(SettingsError, match="2 of 9 images have no it"):
        Condition(it={"kind": "vector"}).complete(gaps)
    wider = Schema(target, {"it": Column("vectors", width=4, mean=(0,) * 4, scale=(1,) * 4, size=9)})
    with pytest.raises(SettingsError, match="it has 4 numbers, not 3"):
        NORMALISED.complete(wider)


def test_taken_further_it_keeps_the_parents_scale() -> None:
    other = Vector(column="it", mean=(0.0, 0.0, 0.0), scale=(1.0, 1.0, 1.0), noise=0.1)
    assert other.continued(NORMALISED.parts["it"]) == Vector(column="it", mean=MEAN, scale=SCALE, noise=0.1)


def test_one_of_several_is_chosen_by_the_key() -> None:
    several = Several(torch.arange(10.0)[:, None], torch.tensor([[1, 2, 3], [4, 5, 6]]))
    found = torch.stack([several.chosen(key)[:, 0] for key in range(100)])
    assert torch.equal(several.chosen(3), several.chosen(3))
    assert set(found[:, 0].tolist()) == {1, 2, 3} and set(found[:, 1].tolist()) == {4, 5, 6}
    assert several[torch.tensor([1])].chosen(0)[0, 0] in (4, 5, 6)


def embeddings(count: int = 40, name: str = "embedding") -> dict[str, np.ndarray]:
    """Dark and light images, and vectors that say which."""
    light = np.arange(count) % 2
    noise = np.random.default_rng(0).integers(0, 40, (count, 8, 8))
    values = np.stack([light, 1 - light, np.full(count, 3)], 1).astype(np.float32)
    return {"images": (noise + 200 * light[:, None, None]).astype(np.uint8), name: values}


@pytest.mark.parametrize("name", ["embedding", "labels"])
def test_from_arrays_to_samples(tmp_path: Path, name: str) -> None:
    """A column of any name, or the labels themselves where they are vectors."""
    np.savez(tmp_path / "data.npz", **embeddings(name=name))
    column = "label" if name == "labels" else name
    kind = ["--condition", column, f"--condition.{column}.kind", "vector"]
    out = tmp_path / "run"
    assert run("train", tmp_path / "data.npz", *kind, "--preset", "house", "--out", out, *SMALL, *WIDTHS) == 0
    part = cg.Pipeline.from_pretrained(out).condition.parts[column]
    assert part.mean == (0.5, 0.5, 3.0) and part.scale == (0.5, 0.5, 1.0)
    np.save(tmp_path / "query.npy", np.array([[0, 1, 3], [1, 0, 3]], np.float32))
    words = [f"--{column}", tmp_path / "query.npy", "--n", 4]
    for suffix in ("s.png", "s.npz", "s.parquet", "folder/"):
        assert run("sample", out, *words, "--out", f"{tmp_path}/{suffix}") == 0
    with np.load(tmp_path / "s.npz") as arrays:
        assert arrays[column].tolist() == [[0, 1, 3], [1, 0, 3]] * 2
    row = json.loads((tmp_path / "folder" / "metadata.jsonl").read_text().splitlines()[1])
    assert row[column] == [1, 0, 3]
    pipe = cg.Pipeline.from_pretrained(out)
    assert len(pipe(where={column: [0, 1, 3]}, n=3).images) == 3
    with pytest.raises(SettingsError, match=f"no {column}; item 0; give one: a vector of 3 numbers"):
        pipe(n=1)


def test_a_run_goes_on_and_is_reported(tmp_path: Path, quick: None) -> None:
    np.savez(tmp_path / "data.npz", **embeddings(240))
    words = ["train", tmp_path / "data.npz", "--condition.embedding.kind", "vector", "--condition.label", "none"]
    words += ["--preset", "house", "--data.holdout", 0.5, "--out", tmp_path / "run", *SMALL, *WIDTHS]
    again = [320 if word == 160 else word for word in words]
    assert run(*words) == 0 and run(*again) == 0
    report = ["--n", 100, "--repeats", 2, "--quick", "--out", tmp_path / "report"]
    assert run("evaluate", tmp_path / "run", tmp_path / "data.npz", *report) == 0
    found = json.loads((tmp_path / "report" / "report.json").read_text())
    assert found["controllability"]["embedding"]["chance"] == 0


def test_labels_of_stylegan_that_are_vectors(tmp_path: Path) -> None:
    folder = tmp_path / "packed" / "00000"
    folder.mkdir(parents=True)
    arrays, labels = embeddings(8), []
    for index, (image, vector) in enumerate(zip(arrays["images"], arrays["embedding"], strict=True)):
        Image.fromarray(image).save(folder / f"img{index}.png")
        labels.append([f"00000/img{index}.png", [*vector[:2].tolist(), 0.25]])
    (tmp_path / "packed" / "dataset.json").write_text(json.dumps({"labels": labels}))
    made = cg.plan(tmp_path / "packed", preset="house", settings={"condition": {"label": {"kind": "vector"}}})
    assert made.recipe.condition.parts["label"].mean == (0.5, 0.5, 0.25)
