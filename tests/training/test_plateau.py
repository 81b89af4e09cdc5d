"""When a run stops of itself, and what it leaves."""

from pathlib import Path

import pytest

from condgan import Pipeline
from condgan.training import checkpoint
from condgan.training.monitor import Monitor
from condgan.training.plateau import PATIENCE, plateau
from tests.training.runs import QUICK, train, two_tones


def history(*distances: float, error: float = 0.1) -> list[dict[str, float]]:
    return [
        {"images": 10 * index, "pixel_distance": each, "pixel_distance_error": error}
        for index, each in enumerate(distances, 1)
    ]


def seen(patch: pytest.MonkeyPatch, *distances: float) -> None:
    """What each snapshot finds, in turn."""
    found = iter(distances)
    patch.setattr(Monitor, "distance", lambda *_: {"pixel_distance": next(found), "pixel_distance_error": 0.1})


def test_it_waits_for_three_without_an_improvement() -> None:
    assert plateau([]) is None and plateau([{"images": 1}]) is None
    assert plateau(history(3, 2, 1, *[1] * (PATIENCE - 1))) is None
    assert plateau(history(3, 2, 1, *[1] * PATIENCE)) == (
        "for 3 snapshots the distance from the real images has not fallen below the interval of 1 ± 0.1 at 30 images"
    )
    assert plateau(history(3, 2, 1, 5, 5, 5, error=0.1)) is not None


def test_small_steps_add_up_and_steps_within_the_interval_do_not_count() -> None:
    assert plateau(history(1, 0.96, 0.92, 0.88, 0.84, 0.8)) is None
    assert plateau(history(1, 0.99, 0.98, 0.97)) is not None


def test_a_log_of_an_older_version() -> None:
    old = [{"images": each["images"], "pixel_distance": each["pixel_distance"]} for each in history(1, 1, 1, 1)]
    assert plateau(old) is not None


def test_a_run_stops_keeps_its_best_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, 3, 1, 2, 2, 2, 0.9, 0.1, 0.1, 0.1, 0.1)
    recipe = QUICK.override({"training": {"images": 160, "snapshots": 10, "until": "plateau"}})
    taken = list(train(recipe, two_tones(), tmp_path / "run"))
    assert [each.progress.images for each in taken] == [16, 32, 48, 64, 80]
    assert [each.stopped is None for each in taken] == [True] * 4 + [False]
    assert Pipeline.from_pretrained(tmp_path / "run").trained["images"] == 32
    assert list(train(recipe, two_tones(), tmp_path / "run")) == []
    on = recipe.override({"training": {"until": "budget"}})
    further = list(train(on, two_tones(), tmp_path / "run"))
    assert [each.progress.images for each in further] == [96, 112, 128, 144, 160]
    assert Pipeline.from_pretrained(tmp_path / "run").trained["images"] == 160


def test_the_best_is_kept_whatever_the_session_before_was_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, 3, 1, 2, 2, 2, 2)
    run, recipe = tmp_path / "run", QUICK.override({"training": {"images": 160, "snapshots": 10}})
    taken = train(recipe, two_tones(), run)
    assert [next(taken).progress.images for _ in range(4)] == [16, 32, 48, 64]
    taken.close()
    assert Pipeline.from_pretrained(run).trained["images"] == 64
    on = recipe.override({"training": {"until": "plateau"}})
    (last,) = train(on, two_tones(), run)
    assert last.progress.images == 80 and last.stopped is not None
    kept = Pipeline.from_pretrained(run)
    assert kept.trained["images"] == 32
    best = checkpoint.restore(run / "checkpoints" / "step-4", {"ema": kept.generator})
    assert best.images == 32


def test_the_end_of_the_budget_is_no_plateau(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, 3, 1, 1, 1, 1)
    recipe = QUICK.override({"training": {"images": 80, "snapshots": 5, "until": "plateau"}})
    assert [shot.stopped for shot in train(recipe, two_tones(), tmp_path / "run")] == [None] * 5
