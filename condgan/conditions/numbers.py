"""Fields of numbers, with their range and unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Self

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from condgan.conditions.blocks import Block, Waves, scaled
from condgan.conditions.fields import Field, Placed, Stored, float_of
from condgan.core.bundle import Bundle
from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.core.port import Port
from condgan.core.schema import Column
from condgan.core.task import Number as NumberTask
from condgan.core.task import Task
from condgan.core.values import plain, shown

NEAR = 0.1
"""Share of half the range of a number below which an error counts by its square."""


class Number(Field):
    """A number with its range and its unit."""

    kind: Literal["number"] = "number"
    low: float
    high: float
    """The range of the data."""
    unit: str = ""
    scale: tuple[float, float]
    """The numbers that networks get as −1 and 1."""
    gap: float = 0.0
    """The usual distance of neighbouring values of the data."""
    deviation: float = 1.0
    """The mean distance of the data from their median: the error of who always says that one."""

    @classmethod
    def of(cls, name: str, column: Column) -> Self | None:
        if column.storage != "numbers":
            return None
        low, high = column.low, column.high
        return cls(
            name=name,
            low=low,
            high=high,
            unit=column.unit,
            scale=(low, high if high > low else low + 1),
            gap=column.gap,
            deviation=column.deviation or 1.0,
        )

    @classmethod
    def block(cls, placed: Sequence[Placed]) -> Block:
        scales = [each.field.scale for each in placed if isinstance(each.field, Number)]
        return Waves([(each.place, each.start) for each in placed], scales)

    def form(self) -> FormField:
        return FormField(self.name, "number", low=self.low, high=self.high, unit=self.unit, help="a number")

    def encode(self, value: Any) -> list[float]:
        found = float_of(plain(value))
        if found is None or not math.isfinite(found):
            raise SettingsError(
                f"{shown(plain(value))} is no number",
                where=self.name,
                do=f"give one from {self.low:g} to {self.high:g}{f' {self.unit}' * bool(self.unit)}",
            )
        return [found]

    def port(self) -> Port:
        return Port(self.name, "float32", (), self.low, self.high, math.nan, self.unit or "a number")

    def stored(self, column: Column, values: Tensor) -> Stored:
        return Stored(values.nan_to_num()[:, None], ~values.isnan())

    def guess(self, prediction: Float[Tensor, "b k"]) -> Stored:
        """Nothing: how sure a network is of a number it does not say."""
        return Stored(torch.zeros_like(prediction), prediction.new_zeros(len(prediction), dtype=torch.bool))

    def task(self) -> Task:
        zero, one = self.scale

        def read(prediction: Float[Tensor, "b 1"]) -> Float[Tensor, " b"]:
            return (prediction[:, 0].float() + 1) / 2 * (one - zero) + zero

        def loss(prediction: Float[Tensor, "b 1"], bundle: Bundle) -> Float[Tensor, " b"]:
            target = scaled(bundle["value"][:, 0], self.scale)
            return 2 * F.smooth_l1_loss(prediction[:, 0].float(), target, reduction="none", beta=NEAR) * bundle["known"]

        def score(prediction: Float[Tensor, "b 1"], bundle: Bundle) -> Float[Tensor, " b"]:
            error = (read(prediction) - bundle["value"][:, 0]).abs()
            return (1 - error / self.deviation).masked_fill(~bundle["known"], torch.nan)

        def truth(bundle: Bundle) -> Float[Tensor, " b"]:
            return bundle["value"][:, 0].masked_fill(~bundle["known"], torch.nan)

        return Task(1, False, loss, score, 0.0, number=NumberTask(self.unit, self.deviation, read, truth))

    def show(self, value: Sequence[float]) -> float:
        return round(value[0], 6)

    def unlike(self, other: Self) -> str:
        return "" if self.unit == other.unit else f"is in {other.unit or 'no unit'}"

    def example(self, index: int) -> float:
        return round(self.low + (index % 5) / 4 * (self.high - self.low), 6)
