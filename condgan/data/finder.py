"""From what a table writes for an image to the file that it means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from condgan.core.errors import DataError
from condgan.core.names import composed
from condgan.data.archive import Member
from condgan.data.listing import Listing, listing
from condgan.data.suffixes import stem_of

DRIVE = re.compile(r"[A-Za-z]:[/\\]")


class Finder:
    """The images below a folder by all that they can be called: with or without their folders and their suffix, with
    the separators of any system, in any Unicode form."""

    def __init__(self, home: Path, where: object, preferred: str = "") -> None:
        """``preferred``: a folder whose images come first where several have the name: ``train`` of ``train.csv``."""
        self.home, self.where, self.preferred = home, where, f"{preferred}/"

    @cached_property
    def found(self) -> Listing:
        """All that lies there: looked at only where names are not those of files as they stand."""
        return listing(self.home, "skip", films=True)

    @cached_property
    def exact(self) -> dict[str, str]:
        """The images by their names."""
        return {composed(name): name for name in self.found.images}

    @cached_property
    def tails(self) -> dict[str, list[str]]:
        """The images by all ends of their names, also without suffix."""
        found: dict[str, list[str]] = defaultdict(list)
        for form, name in self.exact.items():
            for key in {form, stem_of(form)}:
                parts = key.split("/")
                for start in range(len(parts)):
                    found["/".join(parts[start:])].append(name)
        return found

    @cached_property
    def folded(self) -> dict[str, list[str]]:
        """The same in lower case, for tables of systems to which case is nothing."""
        found: dict[str, list[str]] = defaultdict(list)
        for tail, names in self.tails.items():
            found[tail.casefold()] += [name for name in names if name not in found[tail.casefold()]]
        return found

    @property
    def looked(self) -> bool:
        """Whether all was looked at."""
        return "found" in self.__dict__

    def knows(self, value: str) -> bool:
        """Whether a text names one of the images, or several."""
        plain = self._plain(value)
        return bool(plain) and (self._there(plain) is not None or bool(self._found(plain)))

    def places(self, values: Sequence[str]) -> list[str | None]:
        """The names of the files that texts name, relative to the folder; ``None`` where there is none or several."""
        found: list[str | None] = []
        for value in values:
            plain = self._plain(value)
            there = self._there(plain)
            names = [there.relative_to(self.home).as_posix()] if there is not None else self._found(plain)
            found.append(names[0] if len(names) == 1 else None)
        return found

    def find(self, value: str, row: int) -> Path | Member | None:
        """The file that a text names; ``None`` where there is none.

        Raises:
            DataError: it leads out of the folder, or several images have that name.
        """
        plain = self._plain(value)
        if (there := self._there(plain)) is not None:
            return there
        names = [] if "\0" in plain or self._leads_out(plain) else self._found(plain)
        if len(names) > 1:
            raise DataError(
                f"{len(names)} images are called {value!r}",
                where=f"{self.where}, row {row}: {', '.join(names[:4])}",
                do="write the folder before the name",
            )
        if names:
            return self.found.at(names[0])
        if ".." in plain.split("/") or plain.startswith("/") or "\0" in plain or self._leads_out(plain):
            raise DataError(
                "image outside the table's folder",
                where=f"{self.where}, row {row}: {value!r}",
                do="keep the images beside the table",
            )
        return None

    def _found(self, plain: str) -> list[str]:
        """The images that a name may mean."""
        parts = [part for part in plain.split("/") if part not in ("", ".")]
        if not parts or ".." in parts or "\0" in plain:
            return []
        whole = "/".join(parts)
        if whole in self.exact:
            return [self.exact[whole]]
        if named := self.tails.get(whole) or self.folded.get(whole.casefold()):
            first = [name for name in named if name.startswith(self.preferred)]
            return first if len(first) == 1 else named
        # a path from another machine: it ends with the whole of a path that is here
        for start in range(1, len(parts)):
            tail = "/".join(parts[start:])
            if "/" in tail and tail in self.exact:
                return [self.exact[tail]]
        if plain.startswith("/") or DRIVE.match(plain):
            return [self.exact[parts[-1]]] if parts[-1] in self.exact else []
        return []

    @staticmethod
    def _plain(value: str) -> str:
        return composed(value.strip().strip("\"'").replace("\\", "/"))

    def _there(self, plain: str) -> Path | None:
        """The file of exactly that name, below the folder and not by a link that leads out of it."""
        try:
            path = self.home / plain
            inside = path.is_file() and path.resolve().is_relative_to(self._resolved)
            return path if inside and ".." not in path.parts else None
        except (OSError, ValueError, RuntimeError):  # a name too long, with a NUL in it, or a link to itself
            return None

    @cached_property
    def _resolved(self) -> Path:
        return self.home.resolve()

    def _leads_out(self, plain: str) -> bool:
        """Whether it is there, but reached by a link that leads out of the folder."""
        try:
            path = self.home / plain
            return path.exists() and not path.resolve().is_relative_to(self._resolved)
        except (OSError, ValueError, RuntimeError):
            return True
