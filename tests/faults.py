"""Faults to inject: the N-th operation on the disk fails, or the machine dies at it."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

OPERATIONS = ("open", "write", "fsync", "replace", "rename", "mkdir", "rmdir", "unlink")
"""What goes through ``os`` where the store, the log and the pipeline write."""


class Faults:
    """Counts the operations on the disk below a folder and does something at the N-th.

    It also keeps in mind what has not been brought to the disk: a machine that dies then loses that, at the worst.
    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, at: int, do: Callable[[str], None]) -> None:
        self.folder, self.count, self.at, self.do, self.armed = folder, 0, at, do, True
        self.files: dict[int, Path] = {}
        self.unwritten: set[Path] = set()
        """Files whose content may be lost."""
        self.renames: list[tuple[Path, Path, bytes | None]] = []
        """From, to, and what a file was before: those that may be undone."""
        for name in OPERATIONS:
            patch.setattr(os, name, self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(first: Any, *rest: Any, **more: Any) -> Any:
            ours = first in self.files if isinstance(first, int) else str(first).startswith(str(self.folder))
            if not (self.armed and ours):
                return real(first, *rest, **more)
            reading = name == "open" and not (rest and isinstance(rest[0], int) and rest[0] & os.O_WRONLY)
            if not reading:
                self._count(name, first, rest, real)
            if name in ("rename", "replace"):
                self._renamed(Path(first), Path(rest[0]))
            done = real(first, *rest, **more)
            if name == "open":
                self.files[done] = Path(first)
            elif name == "write":
                self.unwritten.add(self.files[first])
            elif name == "fsync":
                self._synced(self.files[first])
            return done

        return operation

    def _count(self, name: str, first: Any, rest: Any, real: Callable[..., Any]) -> None:
        self.count += 1
        if self.count == self.at:
            if name == "write":  # a full disk takes a part first
                real(first, bytes(rest[0])[: len(rest[0]) // 2])
            self.do(name)

    def _renamed(self, source: Path, target: Path) -> None:
        self.renames.append((source, target, target.read_bytes() if target.is_file() else None))
        self.unwritten = {
            target / each.relative_to(source) if each.is_relative_to(source) else each for each in self.unwritten
        }

    def _synced(self, path: Path) -> None:
        self.unwritten.discard(path)
        self.renames = [each for each in self.renames if each[1].parent != path]

    def remains(self, copy: Path) -> None:
        """Copy the folder as the disk would hold it if the power went now."""
        self.armed = False
        shutil.copytree(self.folder, copy)

        def there(path: Path) -> Path:
            return copy / path.relative_to(self.folder)

        for path in self.unwritten:
            if there(path).exists():
                there(path).write_bytes(b"")
        for source, target, before in self.renames[:1]:  # a disk may well bring the later ones first
            if there(target).exists():
                there(target).rename(there(source))
            if before is not None:
                there(target).write_bytes(before)
        self.armed = True


@contextmanager
def failing(folder: Path, at: int, number: int = errno.ENOSPC) -> Iterator[Faults]:
    """The N-th operation raises."""

    def fail(name: str) -> None:
        raise OSError(number, os.strerror(number), name)

    with pytest.MonkeyPatch.context() as patch:
        yield Faults(patch, folder, at, fail)


@contextmanager
def power_cut(folder: Path, at: int, copy: Path) -> Iterator[Faults]:
    """Before the N-th operation the folder is copied as a dying machine would leave it."""
    with pytest.MonkeyPatch.context() as patch:
        faults = Faults(patch, folder, at, lambda _: faults.remains(copy))
        yield faults
