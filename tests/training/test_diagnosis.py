"""Alarms: from a log alone, each failure mode by its own evidence, and none without."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from condgan.cli.view import describe, summary
from condgan.presets import get
from condgan.recipe import Recipe
from condgan.training import session
from condgan.training.diagnosis import FAILURE_MODES, YOUNG, Alarm, alarms
from condgan.training.log import read
from condgan.verbs.plan import Plan
from tests.training.runs import QUICK, train, two_tones

RECIPE = Recipe()
LOOK = YOUNG * RECIPE.training.batch
SOUND = {
    "pixel_distance": 0.2,
    "pixel_distance_error": 0.01,
    "diversity": 0.9,
    "controllability": 0.95,
    "discriminator_overfitting": 0.1,
    "discriminator_accuracy": 0.8,
    "generator_gradient": 1.0,
}
EVIDENCE: dict[str, dict[str, Any]] = {
    "mode collapse": {"diversity": 0.1},
    "condition ignored": {"controllability": 0.02},
    "discriminator overfitting": {"discriminator_overfitting": 0.8},
    "vanishing generator gradient": {"generator_gradient": 0.01, "discriminator_accuracy": 1.0},
    "divergence": {"pixel_distance": 5.0},
    "frozen clips": {"motion": 0.1},
}


def log(*looks: dict[str, Any], between: int = 5) -> list[dict[str, Any]]:
    """Reports with a snapshot after each few of them."""
    history = []
    for index, look in enumerate(looks):
        for part in range(1, between + 1):
            images = round(LOOK * (index + part / between))
            signs = {**SOUND, **look}
            if part < between:
                signs = {name: signs[name] for name in ("discriminator_accuracy", "generator_gradient")}
            if isinstance(signs["discriminator_accuracy"], tuple):
                signs["discriminator_accuracy"] = signs["discriminator_accuracy"][part % 2]
            history.append({"images": images, **signs})
    return history


def test_every_failure_mode_is_covered() -> None:
    assert FAILURE_MODES.keys() == EVIDENCE.keys() | {"oscillation"}


@pytest.mark.parametrize("name", EVIDENCE)
def test_an_alarm_is_raised_after_two_snapshots_until_it_is_over(name: str) -> None:
    failing = EVIDENCE[name]
    assert alarms(log({}, failing), RECIPE) == []
    (alarm,) = alarms(log({}, failing, failing), RECIPE)
    assert (alarm.failure, alarm.since) == (name, 2 * LOOK) and "alarm" in alarm.evidence and alarm.remedy
    assert str(alarm).startswith(f"{name} since {2 * LOOK:,} images: ")
    assert alarms(log({}, failing, failing, {}), RECIPE) == []


def test_players_that_chase_each_other() -> None:
    swings = {"discriminator_accuracy": (0.05, 0.95)}
    (alarm,) = alarms(log({}, swings, swings, swings), RECIPE)
    assert alarm.failure == "oscillation" and "now in 5%, now in 95% of the pairs" in alarm.evidence
    assert alarms(log({}, *[{"discriminator_accuracy": (0.45, 0.55)}] * 3), RECIPE) == []
    assert alarms(log({}, *[{"discriminator_accuracy": (0.7, 1.0)}] * 3), RECIPE) == []


def test_close_snapshots_are_taken_together() -> None:
    swings = [{"discriminator_accuracy": (0.05, 0.95)}] * 8
    (alarm,) = alarms(log({}, *swings, between=2), RECIPE)
    assert alarm.failure == "oscillation"


def test_no_gradient_at_all_has_vanished() -> None:
    (alarm,) = alarms(log(*[{"discriminator_accuracy": 1.0, "generator_gradient": 0.0}] * 2), RECIPE)
    assert alarm.failure == "vanishing generator gradient"


def test_a_run_in_its_first_steps_raises_no_alarm() -> None:
    ill = {"diversity": 0.0, "controllability": 0.0}
    young = [{**each, "images": each["images"] // 4} for each in log(ill, ill, ill)]
    assert alarms(young, RECIPE) == [] != alarms(log(ill, ill, ill), RECIPE)
    old = [{**each, "images": each["images"] + LOOK // 2} for each in log(ill, ill)]
    assert alarms([*young, *old[:5]], RECIPE) == [] != alarms([*young, *old], RECIPE)


def test_nothing_known_is_no_alarm() -> None:
    assert alarms([], RECIPE) == []
    old = [{"images": LOOK * index, "pixel_distance": 0.2} for index in range(1, 5)]  # the log of an older version
    assert alarms(old, RECIPE) == []


def test_a_remedy_changes_something() -> None:
    """What the recipe has already is not advised."""
    ill = {"diversity": 0.0}
    (bare,) = alarms(log(ill, ill), RECIPE.override({"objective": {"r1": 0}}))
    (penalised,) = alarms(log(ill, ill), RECIPE.override({"objective": {"r1": 1, "r2": 1}}))
    assert "--objective.r1 1" in bare.remedy and "r1" not in penalised.remedy
    (pictures,) = alarms(log({"discriminator_overfitting": 0.9}, {"discriminator_overfitting": 0.9}), get("pix2pix"))
    assert "--augment.translation 0.1" in pictures.remedy and "--augment.on" not in pictures.remedy
    ignored = log({"controllability": 0.0}, {"controllability": 0.0})
    advised = {name: alarms(ignored, get(name))[0].remedy for name in ("house", "acgan", "reacgan", "cgan-mlp")}
    assert [name for name, remedy in advised.items() if "--objective.auxiliary 1" in remedy] == ["house"]


def test_an_alarm_stands_wherever_people_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once in words, in each snapshot's report, in the pipeline, in the progress line and at the end."""
    ill = Alarm(failure="mode collapse", evidence="they are alike", since=24, remedy="something else")
    monkeypatch.setattr(session, "alarms", lambda history, recipe: [ill] if history[-1]["images"] > 24 else [])
    recipe = QUICK.override({"training": {"images": 96, "snapshots": 4}})
    shots = list(train(recipe, two_tones(), tmp_path / "run"))
    assert [shot.progress.alarms for shot in shots] == [[], [ill], [ill], [ill]]
    said = "mode collapse since 24 images: they are alike; try something else"
    assert [record.getMessage() for record in caplog.records] == [said]
    looks = [line for line in read(tmp_path / "run" / "metrics.jsonl") if "pixel_distance" in line]
    assert [line.get("alarms") for line in looks] == [None, *[[ill.plain()]] * 3]
    assert json.loads((tmp_path / "run" / "config.json").read_text())["trained"]["alarms"] == [ill.plain()]
    assert describe(shots[-1].progress, [ill]).startswith("MODE COLLAPSE · 96 images")
    assert describe(shots[-1].progress, [ill, ill, ill]).startswith("MODE COLLAPSE +2 · 96 images")
    assert describe(shots[0].progress).startswith("24 images")
    console = Console(width=200, file=io.StringIO())
    console.print(summary(Plan(recipe, two_tones(), "mine", tmp_path / "run", None), shots[-1]))
    assert said in console.file.getvalue()
