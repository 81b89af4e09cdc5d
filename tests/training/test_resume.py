"""Where a run goes on: from the newest sound checkpoint, from one that is asked for, never from a damaged one."""

import json
import os
import random
import shutil
import signal
from pathlib import Path

import pytest

from condgan.core.errors import CheckpointError
from condgan.training import checkpoint, store
from tests.children import finish, start
from tests.training.runs import Reference, assert_goes_on, latest, metrics, state


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
    assert_goes_on(reference, run, log)
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
