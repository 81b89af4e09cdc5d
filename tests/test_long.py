"""Slow suites: what the house default reaches on real images."""

from pathlib import Path

import pytest

import condgan as cg

DEMOS = {
    "demo-collapse": "mode collapse",
    "demo-oscillation": "oscillation",
    "demo-vanishing": "vanishing generator gradient",
}


@pytest.mark.long
@pytest.mark.parametrize("preset", DEMOS)
def test_an_alarm_is_raised_at_the_second_snapshot_and_not_with_the_remedy(preset: str, tmp_path: Path) -> None:
    failing = [shot.progress.alarms for shot in cg.train("digits", preset=preset, out=tmp_path / "as-it-is")]
    assert DEMOS[preset] in [alarm.failure for alarm in failing[1]]
    *_, mended = cg.train("digits", preset=preset, remedy=True, out=tmp_path / "mended")
    assert mended.progress.alarms == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_the_default_raises_no_alarm(seed: int, tmp_path: Path) -> None:
    shots = list(cg.train("digits", images=60_000, seed=seed, out=tmp_path / "run"))
    assert [shot.progress.alarms for shot in shots] == [[]] * 10


@pytest.mark.long
def test_the_default_learns_the_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 40,000 images, a CNN trained on the real digits takes nine of ten samples for what was requested."""
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    list(cg.train("digits", images=40_000, out=tmp_path / "run"))
    report = cg.evaluate(tmp_path / "run", "digits", n=1_000, quick=True).report
    label = report.controllability["label"]
    assert label.real.value > 0.95 and label.score.low > 0.9
