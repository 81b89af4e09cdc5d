"""What a report says of attributes: of generators that draw what is asked for, and of some that do not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import condgan as cg
from condgan.conditions import Attributes, Condition
from condgan.core.batch import Shape, to_float
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond
from condgan.data import Arrays
from condgan.evaluation import Report, tasks
from condgan.evaluation.control import _balanced
from condgan.networks import MLP
from condgan.networks.base import Conditioned
from condgan.pipeline.combinations import Combinations
from condgan.training.classifier import Prediction
from tests.faces import HAIR, THINGS, face, rows

HELD = "hair=black & smiling=yes"


class Draws(nn.Module):
    """Faces drawn by the values that are asked for, after some change of them."""

    def __init__(self, condition: Condition, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        super().__init__()
        self.condition, self.change = condition, change
        self.scale = nn.Parameter(torch.ones(()))
        self.bundle: Bundle = {}

    def forward(self, latents: Tensor, cond: Cond) -> Tensor:
        shown = self.condition.show(self.bundle)
        images = []
        for index, latent in enumerate(latents):
            row = {name: values[index] for name, values in shown.items()}
            row["things"] = row["things"].split("+")
            noise = np.random.default_rng(int(latent[:3].abs().sum() * 1e4))
            images.append(face(self.change(row), noise))
        return to_float(torch.from_numpy(np.stack(images)).movedim(-1, 1)) * self.scale


class Remembers(nn.Module):
    """An embedder that keeps what was asked for, for a generator that draws it."""

    def __init__(self, body: Draws) -> None:
        super().__init__()
        self.body = [body]
        self.widths = body.condition.embedder().widths

    def forward(self, bundle: Bundle) -> Cond:
        self.body[0].bundle = bundle
        return Cond()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Arrays:
    """Faces as arrays, with a test split; smiling ones with black hair are kept from training."""
    found: dict[str, np.ndarray] = {}
    for split, count, seed in (("train", 1_500, 1), ("test", 500, 2)):
        told, noise = rows(count, seed), np.random.default_rng(seed)
        found[f"{split}_images"] = np.stack([face(row, noise) for row in told])
        for name in ("hair", "smiling", "age"):
            found[f"{split}_{name}"] = np.array([row[name] for row in told])
        found[f"{split}_things"] = np.array(["|".join(row["things"]) or "nothing" for row in told])
    file = tmp_path_factory.mktemp("faces") / "faces.npz"
    np.savez(file, **found)
    kinds = {"hair": "category", "smiling": "boolean", "age": "number[years]", "things": "set"}
    return Arrays(path=str(file), labelled=False, fields=kinds, hold_out=HELD)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDGAN_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(tasks, "LEAST_STEPS", 400)
        yield


def report(data: Arrays, change: Callable[[dict[str, Any]], dict[str, Any]], save: Path | None = None) -> Report:
    dataset = data.load()
    condition = Condition(attributes=Attributes()).complete(dataset.schema)
    body = Draws(condition, change)
    generator = Conditioned(body, Remembers(body))  # type: ignore[arg-type]
    table = Combinations.of_items(condition, condition.targets(dataset.schema, dataset.whole))
    pipe = cg.Pipeline(condition, MLP(latent=8), Shape(3, (12, 12)), generator, combinations=table)
    found = cg.evaluate(pipe, data, n=300, repeats=2, quick=True)
    if save is not None:
        found.save(save)
        assert found.cross is not None and found.cross.width > 3 * 60
    return found.report


@pytest.fixture(scope="module")
def honest(data: Arrays, cache: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, str]:
    out = tmp_path_factory.mktemp("report")
    found = report(data, lambda row: row, out)
    return found, (out / "index.html").read_text()


def test_one_that_draws_what_is_asked_for(honest: tuple[Report, str]) -> None:
    found, page = honest
    fields = found.controllability
    assert list(fields) == ["hair", "smiling", "age", "things"]
    for name in ("hair", "smiling", "things"):
        assert fields[name].score.value > 0.9 and fields[name].real.value > 0.9, name
    age = fields["age"].number
    assert age is not None and age.unit == "years" and age.error.value < 1.5 * age.real.value + 1 < 0.6 * age.chance
    for name in ("hair", "smiling"):
        independence = fields[name].independence
        assert independence is not None and independence.followed.value > 0.9
        assert independence.kept.value > independence.noise.value - 0.1
    unseen = found.unseen
    assert unseen is not None and unseen.fields == ("hair", "smiling") and unseen.images > 200
    assert unseen.all_held_out.value > 0.85 and unseen.all_seen.value > 0.9 and unseen.all_real.value > 0.85
    assert "Of 4 fields the worst is " in found.verdict[1]
    assert "Of combinations of hair, smiling that were kept from training all are right in" in found.verdict[1]
    assert "Two fields at once" in page and "Combinations that were kept from training" in page and "years" in page


def test_one_that_ignores_a_number(data: Arrays, honest: Any) -> None:
    found = report(data, lambda row: {**row, "age": 40})
    age = found.controllability["age"].number
    assert age is not None and age.error.value > 0.8 * age.chance
    assert found.verdict[1].startswith("Of 4 fields the worst is age. The age is ignored: the mean error is")


def test_one_that_ties_two_fields_and_fails_at_what_it_has_not_seen(data: Arrays, honest: Any) -> None:
    def tied(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "smiling": "no" if row["hair"] == "black" else row["smiling"]}

    found = report(data, tied)
    hair = found.controllability["hair"].independence
    assert hair is not None and hair.other == "smiling" and hair.kept.value < hair.noise.value - 0.1
    assert found.unseen is not None and found.unseen.all_held_out.value < 0.2 < found.unseen.all_seen.value
    assert set(found.controllability["smiling"].by_class) == {"no", "yes"}


def test_yes_and_no_count_alike_and_the_figure_of_real_images_has_an_interval(honest: tuple[Report, str]) -> None:
    scores = torch.tensor([1.0] * 8 + [0.0, 1.0, torch.nan])
    found = _balanced(Prediction(scores, None, None), torch.tensor([0] * 8 + [1, 1, -1]))
    assert found.mean().item() == pytest.approx((1 + 0.5) / 2)
    real = honest[0].controllability["smiling"].real
    assert real.over == "images" and (real.value == 1 or real.low < real.value < real.high)


def test_the_faces_show_what_they_are() -> None:
    noise = np.random.default_rng(0)
    row = {"hair": "red", "smiling": "yes", "things": ["hat"], "age": 80}
    image = face(row, noise)
    assert tuple(image[0, 0]) == HAIR["red"] and THINGS[1] == "hat" and tuple(image[4, 8]) == (0, 130, 0)
    assert tuple(image[7, 0]) == (0, 60, 255) and tuple(image[-1, 5]) == (255, 0, 160)
