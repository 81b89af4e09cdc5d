"""A run that is killed, interrupted or starved of disk goes on as if nothing had happened: to the bit."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from condgan.training import store
from tests.children import finish, start
from tests.training.runs import Reference, assert_goes_on, leftovers, metrics, state, wait_for


def killed_at_a_moment(reference: Reference, run: Path, log: Path, chance: random.Random) -> None:
    child = start([*reference.words, str(run)], log)
    child.join(chance.uniform(0, reference.seconds))
    child.kill()
    assert finish(child) in (-signal.SIGKILL, 0)


def killed_at_an_operation(reference: Reference, run: Path, log: Path, chance: random.Random) -> None:
    at = chance.randrange(1, reference.operations)
    assert finish(start([*reference.words, str(run)], log, at, "die", run)) in (-signal.SIGKILL, 0)


def out_of_disk(reference: Reference, run: Path, log: Path, chance: random.Random) -> None:
    at = chance.randrange(1, reference.operations)
    status = finish(start([*reference.words, str(run)], log, at, "fail", run))
    assert status in (7, 0)
    if status:
        assert log.read_text().count("error[disk]") == 1 and "Traceback" not in log.read_text()
        assert not leftovers(run)
    log.unlink()


TROUBLES = (killed_at_a_moment, killed_at_an_operation, out_of_disk)
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.long) for seed in (*range(5, 10), *range(100, 200)))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_trouble(trouble: Callable[..., None], seed: int, reference: Reference, tmp_path: Path) -> None:
    trouble(reference, tmp_path / "run", tmp_path / "log", random.Random(seed))
    assert_goes_on(reference, tmp_path / "run", tmp_path / "log")


def test_killed_again_and_again(reference: Reference, tmp_path: Path) -> None:
    """Each session gets a little further."""
    run, log = tmp_path / "run", tmp_path / "log"
    sessions, status = 0, -1
    while status != 0 and sessions < 100:
        sessions += 1
        status = finish(start([*reference.words, str(run)], log, 90, "die", run))
    assert 1 < sessions < 100
    assert_goes_on(reference, run, log)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_first(number: int, status: int, reference: Reference, tmp_path: Path) -> None:
    run, log = tmp_path / "run", tmp_path / "log"
    child = start([*reference.words, str(run), "--training.checkpoint-images", "1000000"], log)
    wait_for(lambda: (run / "metrics.jsonl").exists() and len(metrics(run)) > 3)
    os.kill(int(child.pid or 0), number)
    assert finish(child, 10) == status
    assert "stopped and saved at" in log.read_text() and "Traceback" not in log.read_text()
    (said,) = (line for line in log.read_text().splitlines() if "stopped and saved" in line)
    assert f"step-{int(said.split(' images')[0].split()[-1]) // 8}" == store.named(run / "checkpoints", "latest")
    assert_goes_on(reference, run, log)


def test_a_second_ctrl_c_ends_at_once(reference: Reference, tmp_path: Path) -> None:
    """Here the disk hangs in the midst of a save."""
    run, log = tmp_path / "run", tmp_path / "log"
    child = start([*reference.words, str(run)], log, at=80, fault="wait", folder=run)
    wait_for((tmp_path / "log.waiting").exists)
    os.kill(int(child.pid or 0), signal.SIGINT)
    time.sleep(0.2)
    assert child.is_alive()
    os.kill(int(child.pid or 0), signal.SIGINT)
    assert finish(child, 10) == 130
    assert state(run) and not leftovers(run)
    assert_goes_on(reference, run, log)


def test_a_full_disk(reference: Reference, tmp_path: Path) -> None:
    """A real one, where this process may mount a small file system."""
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this process may not mount a file system")
    try:
        ballast = disk / "ballast"
        assert finish(start([*reference.words, str(disk / "run")], log, 60, "die", disk / "run")) == -signal.SIGKILL
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        ballast.write_bytes(bytes(max(0, free - 30_000)))
        assert finish(start([*reference.words, str(disk / "run")], log)) == 7, log.read_text()
        assert "error[disk]: cannot write the run: No space left on device;" in log.read_text()
        assert state(disk / "run") and not leftovers(disk / "run")
        ballast.unlink()
        log.unlink()
        assert_goes_on(reference, disk / "run", log)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
