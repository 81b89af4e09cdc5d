"""The files below a folder, or in an archive, by their names relative to it; nothing hidden, nothing of other tools."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Literal

from condgan.core.errors import DataError
from condgan.core.note import LEFT_OUT, Note, some
from condgan.data.archive import ARCHIVES, Member, content, members
from condgan.data.suffixes import (
    ABOUT,
    FILMS,
    HARMLESS,
    HEIF,
    MARK,
    heif,
    is_image,
    is_marked,
    is_readable_film,
    reads_films,
    says_nothing,
    suffix_of,
)

TOOLS = frozenset(
    {"__macosx", "__pycache__", "@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found"}
    | {"node_modules", "thumbs.db", "desktop.ini", "venv", "site-packages"}
)
"""Files and folders that systems and tools leave behind, in lower case; so is all that begins with a dot."""


class Listing:
    """What lies below a folder or in an archive. Names are relative to it, with ``/`` between their parts."""

    def __init__(
        self,
        home: Path,
        files: Iterable[str],
        folders: Iterable[str],
        hidden: Iterable[str] = (),
        inside: Mapping[str, str] | None = None,
        films: bool = False,
    ) -> None:
        self.home = home
        self.films = films
        """Whether films count as images."""
        self.files = tuple(sorted(files, key=lambda name: name.split("/")))
        self.folders = tuple(sorted(folders))
        self.hidden = tuple(hidden)
        """Images that are hidden, or that a tool left behind."""
        self.inside = inside or {}
        """Of an archive: what it calls each file itself."""

    @property
    def packed(self) -> bool:
        """Whether it is an archive."""
        return self.home.suffix.lower() in ARCHIVES and self.home.is_file()

    def at(self, name: str) -> Path | Member:
        """One of the files."""
        return Member(self.home, self.inside.get(name, name)) if self.packed else self.home / name

    def first_bytes(self, name: str) -> bytes:
        """The first bytes of one of the files; none where it cannot be read."""
        file = self.at(name)
        try:
            if isinstance(file, Member):
                return content(file, MARK)
            with file.open("rb") as opened:
                return opened.read(MARK)
        except OSError:
            return b""

    @cached_property
    def images(self) -> tuple[str, ...]:
        """Those that are images."""
        return tuple(
            name
            for name in self.files
            if is_image(name)
            or (self.films and is_readable_film(name))
            or (says_nothing(name) and is_marked(self.first_bytes(name)))
        )

    def left_out(self, read: Iterable[str] = ()) -> Iterator[Note]:
        """What is not read: other files than images, and than those that were ``read`` besides."""
        known = {*self.images, *read}
        rest = [name for name in self.files if name not in known and not HARMLESS.match(name.rsplit("/", 1)[-1])]
        about = [name for name in rest if suffix_of(name) in ABOUT]
        others = Counter(suffix_of(name) or "without a suffix" for name in rest if suffix_of(name) not in ABOUT)
        if others:
            counted = some(f"{count:,} {suffix}" for suffix, count in others.most_common())
            photos = not heif() and any(suffix in HEIF for suffix in others)
            do = "; pip install 'condgan[heif]' to read HEIC" if photos else ""
            if any(suffix in FILMS for suffix in others):
                do += (
                    "; --data.frames clip reads films"
                    if reads_films()
                    else "; pip install 'condgan[video]' to read films"
                )
            yield Note("left-out", f"files that are not read: {counted}{do}", LEFT_OUT)
        if about:
            kinds = Counter(suffix_of(name) for name in about)
            texts = [f"{count:,} {suffix}" for suffix, count in kinds.most_common() if count > 3]
            single = [name for name in about if kinds[suffix_of(name)] <= 3]
            yield Note("unread", f"files beside the images that nothing reads: {some([*texts, *single])}", LEFT_OUT)
        if self.hidden:
            yield Note("hidden", f"{len(self.hidden):,} hidden images, the first {self.hidden[0]}", LEFT_OUT)


def listing(place: Path, links: Literal["refuse", "follow", "skip"] = "refuse", films: bool = False) -> Listing:
    """What lies below a folder or in an archive.

    Args:
        place: the folder or the archive.
        links: what is done with those that lead out of the folder: what they show is not the data's own.
        films: whether films count as images.

    Raises:
        DataError: a link to images or to a folder that leads out; an archive that cannot be read.
    """
    if place.is_file():
        return _packed(place, films)
    files: list[str] = []
    folders: list[str] = []
    hidden: list[str] = []
    home = place.resolve()
    todo = [("", False, False)]
    while todo:
        folder, unseen, linked = todo.pop()
        with _entries(place / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                out_of_sight = unseen or not visible(entry.name)
                is_dir = _holds(entry, os.DirEntry.is_dir)
                if entry.is_symlink() and not out_of_sight:
                    target = Path(os.path.realpath(entry.path))
                    if links != "follow" and not target.is_relative_to(home) and (is_dir or _may_be_image(entry.name)):
                        if links == "skip":
                            continue
                        raise _leading_out(Path(entry.path))
                    # a link to a folder that holds it would never end; nor would links that lead to each other
                    if is_dir and (linked or Path(os.path.realpath(place / folder)).is_relative_to(target)):
                        continue
                if is_dir:
                    if not out_of_sight:
                        folders.append(name)
                    todo.append((name, out_of_sight, linked or entry.is_symlink()))
                elif out_of_sight:
                    if is_image(entry.name) and not entry.name.startswith("._"):
                        hidden.append(name)
                elif _holds(entry, os.DirEntry.is_file) or is_image(entry.name):
                    files.append(name)
    return Listing(place, files, folders, hidden, films=films)


@contextmanager
def _entries(folder: Path) -> Iterator[Iterable[os.DirEntry[str]]]:
    """What is in a folder.

    Raises:
        DataError: it cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        raise DataError(
            f"cannot read folder: {error.strerror}", where=folder, do="change its permissions, or remove it"
        ) from None
    yield found


def require_inside(home: Path, files: Iterable[Path]) -> None:
    """Refuse files that links place below a folder, but lie elsewhere: they are not the data's own.

    Raises:
        DataError: the first such file.
    """
    whole = home.resolve()
    for file in files:
        if not file.resolve().is_relative_to(whole):
            raise _leading_out(file)


def _leading_out(file: Path) -> DataError:
    return DataError("link out of the folder", where=file, do="copy the files there, or hard-link them")


def _holds(entry: os.DirEntry[str], test: Callable[[os.DirEntry[str]], bool]) -> bool:
    try:
        return test(entry)
    except OSError:  # a link to itself
        return False


def _may_be_image(name: str) -> bool:
    return is_image(name) or says_nothing(name)


def _packed(archive: Path, films: bool) -> Listing:
    inside = {plain_name(name): name for name in members(archive)}
    names = list(inside)
    seen = [name for name in names if all(map(visible, name.split("/")))]
    hidden = [name for name in set(names) - set(seen) if is_image(name) and not name.rsplit("/", 1)[-1].startswith(".")]
    folders = {"/".join(name.split("/")[:depth]) for name in seen for depth in range(1, name.count("/") + 1)}
    return Listing(archive, seen, folders, sorted(hidden), inside, films)


def plain_name(name: str) -> str:
    """A name in an archive as one of any system: Windows' tools write backslashes, others begin with ``./``."""
    return name.replace("\\", "/").removeprefix("./")


def visible(name: str) -> bool:
    """Whether a file or a folder of that name is one that a person put there."""
    return bool(name) and not name.startswith((".", "~$")) and name.casefold() not in TOOLS
