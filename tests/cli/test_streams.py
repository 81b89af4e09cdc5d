"""Output to any stream: readable in any encoding; a reader that goes away and a disk that is full end in one way."""

import errno
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from condgan.cli import main
from condgan.cli.streams import Guarded
from condgan.conditions import Condition, Label
from condgan.core.errors import DiskError
from tests.conftest import ROOT, make_birds
from tests.pipeline.test_pipeline import pipeline

NAMES = ("café – ×", "日本")
ASCII = {"PYTHONIOENCODING": "ascii"}
OLD = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
POSIX = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SLIM = ["--preset", "acgan", "--images", "16", "--training.batch", "4", "--training.snapshots", "2"]
SLIM += ["--architecture.channels", "8"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Birds, and a pipeline of classes whose names are in any script."""
    folder = tmp_path_factory.mktemp("streams")
    make_birds(folder / "birds")
    pipeline(condition=Condition(label=Label(names=NAMES))).save_pretrained(folder / "pipe")
    return folder


COMMANDS = {
    "presets": ["presets"],
    "preset": ["presets", "spade"],
    "help": ["--help"],
    "version": ["--version"],
    "help of a command": ["evaluate", "--help"],
    "doctor": ["doctor", "birds", "--preset", "acgan"],
    "sample": ["sample", "pipe", "--n", "2", "--out", "samples.npz"],
}


def start(words: list[str], home: Path, output: int, **variables: str) -> tuple[int, str]:
    """The exit status of ``python -m condgan`` and what is on its standard error."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **variables}
    done = subprocess.run(
        [sys.executable, "-m", "condgan", *words],
        cwd=home,
        env=environment,
        stdout=output,
        stderr=subprocess.PIPE,
        check=False,
    )
    return done.returncode, done.stderr.decode("latin-1")


@contextmanager
def no_reader() -> Iterator[int]:
    """A pipe of which nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        yield writing
    finally:
        os.close(writing)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_goes_away(command: str, home: Path) -> None:
    with no_reader() as output:
        assert start(COMMANDS[command], home, output) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
@pytest.mark.parametrize("command", COMMANDS)
def test_output_that_cannot_be_written(command: str, home: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        status, said = start(COMMANDS[command], home, full)
    finally:
        os.close(full)
    assert status == 7 and said.count("\n") == 1
    assert said.startswith("error[disk]: cannot write the output: No space left on device; standard output; make room")


@pytest.mark.parametrize("variables", [ASCII, POSIX, OLD], ids=["ascii", "C", "cp1252"])
@pytest.mark.parametrize("command", ["presets", "help of a command", "doctor", "sample"])
def test_any_encoding(command: str, variables: dict[str, str], home: Path) -> None:
    with (home / "output").open("wb") as output:
        assert start(COMMANDS[command], home, output.fileno(), **variables) == (0, "")
    content = (home / "output").read_bytes()
    assert content and (content.isascii() or variables is OLD)
    if command == "doctor":
        assert b"####" in content and (b"12 images of 10\xd712" if variables is OLD else b"10x12") in content


@pytest.mark.parametrize("variables", [ASCII, POSIX, OLD], ids=["ascii", "C", "cp1252"])
def test_errors_in_any_encoding(variables: dict[str, str], home: Path) -> None:
    status, said = start(["sample", "pipe", "--label", "nope"], home, subprocess.DEVNULL, **variables)
    there = "caf\xe9 \x96 \xd7, ??" if variables is OLD else "caf? - x, ??"
    assert status == 2 and f"classes: {there};" in said and said.count("\n") == 1


def test_a_training_that_nobody_reads_ends_as_such_and_goes_on_later(home: Path) -> None:
    """The pipe is broken in the middle of the run, where a failing disk is told of, too."""
    words = ["train", "birds", *SLIM, "--out", "run"]
    warned = "warning: classes of fewer than 10 images"
    with no_reader() as output:
        status, said = start(words, home, output)
    assert status == 141 and said.startswith(warned) and said.count("\n") == 1
    status, said = start(words, home, subprocess.DEVNULL)
    assert status == 0 and said.startswith(warned) and (home / "run" / "config.json").exists()


def test_names_that_are_no_text_are_refused_in_one_line_and_the_advice_works(home: Path) -> None:
    """Where the system's encoding is ASCII, the bytes of é come as no characters at all."""
    (home / "birds").rename(home / "vögel")
    try:
        words = ["train", "vögel", *SLIM, "--out", "other"]
        status, said = start(words, home, subprocess.DEVNULL, **POSIX)
        assert status == 2 and "Traceback" not in said
        assert said.splitlines()[-1].startswith("error[settings]: a name that is no text in this system's encoding")
        assert "set PYTHONUTF8=1" in said and not (home / "other").exists()
        assert start(words, home, subprocess.DEVNULL, **{**POSIX, "PYTHONUTF8": "1"})[0] == 0
    finally:
        (home / "vögel").rename(home / "birds")


def test_what_to_do_next_can_be_typed_in_any_encoding(home: Path) -> None:
    for name, label in zip(NAMES, ("robin", "wren"), strict=True):
        shutil.copytree(home / "birds" / label, home / "named" / name)
    with (home / "output").open("wb") as output:
        assert start(["train", "named", *SLIM, "--out", "named-run"], home, output.fileno(), **ASCII)[0] == 0
    (line,) = [line for line in (home / "output").read_text().splitlines() if line.startswith("next")]
    words = line.split()[2:]
    assert words == ["sample", "named-run", "--label-index", "0", "--n", "16"]
    assert start(words, home, subprocess.DEVNULL)[0] == 0


@pytest.mark.skipif(os.name == "nt", reason="no such redirection")
@pytest.mark.parametrize(("closed", "status"), [(">&-", 0), ("2>&-", 0), (">&- 2>&-", 0)])
def test_streams_that_are_closed(closed: str, status: int) -> None:
    done = subprocess.run(f"{sys.executable} -m condgan presets {closed}", shell=True, cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stderr) == (status, b"")


class Failing(io.RawIOBase):
    """A device that takes a few bytes at a time, and at last no more."""

    def __init__(self, room: int, number: int) -> None:
        self.room, self.number, self.taken = room, number, b""

    def write(self, content: memoryview) -> int:  # type: ignore[override]
        if not self.room:
            raise OSError(self.number, os.strerror(self.number))
        some = bytes(content[: min(3, self.room)])
        self.room -= len(some)
        self.taken += some
        return len(some)


def test_a_stream_writes_all_until_it_fails_and_then_is_silent() -> None:
    below = Failing(7, errno.ENOSPC)
    stream = Guarded(below, told=True)
    assert stream.write(b"12345") == 5
    with pytest.raises(DiskError, match="No space left"):
        stream.write(b"6789")
    assert below.taken == b"1234567" and stream.write(b"more") == 4
    gone = Guarded(Failing(0, errno.EPIPE), told=True)
    with pytest.raises(SystemExit) as ended:
        gone.write(b"x")
    assert ended.value.code == 141
    assert Guarded(Failing(0, errno.EIO), told=False).write(b"x") == 1


def test_a_stream_without_bytes_is_left_as_it_is() -> None:
    text = io.StringIO()
    with redirect_stdout(text), pytest.raises(SystemExit) as ended:
        main(["presets"])
    assert ended.value.code == 0 and "house" in text.getvalue()
