"""Files that are whole or not there: what a kill, a crash or a full disk leaves behind can always be read."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from condgan.core.errors import CondganError, DiskError, SettingsError

DRAFT = ".draft-"
"""How the name of a file begins that is still being written."""


BROKEN = {errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS}
"""What the system says where it is the disk, not the path, that is at fault."""


def refusal(error: OSError, what: str, where: Path, do: str) -> CondganError:
    """The error for people where something cannot be written: a ``DiskError``, or else a ``SettingsError``."""
    what = f"{what}: {error.strerror or error}"
    if error.errno in BROKEN:
        return DiskError(what, where=where, do=f"make room or mend the disk; {do}")
    return SettingsError(what, where=where, do=do)


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: into a draft beside it, which takes its place once it is on the disk.

    Raises:
        OSError: it cannot be written; what ``path`` held before is still there, and no draft is left.
    """
    draft = path.with_name(DRAFT + path.name)
    try:
        put(draft, content)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


def put(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
        _write_all(file, content)
        os.fsync(file)


def append(path: Path, content: bytes) -> None:
    """Add to a file, without waiting for the disk."""
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as file:
        _write_all(file, content)


def sync(path: Path) -> None:
    """Wait until a folder's list of files is on the disk."""
    if os.name != "nt":  # Windows cannot, and need not
        with _opened(path, os.O_RDONLY) as file:
            os.fsync(file)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags, 0o666)
    try:
        yield file
    finally:
        os.close(file)


def _write_all(file: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:  # a disk that fills up takes a part and refuses the rest
        rest = rest[os.write(file, rest) :]
