"""Pictures before they are decoded, and those that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from condgan.data.picture import Broken, Picture, name_of

Found = TypeVar("Found")
Undecoded = Sequence[Picture] | np.ndarray


class Unreadable(NamedTuple):
    """A picture that cannot be decoded."""

    place: int
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


def attempt(do: Callable[[Picture], Found], pictures: Undecoded, index: int) -> Found | Unreadable:
    try:
        return do(pictures[index])
    except Broken as error:
        return Unreadable(index, name_of(pictures[index], index), str(error))
