"""A run has one writer."""

import subprocess
import sys
from pathlib import Path

import pytest

from condgan.core.errors import LockedError
from condgan.training.run import Run
from tests.children import CONTEXT, finish, start
from tests.training.runs import RECIPE, Reference, assert_goes_on, wait_for


def test_one_writer(reference: Reference, tmp_path: Path) -> None:
    run, log, other = tmp_path / "run", tmp_path / "log", tmp_path / "other"
    child = start([*reference.words, str(run)], log, at=80, fault="wait", folder=run)
    wait_for((tmp_path / "log.waiting").exists)
    assert finish(start([*reference.words, str(run)], other)) == 5
    assert other.read_text().startswith("error[locked]: another process is training there;")
    # nothing heavy is imported before the lock is asked, so that the answer comes at once
    words = ["train", "x", "--out", str(run)]
    asked = f"import sys; from condgan.cli import main; sys.modules['torch'] = None; main({words!r})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert done.returncode == 5, done.stderr
    child.kill()
    finish(child)
    assert_goes_on(reference, run, log)


@pytest.mark.parametrize("race", range(50))
def test_races_for_the_lock(race: int, tmp_path: Path) -> None:
    """Of those that come at once, one gets in."""
    gate = tmp_path / "gate"
    racers = [CONTEXT.Process(target=claim, args=(tmp_path / "run", gate, tmp_path / f"{i}")) for i in range(3)]
    for racer in racers:
        racer.start()
    gate.touch()
    assert sorted(finish(racer) for racer in racers) == [0, 5, 5]


def claim(run: Path, gate: Path, mine: Path) -> None:
    """Take the run and hold it until all have tried."""
    wait_for(gate.exists)
    held = Run(run)
    try:
        held.claim(RECIPE)
    except LockedError as error:
        mine.touch()
        raise SystemExit(error.status) from None
    mine.touch()
    wait_for(lambda: all((mine.parent / str(i)).exists() for i in range(3)))
