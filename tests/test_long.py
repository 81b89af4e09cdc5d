"""Slow suites: what the house default reaches on real images."""

from pathlib import Path

import pytest

import condgan as cg

ILL = {
    "ill-collapse": "mode collapse",
    "ill-oscillation": "oscillation",
    "ill-vanishing": "vanishing generator gradient",
}


@pytest.mark.long
@pytest.mark.parametrize("preset", ILL)
def test_an_illness_is_raised_at_the_second_look_and_healed(preset: str, tmp_path: Path) -> None:
    ill = [shot.progress.alarms for shot in cg.train("digits", preset=preset, out=tmp_path / "ill")]
    assert ILL[preset] in [alarm.illness for alarm in ill[1]]
    *_, cured = cg.train("digits", preset=preset, cure=True, out=tmp_path / "cured")
    assert cured.progress.alarms == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_the_default_is_well(seed: int, tmp_path: Path) -> None:
    shots = list(cg.train("digits", images=60_000, seed=seed, out=tmp_path / "run"))
    assert [shot.progress.alarms for shot in shots] == [[]] * 10


@pytest.mark.long
def test_the_default_learns_the_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 40,000 images, a CNN trained on the real digits takes nine of ten samples for what was asked for."""
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    list(cg.train("digits", images=40_000, out=tmp_path / "run"))
    report = cg.evaluate(tmp_path / "run", "digits", n=1_000, quick=True).report
    assert report.obedience is not None
    assert report.obedience.real.value > 0.95
    assert report.obedience.label_accuracy.low > 0.9
