"""Values as people give them in a call: one, or several in anything that has an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import islice
from typing import Any

import numpy as np
from torch import Tensor

from condgan.core.errors import SettingsError

MOST = 1 << 22
"""Values that are taken from what does not say how many it has."""


def plain(value: Any) -> Any:
    """A number of NumPy or torch, also in an array without axes, as one of Python; anything else as it is."""
    if isinstance(value, np.generic | np.ndarray | Tensor) and value.ndim == 0:
        return value.item()
    return value


def listed(value: Any, name: str) -> Sequence[Any]:
    """One value, or all in a list, a tuple, a range, an array or a tensor of one axis, a series, or an iterator.

    Raises:
        SettingsError: a dictionary or a set, which have no order, or more than one axis.
    """
    value = plain(value)
    if isinstance(value, Mapping | Set):
        raise SettingsError(
            f"a {type(value).__name__} for {name}, which has no order of values",
            where=name,
            do="give one value, or several in a list",
        )
    axes = getattr(value, "ndim", 1)
    if isinstance(axes, int) and axes > 1:
        raise SettingsError(
            f"{name} of {axes} axes", where=f"{name}, {type(value).__name__}", do="give one value, or several in a list"
        )
    if isinstance(value, np.ndarray | Tensor):
        return value.tolist()
    if isinstance(value, range):
        return value
    if isinstance(value, str | bytes | bytearray) or not (isinstance(value, Iterable) and _in_turn(value)):
        return [value]
    found = [plain(each) for each in islice(value, MOST + 1)]
    if len(found) > MOST:
        raise SettingsError(f"more than {MOST:,} values for {name}", where=name, do="give fewer, in parts")
    return found


def _in_turn(value: Any) -> bool:
    """Whether iterating over it gives values. A named tuple is one value, as are open files and pictures."""
    return not hasattr(value, "_fields") and not hasattr(value, "read")


def whole(value: Any, name: str) -> int:
    """A whole number.

    Raises:
        SettingsError: it is none.
    """
    found = plain(value)
    if not isinstance(found, int) or isinstance(found, bool):
        raise SettingsError(f"{shown(value)} is no whole number", where=name, do=f"give {name} one, such as 4")
    if found.bit_length() > 64:
        raise SettingsError(f"{shown(value)} is too large", where=name, do="give a smaller number")
    return found


def seeds_of(value: Any, name: str = "seeds") -> Sequence[int]:
    """Seeds, of which the same may come again.

    Raises:
        SettingsError: one that is no whole number, or anything that ``listed`` refuses.
    """
    found = listed(value, name)
    return found if isinstance(found, range) else [whole(each, name) for each in found]


def shown(value: Any, most: int = 60) -> str:
    """A value for a message, on one line."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # of more digits than Python writes
        return f"a number of {value.bit_length()} bits"
    return text if len(text) <= most else text[:most] + " …"
