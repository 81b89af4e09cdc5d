"""Alarms: from a log alone, each illness by its own sign, and none without."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from condgan.cli.view import describe, summary
from condgan.presets import get
from condgan.recipe import Recipe
from condgan.training import loop
from condgan.training.health import ILLNESSES, YOUNG, Alarm, alarms
from condgan.training.log import read
from tests.training.test_training import QUICK, two_tones

RECIPE = Recipe()
LOOK = YOUNG * RECIPE.training.batch
SOUND = {
    "pixel_distance": 0.2,
    "pixel_distance_error": 0.01,
    "variety": 0.9,
    "obedience": 0.95,
    "memorization": 0.1,
    "told": 0.8,
    "generator_gradient": 1.0,
}
SIGNS: dict[str, dict[str, Any]] = {
    "mode collapse": {"variety": 0.1},
    "label ignored": {"obedience": 0.02},
    "memorised training images": {"memorization": 0.8},
    "vanishing generator gradient": {"generator_gradient": 0.01, "told": 1.0},
    "divergence": {"pixel_distance": 5.0},
}


def log(*looks: dict[str, Any], between: int = 5) -> list[dict[str, Any]]:
    """Reports with a snapshot after each few of them."""
    history = []
    for index, look in enumerate(looks):
        for part in range(1, between + 1):
            images = round(LOOK * (index + part / between))
            signs = {**SOUND, **look}
            if part < between:
                signs = {name: signs[name] for name in ("told", "generator_gradient")}
            if isinstance(signs["told"], tuple):
                signs["told"] = signs["told"][part % 2]
            history.append({"images": images, **signs})
    return history


def test_every_illness_is_looked_at() -> None:
    assert ILLNESSES.keys() == SIGNS.keys() | {"oscillation"}


@pytest.mark.parametrize("name", SIGNS)
def test_an_illness_is_told_after_two_looks_until_it_heals(name: str) -> None:
    ill = SIGNS[name]
    assert alarms(log({}, ill), RECIPE) == []
    (alarm,) = alarms(log({}, ill, ill), RECIPE)
    assert (alarm.illness, alarm.since) == (name, 2 * LOOK) and "alarm" in alarm.evidence and alarm.cure
    assert str(alarm).startswith(f"{name} since {2 * LOOK:,} images: ")
    assert alarms(log({}, ill, ill, {}), RECIPE) == []


def test_players_that_chase_each_other() -> None:
    swings = {"told": (0.05, 0.95)}
    (alarm,) = alarms(log({}, swings, swings, swings), RECIPE)
    assert alarm.illness == "oscillation" and "now 5%, now 95% of the pairs" in alarm.evidence
    assert alarms(log({}, *[{"told": (0.45, 0.55)}] * 3), RECIPE) == []
    assert alarms(log({}, *[{"told": (0.7, 1.0)}] * 3), RECIPE) == []


def test_close_looks_are_taken_together() -> None:
    swings = [{"told": (0.05, 0.95)}] * 8
    (alarm,) = alarms(log({}, *swings, between=2), RECIPE)
    assert alarm.illness == "oscillation"


def test_no_gradient_at_all_has_vanished() -> None:
    (alarm,) = alarms(log(*[{"told": 1.0, "generator_gradient": 0.0}] * 2), RECIPE)
    assert alarm.illness == "vanishing generator gradient"


def test_a_run_in_its_first_steps_is_not_ill() -> None:
    ill = {"variety": 0.0, "obedience": 0.0}
    young = [{**each, "images": each["images"] // 4} for each in log(ill, ill, ill)]
    assert alarms(young, RECIPE) == [] != alarms(log(ill, ill, ill), RECIPE)
    old = [{**each, "images": each["images"] + LOOK // 2} for each in log(ill, ill)]
    assert alarms([*young, *old[:5]], RECIPE) == [] != alarms([*young, *old], RECIPE)


def test_nothing_known_is_no_alarm() -> None:
    assert alarms([], RECIPE) == []
    old = [{"images": LOOK * index, "pixel_distance": 0.2} for index in range(1, 5)]  # the log of an older version
    assert alarms(old, RECIPE) == []


def test_a_cure_changes_something() -> None:
    """What the recipe has already is not advised."""
    ill = {"variety": 0.0}
    (bare,) = alarms(log(ill, ill), RECIPE.override({"objective": {"r1": 0}}))
    (penalised,) = alarms(log(ill, ill), RECIPE.override({"objective": {"r1": 1, "r2": 1}}))
    assert "--objective.r1 1" in bare.cure and "r1" not in penalised.cure
    (pictures,) = alarms(log({"memorization": 0.9}, {"memorization": 0.9}), get("pix2pix"))
    assert "--augment.translation 0.1" in pictures.cure and "--augment.on" not in pictures.cure
    deaf = log({"obedience": 0.0}, {"obedience": 0.0})
    advised = {name: alarms(deaf, get(name))[0].cure for name in ("house", "acgan", "reacgan", "cgan-mlp")}
    assert [name for name, cure in advised.items() if "--objective.auxiliary 1" in cure] == ["house"]


def test_an_alarm_is_told_wherever_people_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once in words, in each snapshot's report, in the pipeline, in the progress line and at the end."""
    ill = Alarm(illness="mode collapse", evidence="they are alike", since=24, cure="something else")
    monkeypatch.setattr(loop, "alarms", lambda history, recipe: [ill] if history[-1]["images"] > 24 else [])
    recipe = QUICK.override({"training": {"images": 96, "snapshots": 4}})
    shots = list(loop.train(recipe, two_tones(), tmp_path / "run", device="cpu"))
    assert [shot.progress.alarms for shot in shots] == [[], [ill], [ill], [ill]]
    told = "mode collapse since 24 images: they are alike; try something else"
    assert [record.getMessage() for record in caplog.records] == [told]
    looks = [line for line in read(tmp_path / "run" / "metrics.jsonl") if "pixel_distance" in line]
    assert [line.get("alarms") for line in looks] == [None, *[[ill.plain()]] * 3]
    assert json.loads((tmp_path / "run" / "config.json").read_text())["trained"]["alarms"] == [ill.plain()]
    assert describe(shots[-1].progress, [ill]).startswith("MODE COLLAPSE · 96 images")
    assert describe(shots[-1].progress, [ill, ill, ill]).startswith("MODE COLLAPSE +2 · 96 images")
    assert describe(shots[0].progress).startswith("24 images")
    console = Console(width=200, file=io.StringIO())
    console.print(summary(tmp_path / "run", shots[-1]))
    assert told in console.file.getvalue()
