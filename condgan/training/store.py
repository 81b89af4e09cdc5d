"""Checkpoints on disk: folders of files under a manifest of their SHA-256 sums. What does not match is not trusted.

A checkpoint is written into a draft folder, brought to the disk, renamed, and only then named in ``latest``; so
whenever the process or the machine dies, ``latest`` names a checkpoint that is whole.
"""

import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from condgan.core import disk
from condgan.core.errors import CheckpointError

MANIFEST = "SHA256SUMS"
"""In the form that ``sha256sum --check`` reads."""
NAME = r"step-\d{1,18}"
LATEST, BEST = "latest", "best"
"""Files that name a checkpoint each."""


def save(folder: Path, name: str, files: Mapping[str, bytes], best: bool = False) -> Path:
    """Write a checkpoint and make it the latest. It, the latest before it and the best are kept.

    Raises:
        OSError: it cannot be written; those that were there still are, and no draft is left.
    """
    if not re.fullmatch(NAME, name):
        raise ValueError(f"no name of a checkpoint: {name!r}")
    folder.mkdir(exist_ok=True)
    before = named(folder, LATEST)
    place, draft, aside = folder / name, folder / f"{name}.tmp", _free(folder / f"{name}0")
    try:
        _discard(draft)
        draft.mkdir()
        for file, content in {**files, MANIFEST: manifest(files)}.items():
            disk.put(draft / file, content)
        disk.sync(draft)
        if place.exists():  # a run that went back comes by again; one of the two is whole at any moment
            place.rename(aside)
            disk.sync(folder)
        draft.rename(place)
        disk.sync(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    disk.write(folder / LATEST, name.encode())
    if best:
        disk.write(folder / BEST, name.encode())
    prune(folder, [name, before, named(folder, BEST)])
    return place


def _free(place: Path) -> Path:
    """A name of a checkpoint that is not taken: zeros are added, so that it sorts as the newest."""
    while place.exists():
        place = place.with_name(place.name + "0")
    return place


def prune(folder: Path, kept: Sequence[str | None]) -> None:
    """Remove every checkpoint and draft but some."""
    for old in folder.glob("*"):
        if old.name not in kept and (old.is_dir() or old.name.startswith(disk.DRAFT)):
            _discard(old)


def named(folder: Path, pointer: str) -> str | None:
    """The name that ``latest`` or ``best`` holds; ``None`` where it holds none that could be a checkpoint's."""
    try:
        text = (folder / pointer).read_text()
    except (OSError, UnicodeDecodeError):
        return None
    return text if re.fullmatch(NAME, text) else None


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints there are, sound or not: the latest, then the others from the newest to the oldest."""
    found = [each for each in folder.glob("step-*") if re.fullmatch(NAME, each.name)]
    latest = named(folder, LATEST)
    return sorted(found, key=lambda each: (each.name == latest, int(each.name[5:])), reverse=True)


def checkpoint_at(path: Path) -> Path:
    """The checkpoint that a path means: a checkpoint's folder, a file that names one, or a run's folder (its latest).

    Raises:
        CheckpointError: none of these.
    """
    if path.name in (LATEST, BEST) and (name := named(path.parent, path.name)):
        return path.parent / name
    if (path / MANIFEST).exists() or re.fullmatch(NAME, path.name):
        return path
    for folder in (path / "checkpoints", path):
        if found := checkpoints(folder):
            return found[0]
    raise CheckpointError("no checkpoint", where=path, do="give a run's folder, or one of its checkpoints/step-…")


def load(place: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The files of a checkpoint, each compared with the manifest.

    Raises:
        CheckpointError: a file is missing, cannot be read, or is not what was written.
    """
    try:
        listed = (place / MANIFEST).read_bytes()
    except OSError as error:
        raise damaged(place / MANIFEST, error.strerror or "unreadable") from None
    files = {}
    for name in sorted(names):
        try:
            files[name] = (place / name).read_bytes()
        except OSError as error:
            raise damaged(place / name, error.strerror or "unreadable") from None
        if manifest({name: files[name]}) not in listed:
            raise damaged(place / name, f"not what {MANIFEST} says")
    if manifest(files) != listed:
        raise damaged(place / MANIFEST, "not a list of these files")
    return files


def manifest(files: Mapping[str, bytes]) -> bytes:
    """A line of SHA-256 sum and name for each file."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def mark(place: Path) -> str:
    """What tells a checkpoint from any other: the sum of its sums.

    Raises:
        CheckpointError: it has none.
    """
    try:
        return hashlib.sha256((place / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise damaged(place / MANIFEST, error.strerror or "unreadable") from None


def damaged(file: Path, reason: str) -> CheckpointError:
    """The error that names a file and what is wrong with it."""
    return CheckpointError(
        f"damaged checkpoint ({reason})",
        where=file,
        do="resume from another, or remove the run's checkpoints to start anew",
    )


def _discard(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
