"""What people are told of their data: nothing that forbids to train, but all that may make the result another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

WRONG, LEFT_OUT, SPOILS, READ = 3, 2, 1, 0
"""How harmful what a note says can be: labels or images are likely not what is meant; some are left out; the result
suffers; how the data were read, which does no harm where it is right."""


BEGINS = {WRONG: "likely wrong", LEFT_OUT: "left out", SPOILS: "note", READ: "read"}
"""How people see which it is."""


class Note(NamedTuple):
    """One thing, in one line."""

    kind: str
    """A word for programs, such as ``left-out``."""
    text: str
    harm: int = SPOILS

    def __str__(self) -> str:
        return f"{BEGINS[self.harm]}: {self.text}"


def by_harm(notes: Iterable[Note]) -> list[Note]:
    """Each note once, the most harmful first."""
    return sorted(dict.fromkeys(notes), key=lambda note: -note.harm)


def some(names: Iterable[str], most: int = 8) -> str:
    """Up to so many names in one line, and how many more there are."""
    listed = list(names)
    return ", ".join(listed[:most]) + (f" … and {len(listed) - most:,} more" if len(listed) > most else "")
