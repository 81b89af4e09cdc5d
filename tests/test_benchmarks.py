"""The loop that condgan's speed is compared with trains what condgan trains; transfers are measured to the end."""

import math
from pathlib import Path

import pytest
import torch

import condgan as cg
from benchmarks.plain_loop import Labelled, PlainLoop
from benchmarks.throughput import CASES
from benchmarks.transfer import Budget, cases, measure, told, typical
from condgan.toml import read_recipe


@pytest.mark.parametrize("preset", CASES)
def test_the_plain_loop_trains_each_case(preset: str) -> None:
    made = cg.plan("digits", preset=preset, settings={"training": {"batch": 4}})
    loop = PlainLoop(made.recipe, Labelled(made.dataset), made.dataset.shape)
    before = [[each.clone() for each in player.parameters()] for player in players(loop)]
    for _ in range(2):
        assert all(map(math.isfinite, loop.step()))
    for player, then in zip(players(loop), before, strict=True):
        assert not all(map(torch.equal, player.parameters(), then))


def players(loop: PlainLoop) -> tuple[torch.nn.Module, torch.nn.Module]:
    return loop.generator, loop.discriminator


@pytest.mark.parametrize("case", [pytest.param("letters", marks=pytest.mark.long), "digit"])
def test_a_transfer_is_measured(case: str, real: Path, tmp_path: Path, quick: None) -> None:
    """With hardly any budget: of the embedded digits, and of real letters."""
    slim = {"channels": 8, "least_channels": 8, "features": 8}
    budget = Budget(16, 32, 2, 60, {"architecture": slim, "training": {"batch": 8}})
    known = cases("digits", real / "omniglot_latin" / "Latin", "")
    row = measure(case, known[case], 0, tmp_path, budget)
    assert row["budget"] == 32 and [images for images, _ in row["of_transferred"]] == [16, 32]
    assert 0 <= row["fresh"] <= 1 and f"{case}, seed 0: label accuracy" in told(row)
    parents = cg.Pipeline.from_pretrained(tmp_path / f"{case}-transferred-0").trained["parents"]
    assert parents[0]["images"] in (8, 16) and len(known["digit"].old.load().schema.columns["label"].names) == 9
    fresh, other = (read_recipe(tmp_path / f"{case}-{each}-0" / "recipe.toml") for each in ("fresh", "transferred"))
    assert fresh == other.model_copy(update={"condition": fresh.condition})
    never = typical([row | {"images": each} for each in (None, 16, None)])
    assert never["images"] is None and "never" in told(never)
