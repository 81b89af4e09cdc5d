"""Faults to inject: the N-th operation on the disk fails, or the machine dies at it."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

OPERATIONS = ("open", "write", "fsync", "replace", "rename", "mkdir", "rmdir", "unlink")
"""What goes through ``os`` where the store, the log and the pipeline write."""


class Faults:
    """Counts the operations on the disk below a folder and does something at the N-th."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, at: int, do: Callable[[str], None]) -> None:
        self.count, self.at, self.do, self.armed = 0, at, do, True
        self.files: set[int] = set()
        for name in OPERATIONS:
            patch.setattr(os, name, self._wrapped(name, getattr(os, name), str(folder)))

    def _wrapped(self, name: str, real: Callable[..., object], folder: str) -> Callable[..., object]:
        def operation(first: object, *rest: object, **more: object) -> object:
            ours = first in self.files if isinstance(first, int) else str(first).startswith(folder)
            reading = name == "open" and not (rest and isinstance(rest[0], int) and rest[0] & os.O_WRONLY)
            if self.armed and ours and not reading:
                self.count += 1
                if self.count == self.at:
                    if name == "write":  # a full disk takes a part first
                        real(first, bytes(rest[0])[: len(rest[0]) // 2])  # type: ignore[arg-type,call-overload,index]
                    self.do(name)
            done = real(first, *rest, **more)
            if name == "open" and ours:
                self.files.add(done)  # type: ignore[arg-type]
            return done

        return operation


@contextmanager
def failing(folder: Path, at: int, number: int = errno.ENOSPC) -> Iterator[Faults]:
    """The N-th operation raises."""

    def fail(name: str) -> None:
        raise OSError(number, os.strerror(number), name)

    with pytest.MonkeyPatch.context() as patch:
        yield Faults(patch, folder, at, fail)


@contextmanager
def power_cut(folder: Path, at: int, copy: Path) -> Iterator[Faults]:
    """At the N-th operation the folder is copied as a dying machine would leave it."""

    def keep(_: str) -> None:
        faults.armed = False
        shutil.copytree(folder, copy)
        faults.armed = True

    with pytest.MonkeyPatch.context() as patch:
        faults = Faults(patch, folder, at, keep)
        yield faults
