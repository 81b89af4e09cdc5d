"""A run that is killed, interrupted or starved of disk goes on as if nothing had happened: to the bit."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from condgan import Recipe, Training
from condgan.core.errors import CheckpointError, LockedError
from condgan.losses import Objective
from condgan.networks import ResNet
from condgan.recipe import Optimizer
from condgan.training import checkpoint, store
from condgan.training.run import Run
from tests.children import CONTEXT, finish, start

RECIPE = Recipe(
    architecture=ResNet(channels=8, least_channels=8, features=8),
    objective=Objective(r1=1, r2=1, every=2),
    optimizer=Optimizer(decay="cosine"),
    training=Training(images=256, batch=8, snapshots=2, checkpoint_images=16),
)


class Reference(NamedTuple):
    """A run that nothing stopped."""

    words: list[str]
    state: bytes
    metrics: list[dict[str, float]]
    seconds: float
    operations: int


def latest(run: Path) -> Path:
    return run / "checkpoints" / str(store.named(run / "checkpoints", "latest"))


def state(run: Path) -> bytes:
    """The tensors of the latest checkpoint, which must be sound."""
    return store.load(latest(run), (checkpoint.TENSORS, checkpoint.COUNTERS))[checkpoint.TENSORS]


def metrics(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if "second" not in key} for line in lines]


def leftovers(run: Path) -> list[str]:
    return [str(each) for each in run.rglob("*") if "tmp" in each.name or "draft" in each.name]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    home = tmp_path_factory.mktemp("reference")
    labels = np.arange(64) % 2
    pixels = np.random.default_rng(0).integers(0, 40, (64, 8, 8)) + 200 * labels[:, None, None]
    np.savez(home / "tones.npz", images=pixels.astype(np.uint8), labels=labels, names=["dark", "light"])
    text = RECIPE.toml()
    (home / "recipe.toml").write_text(text[: text.index("[data]")] + text[text.index("[augment]") :])
    words = ["train", str(home / "tones.npz"), "--recipe", str(home / "recipe.toml"), "--device", "cpu", "--out"]
    began = time.monotonic()
    assert finish(start([*words, str(home / "run")], home / "log")) == 0, (home / "log").read_text()
    seconds = time.monotonic() - began
    (home / "count").mkdir()
    counted = start([*words, str(home / "count" / "run")], home / "counted", at=10**9, fault="", folder=home / "count")
    assert finish(counted) == 0
    operations = int((home / "counted.count").read_text())
    assert operations > 100
    return Reference(words, state(home / "run"), metrics(home / "run"), seconds, operations)


def goes_on(reference: Reference, run: Path, log: Path) -> None:
    """The same command ends where the run that nothing stopped ended."""
    assert finish(start([*reference.words, str(run)], log)) == 0, log.read_text()
    assert "error" not in log.read_text()
    assert state(run) == reference.state
    assert metrics(run) == reference.metrics
    assert not leftovers(run)


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


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_trouble(trouble: Callable[..., None], seed: int, reference: Reference, tmp_path: Path) -> None:
    trouble(reference, tmp_path / "run", tmp_path / "log", random.Random(seed))
    goes_on(reference, tmp_path / "run", tmp_path / "log")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 200))
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_more_trouble(trouble: Callable[..., None], seed: int, reference: Reference, tmp_path: Path) -> None:
    test_trouble(trouble, seed, reference, tmp_path)


def test_killed_again_and_again(reference: Reference, tmp_path: Path) -> None:
    """Each sitting gets a little further."""
    run, log = tmp_path / "run", tmp_path / "log"
    sittings, status = 0, -1
    while status != 0 and sittings < 100:
        sittings += 1
        status = finish(start([*reference.words, str(run)], log, 90, "die", run))
    assert 1 < sittings < 100
    goes_on(reference, run, log)


def wait_for(there: Callable[[], bool], seconds: float = 60) -> None:
    began = time.monotonic()
    while not there():
        assert time.monotonic() - began < seconds, "waited too long"
        time.sleep(0.01)


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
    goes_on(reference, run, log)


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
    goes_on(reference, run, log)


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
    goes_on(reference, run, log)


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


def test_every_byte_of_a_header_and_a_thousand_others(reference: Reference, tmp_path: Path) -> None:
    """Of a real checkpoint: every flipped bit is found, and the file named."""
    place = Path(shutil.copytree(latest(Path(reference.words[1]).parent / "run"), tmp_path / "step-1"))
    chance, tried = random.Random(0), 0
    for file in sorted(place.iterdir()):
        size = file.stat().st_size
        header = 8 + int.from_bytes(file.read_bytes()[:8], "little") if file.suffix == ".safetensors" else size
        positions = {*range(header), *chance.sample(range(size), min(size, 1000))}
        with file.open("r+b", buffering=0) as stream:
            for position in positions:
                (byte,) = os.pread(stream.fileno(), 1, position)
                os.pwrite(stream.fileno(), bytes([byte ^ 1 << chance.randrange(8)]), position)
                with pytest.raises(CheckpointError, match="damaged checkpoint") as error:
                    store.load(place, (checkpoint.TENSORS, checkpoint.COUNTERS))
                assert Path(error.value.where).parent == place
                os.pwrite(stream.fileno(), bytes([byte]), position)
        tried += len(positions)
    assert store.load(place, (checkpoint.TENSORS, checkpoint.COUNTERS))
    print(f"{tried} bytes flipped, each found")
    assert tried > 3000


def test_a_damaged_checkpoint(reference: Reference, tmp_path: Path) -> None:
    """Asked for, it is refused and the file is named; else it is told of, and the one before is taken."""
    run, log = tmp_path / "run", tmp_path / "log"
    assert finish(start([*reference.words, str(run)], log, 150, "die", run)) == -signal.SIGKILL
    newest = latest(run)
    content = bytearray((newest / checkpoint.TENSORS).read_bytes())
    content[len(content) // 2] ^= 1
    (newest / checkpoint.TENSORS).write_bytes(content)
    refused = tmp_path / "refused"
    assert finish(start([*reference.words, str(run), "--resume", str(newest)], refused)) == 4
    assert refused.read_text().startswith(
        f"error[checkpoint]: damaged checkpoint (not what SHA256SUMS says); {newest}/state"
    )
    goes_on(reference, run, log)
    assert f"warning: damaged checkpoint (not what SHA256SUMS says): {newest}/state.safetensors" in log.read_text()


def test_no_sound_checkpoint_is_no_silent_restart(reference: Reference, tmp_path: Path) -> None:
    run, log = tmp_path / "run", tmp_path / "log"
    assert finish(start([*reference.words, str(run)], log, 150, "die", run)) == -signal.SIGKILL
    for file in (run / "checkpoints").glob("*/SHA256SUMS"):
        file.unlink()
    assert finish(start([*reference.words, str(run)], log)) == 4
    assert "error[checkpoint]: damaged checkpoint (No such file or directory)" in log.read_text()


def test_resume_by_path_alone_and_into_another_folder(reference: Reference, tmp_path: Path) -> None:
    run, log = tmp_path / "run", tmp_path / "log"
    assert finish(start([*reference.words, str(run)], log, 150, "die", run)) == -signal.SIGKILL
    fork = [*reference.words, str(tmp_path / "fork"), "--resume", str(run)]
    assert finish(start(fork, log)) == 0, log.read_text()
    assert state(tmp_path / "fork") == reference.state
    assert finish(start(["train", "--resume", str(run)], log)) == 0, log.read_text()
    assert state(run) == reference.state


def test_the_same_command_with_resume_goes_on_too(reference: Reference, tmp_path: Path) -> None:
    """It does not go back to where it was asked to begin."""
    run, log = tmp_path / "run", tmp_path / "log"
    assert finish(start([*reference.words, str(run)], log, 150, "die", run)) == -signal.SIGKILL
    origin = latest(run).name
    fork = [*reference.words, str(tmp_path / "fork"), "--resume", str(run)]
    assert finish(start(fork, log, 150, "die", tmp_path / "fork")) == -signal.SIGKILL
    reached = int(latest(tmp_path / "fork").name[5:])
    assert reached > int(origin[5:])
    assert finish(start(fork, log)) == 0, log.read_text()
    assert min(line["images"] for line in metrics(tmp_path / "fork")) > 8 * int(origin[5:])
    assert state(tmp_path / "fork") == reference.state


@pytest.mark.parametrize("field", ["steps", "images", "rollbacks", "sums", "reported"])
@pytest.mark.parametrize("value", ["1/../../../victim", -1, None, {"a": "b"}, [["x"]]])
def test_counters_that_lie(field: str, value: object, reference: Reference, tmp_path: Path) -> None:
    """A checkpoint whose sums are right and whose content is not: refused in one line, and nothing is touched."""
    (tmp_path / "victim").mkdir()
    source = latest(Path(reference.words[1]).parent / "run")
    files = store.load(source, (checkpoint.TENSORS, checkpoint.COUNTERS))
    counters = json.loads(files[checkpoint.COUNTERS]) | {field: value}
    store.save(tmp_path / "evil", "step-1", files | {checkpoint.COUNTERS: json.dumps(counters).encode()})
    words = [*reference.words, str(tmp_path / "run"), "--resume", str(tmp_path / "evil" / "step-1")]
    status = finish(start(words, tmp_path / "log"))
    assert (tmp_path / "victim").exists() and "Traceback" not in (tmp_path / "log").read_text()
    assert status in (0, 4), (tmp_path / "log").read_text()
    assert status == 4 or field not in ("steps", "images")


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
        goes_on(reference, disk / "run", log)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
