"""What a field is, told by its values."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from condgan.core.form import RESERVED
from condgan.core.names import composed

YES, NO = ("yes", "true", "y", "t", "1", "1.0"), ("no", "false", "n", "f", "0", "-1", "0.0", "-1.0")
MISSING = ("", "nan", "na", "n/a", "none", "null", "?", "-")
"""How tables write that there is no value, in lower case."""
CODES = 12
"""Different whole numbers up to which these are the codes of categories, where they are consecutive from −1, 0 or 1."""
MANY = 1_000
"""Values up to which text is a category."""
SEPARATORS = "|;"
"""What stands between several things in one cell."""
IDS = ("id", "index", "idx", "uuid", "guid", "key")
"""What columns are called whose numbers are no property of an image, where each has its own."""


def inferred(name: str, values: Sequence[Any], hint: str = "") -> tuple[str, str]:
    """What a field is by its values, or why it is none.

    Args:
        name: the public name.
        values: as ``plain`` has them.
        hint: what it is, unless the values say that it is nothing to choose by.
    """
    there = [value for value in values if value is not None]
    if name.casefold() in RESERVED:
        return "", "the name means something else"
    if not there:
        return "", "no values"
    if all(isinstance(value, list | tuple | np.ndarray) for value in there):
        return _of_lists(there)
    if any(isinstance(value, list | tuple | dict | np.ndarray) for value in there):
        return "", "objects, or values of several forms"
    texts = [str(value) for value in there]
    distinct = set(texts)
    if len(distinct) == 1:
        return "", f"always {texts[0]}"
    return (hint, "") if hint else _of_texts(name, texts, distinct)


def _of_texts(name: str, texts: Sequence[str], distinct: Collection[str]) -> tuple[str, str]:
    words = {text.casefold() for text in distinct}
    # of −1, 0 and 1 nobody knows which is unknown: they stay three values
    if words <= {*YES, *NO} and words & {*YES} and len({*map(_signed, words & {*NO})}) == 1:
        return "boolean", ""
    numbers = [number for text in distinct if (number := number_of(text)) is not None]
    if len(numbers) == len(distinct):
        return _of_numbers(name, sorted(numbers), len(texts))
    if any(separator in text for separator in SEPARATORS for text in distinct):
        members = [part for text in texts for part in parts_of(text)]
        if 2 * len(set(members)) <= len(members) and len(set(members)) <= MANY:
            return "set", ""
    if 2 * len(distinct) > max(4, len(texts)) or len(distinct) > MANY:
        return "", f"{len(distinct):,} different texts"
    return "category", ""


def _signed(word: str) -> bool:
    return word.startswith("-")


def _of_lists(lists: Sequence[Any]) -> tuple[str, str]:
    members = [member for each in lists for member in each]
    if all(isinstance(member, str) for member in members):
        few = 2 * len(set(members)) <= len(members)
        return ("set", "") if members and few else ("", f"{len(set(members)):,} different texts")
    numbers = all(isinstance(member, int | float | np.number) for member in members)
    if numbers and len({len(each) for each in lists}) == 1:
        return "vector", ""
    return "", "lists of several lengths" if numbers else "lists of objects"


def _of_numbers(name: str, numbers: Sequence[float], count: int) -> tuple[str, str]:
    """What different numbers are, in their order."""
    if any(number != int(number) for number in numbers):
        return "number", ""
    consecutive = numbers[-1] - numbers[0] == len(numbers) - 1
    called = name.casefold() in IDS or name.casefold().endswith("_id")
    if len(numbers) == count > CODES and (consecutive or called):
        return "", "an id: each item has its own"
    codes = consecutive and numbers[0] in (-1, 0, 1) and len(numbers) <= CODES
    return ("category" if codes else "number"), ""


def plain(value: Any) -> Any:
    """A value as Python has it; ``None`` where it is missing."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        value = value.strip()
        return None if value.casefold() in MISSING else value
    return None if isinstance(value, float) and value != value else value


def parts_of(value: Any) -> tuple[str, ...]:
    """The things in one cell."""
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(dict.fromkeys(composed(str(each)).strip() for each in value))
    found = re.split("[" + re.escape(SEPARATORS) + "]", str(value))
    return tuple(dict.fromkeys(part for each in found if (part := composed(each).strip())))


def number_of(text: str) -> float | None:
    """The number that a text is; ``None`` where it is none, or no finite one."""
    try:
        found = float(text.replace(",", ".") if re.fullmatch(r"-?\d+,\d+", text) else text)
    except ValueError:
        return None
    return found if abs(found) != float("inf") and found == found and "_" not in text else None
