"""Vectors as people give them in a call."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Number
from typing import Any

import numpy as np
from torch import Tensor

from condgan.core.errors import DataError, SettingsError
from condgan.core.values import listed

SUFFIX = ".npy"


def vectors(value: Any, name: str) -> Sequence[Any]:
    """One vector, or several: a list of numbers or an array of one axis is one, a list of lists or an array of two axes
    are several; text is one, or a file of one or several.

    Raises:
        SettingsError: an array of more axes, or what has no order.
        DataError: a file that cannot be read.
    """
    if isinstance(value, str):
        return vectors(_loaded(value), name) if value.endswith(SUFFIX) else [value]
    if isinstance(value, np.ndarray | Tensor):
        if value.ndim not in (1, 2):
            raise SettingsError(
                f"{name} of {value.ndim} axes", where=name, do="give one axis for one vector, two for several"
            )
        return [value] if value.ndim == 1 else list(value)
    found = listed(value, name)
    if found and all(isinstance(each, Number) for each in found):
        return [found]
    return [each for inner in found for each in (vectors(inner, name) if isinstance(inner, str) else [inner])]


def _loaded(file: str) -> np.ndarray:
    try:
        return np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError("cannot read vectors", where=file, do=f"save an array with numpy.save ({error})") from None
