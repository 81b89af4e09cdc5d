"""The matching-aware loss, and the head that is asked again alone."""

from typing import Any

import pytest
import torch

import condgan as cg
from condgan.conditions import Condition, Label
from condgan.core.batch import Shape
from condgan.core.output import Output
from condgan.losses.base import Step
from condgan.losses.matching import Matching
from condgan.networks import ResNet
from condgan.networks.base import Conditioned
from condgan.recipe import Recipe


def step(right: list[float], wrong: list[float], mismatched: list[bool]) -> Step:
    of_real = Output(torch.tensor(right), None, others=torch.tensor(wrong))
    images = torch.zeros(len(right), 1, 2, 2)
    words: Any = {"z": images, "bundle": {}, "tasks": {}, "discriminate": None, "again": None, "gradients": {}}
    return Step(images, images, of_real, of_real, **words, mismatched=torch.tensor(mismatched))


def test_it_is_ln_2_where_nothing_is_told_and_0_where_all_is() -> None:
    losses = Matching()(step([0.0, 50, 0, 3], [0.0, -50, 9, 3], [True, True, False, False]), "discriminator")
    assert losses.tolist() == pytest.approx([0.6931, 0, 0, 0], abs=1e-4)


@pytest.mark.parametrize("injection", [("projection",), ("features",), ("concat",), ("projection", "map")])
def test_other_conditions_have_the_logits_of_a_pass_of_their_own(injection: tuple[Any, ...]) -> None:
    condition = Condition(label=Label(column="label", names=("a", "b", "c")))
    torch.manual_seed(0)
    embedder = condition.embedder()
    spec = ResNet(channels=8, least_channels=8, features=8, discriminator_injection=injection)
    model = Conditioned(spec.discriminator(Shape(1, (16, 16)), embedder.widths), embedder)
    images = torch.randn(3, 1, 16, 16)
    mine, theirs = ({"label.id": torch.tensor(each)} for each in ([0, 1, 2], [2, 0, 1]))
    found = model(images, mine, theirs)
    assert isinstance(found, Output) and found.others is not None
    torch.testing.assert_close(found.others, model(images, theirs).logits)
    torch.testing.assert_close(found.logits, model(images, mine).logits)
    assert (found.last is not None) == (set(injection) <= {"projection", "features"})


def test_it_needs_a_discriminator_that_reads_the_condition() -> None:
    with pytest.raises(cg.SettingsError, match="objective.matching compares conditions"):
        body = {"kind": "resnet", "discriminator_injection": ()}
        Recipe.parse({"objective": {"matching": 1, "auxiliary": 1}, "architecture": body})
    with pytest.raises(cg.SettingsError, match="objective.matching compares conditions"):
        Recipe.parse({"objective": {"matching": 1}, "condition": "none"})
    with pytest.raises(cg.SettingsError, match="objective.skip_gram is for words that are learned"):
        Recipe.parse({"objective": {"skip_gram": 1}})
