"""A vector of numbers, such as an embedding that another network gave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import torch
from jaxtyping import Float
from pydantic import Field as Setting
from pydantic import FiniteFloat, NonNegativeFloat, PositiveFloat, model_validator
from torch import Tensor

from condgan.conditions.base import Example, Interpolation, Row, Shown, Whole
from condgan.core.batch import Batch, Several
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.core.needs import TASK
from condgan.core.port import Port
from condgan.core.schema import Column, Schema
from condgan.core.task import Task
from condgan.core.values import shown

SEPARATORS = re.compile(r"[\s,;\[\]()]+")
"""What stands between numbers that are written as text."""
SQUEEZE = 5.0
"""Standard deviations up to which a number is taken as it is; beyond, it counts for less and less."""

Mean = tuple[FiniteFloat, ...]
Scale = tuple[PositiveFloat, ...]


class Vector(Whole):
    """A vector of numbers; each of them is brought to mean 0 and variance 1 of the data."""

    from_data: ClassVar[tuple[str, ...]] = ("mean", "scale")

    kind: Literal["vector"] = "vector"
    mean: Mean = ()
    """Of each number; taken from the data."""
    scale: Scale = ()
    """The standard deviation of each number; taken from the data."""
    noise: Annotated[NonNegativeFloat, Setting(le=10)] = 0.0
    """Standard deviation of the normal noise that is added in training, in those of the data: vectors that lie between
    those of the data are learned, too."""

    @model_validator(mode="after")
    def _always_there(self) -> Self:
        if self.dropout:
            raise ValueError("a vector cannot be left out: set dropout to 0")
        return self

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.column})

    def provides(self) -> frozenset[str]:
        return frozenset({"vector", TASK})

    def complete(self, schema: Schema) -> Self:
        found = vectors_in(schema, self.column)
        if found.missing:
            raise SettingsError(
                f"{found.missing:,} of {found.missing + found.size:,} images have no {self.column}",
                where=f"column {self.column}",
                do="give each a vector of finite numbers, or remove these images",
            )
        if not self.mean:
            return self.with_(mean=found.mean, scale=found.scale)
        require_width(len(self.mean), found.width, self.column)
        return self

    def form(self) -> tuple[FormField, ...]:
        width = len(self.mean)
        return (
            FormField(self.column, "vector", required=True, width=width, help=f"a vector of {width} numbers".strip()),
        )

    def encode(self, rows: Sequence[Row]) -> Bundle:
        return {"value": standardised([row[self.column] for row in rows], self.mean, self.scale, self.column)}

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        return (port_of(self.column, self.mean, self.scale),)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        return {"value": (values[self.column] - torch.tensor(self.mean)) / torch.tensor(self.scale)}

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        return {"value": stored(batch, self.column, key, self.mean, self.scale)}

    def vary(self, bundle: Bundle) -> Bundle:
        value = bundle["value"]
        return {"value": value + self.noise * torch.randn_like(value)} if self.noise else bundle

    def embedder(self) -> Embedder:
        return Squeezed(len(self.mean))

    def spatial(self) -> Mapping[str, Interpolation]:
        return {}

    def tasks(self) -> Mapping[str, Task]:
        return {self.column: regression(len(self.mean))}

    def examples(self, n: int) -> None:
        return None

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        return {self.column: as_given(bundle["value"], self.mean, self.scale)}

    def continued(self, parent: Self) -> Self:
        require_width(len(parent.mean), len(self.mean), self.column)
        return self.filled_as(parent)

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return dict(state)

    @classmethod
    def example(cls) -> Example:
        schema = Schema(
            Column("pixels", channels=1),
            {"vector": Column("vectors", size=4, width=3, mean=(0.0, 5.0, -2.0), scale=(1.0, 2.0, 0.5))},
        )
        values = torch.tensor([[0.0, 5, -2], [1, 3, -2.5], [-1, 7, -1.5], [0.5, 4, -2]])
        batch = Batch(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), {"vector": values})
        return Example(cls(column="vector"), schema, batch)


class Squeezed(Embedder):
    """A standardised vector, of which numbers far beyond the data's count for less: they would be far beyond all that
    the networks have learned."""

    def __init__(self, width: int) -> None:
        super().__init__(Widths(vector=width))

    def forward(self, bundle: Bundle) -> Cond:
        return Cond(vector=SQUEEZE * (bundle["value"] / SQUEEZE).tanh())


def vectors_in(schema: Schema, name: str) -> Column:
    """A column of vectors.

    Raises:
        SettingsError: there is none of that name.
    """
    found = schema.columns.get(name)
    if found is None or found.storage != "vectors":
        raise SettingsError(
            f"the data have no vectors called {name}",
            where=f"columns: {', '.join(schema.columns) or 'none'}",
            do=f"give each image a list of as many numbers under that name, or name another: --condition.{name}.column",
        )
    return found


def port_of(name: str, mean: Mean, scale: Scale) -> Port:
    """A vector in its own units; the range is that of most of the data."""
    low = min((middle - 2 * deviation for middle, deviation in zip(mean, scale, strict=True)), default=0.0)
    high = max((middle + 2 * deviation for middle, deviation in zip(mean, scale, strict=True)), default=0.0)
    return Port(name, "float32", (len(mean),), low, high, None, f"{len(mean)} numbers")


def require_width(width: int, found: int, name: str) -> None:
    """Refuse vectors of another width.

    Raises:
        SettingsError: they are.
    """
    if found != width:
        raise SettingsError(
            f"{name} has {found:,} numbers, not {width:,}",
            where=name,
            do=f"give vectors of {width:,} numbers, as the generator was trained with",
        )


def standardised(values: Sequence[Any], mean: Mean, scale: Scale, name: str) -> Float[Tensor, "b d"]:
    """Vectors that people give, with mean 0 and variance 1 of the data.

    Raises:
        SettingsError: one is no list of as many finite numbers.
    """
    found = np.array([numbers_of(value, len(mean), name) for value in values], np.float64)
    return torch.from_numpy(((found.reshape(-1, len(mean)) - mean) / scale).astype(np.float32))


def numbers_of(value: Any, width: int, name: str) -> Float[np.ndarray, " d"]:
    """A vector in any form: a list, an array, a tensor, or numbers in a text with commas or spaces between them.

    Raises:
        SettingsError: it is no list of so many finite numbers.
    """
    if isinstance(value, str):
        value = [piece for piece in SEPARATORS.split(value) if piece]
    try:
        found = np.asarray(value.detach().cpu() if isinstance(value, Tensor) else value, np.float64)
    except (TypeError, ValueError):
        raise SettingsError(
            f"{shown(value)} is no vector", where=name, do=f"give {width:,} numbers, as 0.1,-0.2,… or a .npy file"
        ) from None
    if found.ndim != 1:
        raise SettingsError(
            f"{name} of {found.ndim} axes" if found.ndim else f"{shown(value)} is no vector",
            where=name,
            do=f"give a list of {width:,} numbers",
        )
    require_width(width, len(found), name)
    if not np.isfinite(found).all():
        place = int(np.flatnonzero(~np.isfinite(found))[0])
        raise SettingsError(f"{name} has {found[place]} at place {place}", where=name, do="give finite numbers")
    return found


def stored(batch: Batch, name: str, key: int, mean: Mean, scale: Scale) -> Float[Tensor, "b d"]:
    """The vectors of some items of data, with mean 0 and variance 1; ``key`` chooses where an item has several."""
    values = batch.columns[name]
    found = values.chosen(key) if isinstance(values, Several) else values
    assert isinstance(found, Tensor), "a column of vectors is one of numbers"
    return (found - torch.tensor(mean)) / torch.tensor(scale)


def as_given(value: Float[Tensor, "b d"], mean: Mean, scale: Scale) -> list[tuple[float, ...]]:
    """The inverse of ``standardised``, to six digits."""
    found = value.double().cpu().numpy() * np.array(scale) + np.array(mean)
    return [tuple(float(f"{number:.6g}") for number in row) for row in found.tolist()]


def regression(width: int) -> Task:
    """The vector itself: squared error, and the share of the variance that is explained (0 of who always says the
    mean)."""

    def error(prediction: Float[Tensor, "b d"], bundle: Bundle) -> Float[Tensor, " b"]:
        return (prediction.float() - bundle["value"]).square().mean(1)

    return Task(width, False, error, lambda prediction, bundle: 1 - error(prediction, bundle), 0.0)
