"""What conditions that are pictures share."""

from __future__ import annotations

from abc import ABC
from typing import Any

import numpy as np
from jaxtyping import Float
from PIL.Image import Image
from torch import Tensor

from condgan.conditions.base import Condition
from condgan.core.errors import SettingsError


class PictureCondition(Condition, ABC):
    """A condition that has no list of values to take in turn, and no classes that a head could tell."""

    @property
    def pictures(self) -> bool:
        return True

    @property
    def outputs(self) -> int:
        return 0

    def in_turn(self, n: int) -> Tensor:
        raise SettingsError(
            "this generator makes pictures from pictures", where="label", do="give it some: condgan translate"
        )

    def disagreement(self, prediction: Float[Tensor, "b k"], encoded: Tensor) -> Float[Tensor, " b"]:
        return prediction.new_zeros(len(prediction))


def require_map(value: Any) -> Image | np.ndarray:
    """A label map, as a picture or as an array, and nothing else.

    Raises:
        SettingsError: it is none.
    """
    return value if isinstance(value, np.ndarray) else require_picture(value)


def require_picture(value: Any) -> Image:
    """A picture, and nothing else.

    Raises:
        SettingsError: it is none.
    """
    if isinstance(value, tuple):
        raise SettingsError(
            "this generator takes no label beside its pictures", where=f"label {value[1]!r}", do="leave it out"
        )
    if not isinstance(value, Image):
        raise SettingsError(
            "this generator makes pictures from pictures", where=f"label {value!r}", do="use condgan translate"
        )
    return value
