"""The loop that condgan's speed is compared with trains what condgan trains."""

import math

import pytest
import torch

import condgan as cg
from benchmarks.plain_loop import Labelled, PlainLoop
from benchmarks.throughput import CASES


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
