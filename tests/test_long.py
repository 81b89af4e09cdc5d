"""Slow suites: what the house default reaches on real images."""

from pathlib import Path

import pytest

import condgan as cg


@pytest.mark.long
def test_the_default_learns_the_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 40,000 images, a CNN trained on the real digits takes nine of ten samples for what was asked for."""
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    list(cg.train("digits", images=40_000, out=tmp_path / "run"))
    report = cg.evaluate(tmp_path / "run", "digits", n=1_000, quick=True).report
    assert report.obedience is not None
    assert report.obedience.real.value > 0.95
    assert report.obedience.label_accuracy.low > 0.9
