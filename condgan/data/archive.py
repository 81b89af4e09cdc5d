"""Files in archives, read in place: nothing is unpacked, so that no name in an archive can lead anywhere."""

from __future__ import annotations

import posixpath
import tarfile
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from condgan.core.errors import DataError

ARCHIVES = (".zip", ".tar")
MOST = 1 << 28
"""Bytes of a file in an archive, beyond which it is no image."""


class Member(NamedTuple):
    """One file in an archive."""

    archive: Path
    name: str

    def __str__(self) -> str:
        return f"{self.archive}/{self.name}"


def members(archive: Path) -> list[str]:
    """The names of the files in an archive.

    Raises:
        DataError: it cannot be read.
    """
    try:
        if archive.suffix.lower() == ".tar":
            return list(_places(str(archive), _stamp(archive)))
        return [each.filename for each in _opened(str(archive), _stamp(archive)).infolist() if not each.is_dir()]
    except (OSError, zipfile.BadZipFile, tarfile.TarError, zlib.error, ValueError, NotImplementedError) as error:
        raise DataError("cannot read archive", where=archive, do=f"fetch or pack it again ({error})") from None


def content(member: Member, most: int = MOST) -> bytes:
    """The bytes of a file in an archive, or the first so many.

    Raises:
        OSError: it cannot be read, or is larger than any image where all of it is asked for.
    """
    try:
        if member.archive.suffix.lower() == ".tar":
            offset, size = _places(str(member.archive), _stamp(member.archive))[member.name]
            _require_small(size, most)
            with member.archive.open("rb") as file:
                file.seek(offset)
                return file.read(min(size, most))
        archive = _opened(str(member.archive), _stamp(member.archive))
        _require_small(archive.getinfo(member.name).file_size, most)
        with archive.open(member.name) as inner:
            return inner.read(most)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, KeyError, EOFError) as error:
        raise OSError(f"damaged archive: {error}") from None


def _require_small(size: int, most: int) -> None:
    if most == MOST and size > MOST:
        raise OSError(f"{size >> 20} MiB, more than {MOST >> 20}")


def _stamp(archive: Path) -> tuple[int, int]:
    """What changes when another archive comes in its place."""
    found = archive.stat()
    return found.st_mtime_ns, found.st_size


@lru_cache(8)
def _opened(archive: str, stamp: tuple[int, int]) -> zipfile.ZipFile:
    return zipfile.ZipFile(archive)  # reading from several threads is safe: it locks its file


@lru_cache(8)
def _places(archive: str, stamp: tuple[int, int]) -> dict[str, tuple[int, int]]:
    """Where each file begins, and its size."""
    with tarfile.open(archive, "r:") as opened:
        entries = list(opened)
    found = {posixpath.normpath(each.name): (each.offset_data, each.size) for each in entries if each.isfile()}
    for each in entries:  # a link to another file of the archive is that file
        if each.issym() or each.islnk():
            name = posixpath.normpath(each.name)
            home = posixpath.dirname(name) if each.issym() else ""
            target = posixpath.normpath(posixpath.join(home, each.linkname))
            if target in found:
                found[name] = found[target]
    return found
