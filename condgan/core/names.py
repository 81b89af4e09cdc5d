"""Names as people write them: in whatever case, of either Unicode form, and numbers as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any
from unicodedata import normalize

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
"""How numbers are written that are names, such as ``7``, ``007`` and ``7.0``."""


def composed(text: str) -> str:
    """Text in one Unicode form: macOS writes accents apart, others with their letters."""
    return normalize("NFC", text)


def folded(text: str) -> str:
    """Text without what people take for no difference: case, composed or decomposed accents, space around it."""
    return normalize("NFC", normalize("NFD", text).casefold()).strip()


def number(text: str) -> Decimal | None:
    """The number that a text is, if it is one."""
    return Decimal(text.strip()) if NUMBER.fullmatch(text.strip()) else None


def places(value: Any, names: Sequence[str]) -> list[int]:
    """The indices of the names that a value may stand for: one where it is clear, several where it is not.

    Text stands for the same text, else for that in another case or Unicode form, or for the same number. A number
    of Python stands for every name that is this number, never for an index. ``True`` is the text of that name.
    """
    known = tuple(names)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _index(known, number).get(_exact(value), [])
    text = str(value)
    if text in known:
        return [known.index(text)]
    same = _index(known, folded).get(folded(text), [])
    asked = number(text)
    return sorted({*same, *([] if asked is None else _index(known, number).get(asked, []))})


def numbered(names: Sequence[str]) -> bool:
    """Whether some of the names are numbers."""
    return bool(_index(tuple(names), number))


def _exact(value: float) -> Decimal | None:
    """A number in the digits that it is written in, so that 0.1 is the name "0.1"."""
    try:
        return Decimal(str(value))
    except ValueError:  # of more digits than Python writes
        return None


@lru_cache(32)
def _index(names: tuple[str, ...], form: Callable[[str], Any]) -> dict[Any, list[int]]:
    """The indices of the names that are alike in some form, by that form; those without one are left out."""
    found: dict[Any, list[int]] = {}
    for index, name in enumerate(names):
        key = form(name)
        if key is not None:
            found.setdefault(key, []).append(index)
    return found
