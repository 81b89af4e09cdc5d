"""What the names of files say: ``{age}_{gender}_{race}_{id}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from condgan.data.suffixes import HEIF, IMAGES

PIECE = re.compile(r"\{([^{}]*)\}")
IGNORED = ("_", "id")
"""Pieces that are no fields."""
FORM = 'such as "{age}_{gender}_{id}"'


def _checked(text: str | None) -> str | None:
    if text is not None:
        expression(text)
    return text


Pattern = Annotated[str | None, AfterValidator(_checked)]


def names_of(pattern: str) -> list[str]:
    """The fields of a pattern."""
    return [name for name in PIECE.findall(pattern) if name not in IGNORED]


def levels_of(pattern: str) -> int:
    """How many folders it looks at."""
    return pattern.strip("/").count("/")


def values_of(name: str, pattern: str) -> Mapping[str, str] | None:
    """The pieces of a file's name by their names; ``None`` where it is not of that form.

    Where the pattern has folders, so many of the last folders of the file belong to the name.
    """
    parts = name.split("/")
    whole = "/".join([*parts[:-1], stem(parts[-1])][-levels_of(pattern) - 1 :])
    found = expression(pattern).fullmatch(whole)
    return None if found is None else found.groupdict()


def stem(name: str) -> str:
    """A file's name without its suffixes: from the first that is one of images on, as in ``1.jpg.chip.jpg``."""
    base, *suffixes = name.split(".")
    for place, suffix in enumerate(suffixes):
        if f".{suffix.lower()}" in IMAGES or f".{suffix.lower()}" in HEIF:
            return ".".join([base, *suffixes[:place]])
    return name


def expression(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression: each piece is the shortest text that does not have in it what comes next.

    Raises:
        ValueError: it is no pattern.
    """
    folders, slash, last = pattern.strip("/").rpartition("/")
    plain = f"{folders}{slash}{stem(last)}"
    literals, names = PIECE.split(plain)[::2], PIECE.findall(plain)
    if not names:
        raise ValueError(f"no piece in braces in {pattern!r}: write the form of the names, {FORM}")
    if any(brace in literal for literal in literals for brace in "{}"):
        raise ValueError(f"a brace that is not closed in {pattern!r}: write the form of the names, {FORM}")
    if odd := next((name for name in names if not name.isidentifier()), None):
        raise ValueError(f"{{{odd}}} cannot be a name: use letters, digits and underscores, {FORM}")
    if twice := next((name for name in names if names.count(name) > 1 and name not in IGNORED), None):
        raise ValueError(f"two pieces are called {twice}: name each once, {{_}} is for those to ignore")
    if "" in literals[1:-1]:
        raise ValueError(f"two pieces with nothing between them in {pattern!r}: write what stands there, {FORM}")
    found = re.escape(literals[0])
    for name, after in zip(names, literals[1:], strict=True):
        text = f"(?:(?!{re.escape(after)})[^/])+" if after else "[^/]+"
        found += (f"({text})" if name in IGNORED else f"(?P<{name}>{text})") + re.escape(after)
    return re.compile(found, re.DOTALL)
