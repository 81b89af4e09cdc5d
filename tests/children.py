"""Command lines in processes of their own, forked from one that has imported everything: they start in no time."""

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import torch

import condgan.gallery.curves
import condgan.verbs.doctor
import condgan.verbs.sample
import condgan.verbs.train  # noqa: F401
from condgan.cli import main
from tests.faults import Faults

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.children", "accelerate", "matplotlib.figure", "rich.console", "rich.progress"])


def start(words: Sequence[str], log: Path, at: int = 0, fault: str = "", folder: Path | None = None) -> BaseProcess:
    """A command line in a child; at its N-th operation on the disk below a folder it dies, waits or fails."""
    child = CONTEXT.Process(target=_run, args=(list(words), log, at, fault, folder), daemon=True)
    child.start()
    return child


def finish(child: BaseProcess, seconds: float = 120) -> int:
    """The exit status of a child; negative where a signal ended it."""
    child.join(seconds)
    assert child.exitcode is not None, "still running"
    return child.exitcode


def _run(words: list[str], log: Path, at: int, fault: str, folder: Path | None) -> None:
    torch.set_num_threads(1)
    with log.open("a") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    logging.raiseExceptions = False
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
    faults = None
    if folder is not None:
        actions = {"die": _die, "wait": _wait(log), "fail": _fail, "": print}
        faults = Faults(pytest.MonkeyPatch(), folder, at, actions[fault])
    try:
        main(words)
    finally:
        if faults:
            log.with_suffix(".count").write_text(str(faults.count))


def _die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail(name: str) -> None:
    raise OSError(28, os.strerror(28), name)


def _wait(log: Path):  # type: ignore[no-untyped-def]
    def wait(_: str) -> None:
        log.with_suffix(".waiting").touch()
        time.sleep(60)

    return wait
