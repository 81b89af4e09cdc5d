"""Slow suites: what the house default reaches on real images."""

from pathlib import Path

import pytest
import torch

from benchmarks.quality import accuracy, fit
from condgan import Pipeline, train
from condgan.data import find


@pytest.mark.long
def test_the_default_learns_the_digits(tmp_path: Path) -> None:
    """After 40,000 images, a CNN trained on the real digits takes nine of ten samples for what was asked for."""
    source = find("digits")
    for _ in train(source, images=40_000, out=tmp_path / "run"):
        pass
    drawn = Pipeline.from_pretrained(tmp_path / "run")(n=2000)
    real, test = source.load(), source.split("test").load()
    judge = fit(real.images, real.labels, 10, steps=300, batch=128, quick=True)
    assert accuracy(judge, test.images, test.labels) > 0.95
    images = torch.from_numpy(drawn.images).movedim(-1, 1).contiguous()
    assert accuracy(judge, images, torch.from_numpy(drawn.labels)) > 0.9
