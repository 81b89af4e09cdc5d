"""Fields of names: one of several, yes or no, several at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Self

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional as F

from condgan.conditions.blocks import Block, OneHots, Signs
from condgan.conditions.fields import Field, Placed, Stored, float_of
from condgan.conditions.label import classification, index_among
from condgan.core.bundle import Bundle
from condgan.core.errors import SettingsError, nearest
from condgan.core.form import FormField
from condgan.core.names import folded
from condgan.core.note import some
from condgan.core.port import Port
from condgan.core.schema import YES_NO, Column
from condgan.core.task import Task
from condgan.core.values import plain, shown

SURE = 0.9
"""Probability from which a prediction takes the place of a missing value."""
YES, NO = ("yes", "true", "y", "on"), ("no", "false", "n", "off")
JOINED = "+"
"""What stands between several things that are written as one text."""


class Category(Field):
    """One of several names."""

    kind: Literal["category"] = "category"
    names: tuple[str, ...]
    """All there are, in index order."""

    @classmethod
    def of(cls, name: str, column: Column) -> Self | None:
        return cls(name=name, names=column.names) if column.storage == "ids" and column.names != YES_NO else None

    @classmethod
    def block(cls, placed: Sequence[Placed]) -> Block:
        return OneHots([(each.place, each.start, len(each.field.form().choices)) for each in placed])

    def form(self) -> FormField:
        return FormField(self.name, "choice", self.names, help="one of these")

    def encode(self, value: Any) -> list[float]:
        return [index_among(value, self.names, self.name, "value")]

    def port(self) -> Port:
        return Port(self.name, "int32", (), 0, len(self.names) - 1, -1, "index of the value", self.names)

    def stored(self, column: Column, values: Tensor) -> Stored:
        ids = values if column.names == self.names else places_of(column.names, self)[values]
        return Stored(ids.clamp(min=0).float()[:, None], ids >= 0)

    def guess(self, prediction: Float[Tensor, "b k"]) -> Stored:
        return _likeliest(prediction)

    def task(self) -> Task:
        return _classes(self.names)

    def show(self, value: Sequence[float]) -> str:
        return self.names[int(value[0])]

    def unlike(self, other: Self) -> str:
        return "" if self.names == other.names else f"is one of {some(other.names)}"


class Boolean(Field):
    """Yes or no; in a request also how much, from 0 (no) to 1 (yes)."""

    kind: Literal["boolean"] = "boolean"

    @classmethod
    def of(cls, name: str, column: Column) -> Self | None:
        return cls(name=name) if column.storage == "ids" and column.names == YES_NO else None

    @classmethod
    def block(cls, placed: Sequence[Placed]) -> Block:
        return Signs([(each.place, slot) for each in placed for slot in each.slots])

    def form(self) -> FormField:
        return FormField(self.name, "boolean", low=0.0, high=1.0, help="yes or no, or how much: 0 to 1")

    def encode(self, value: Any) -> list[float]:
        asked = plain(value)
        text = folded(asked) if isinstance(asked, str) else ""
        if isinstance(asked, bool) or text in (*YES, *NO):
            return [float(asked is True or text in YES)]
        found = float_of(asked)
        if found is None or not 0 <= found <= 1:
            raise SettingsError(f"{self.name} cannot be {shown(asked)}", where=self.name, do="give yes, no, or 0 to 1")
        return [found]

    def port(self) -> Port:
        return Port(self.name, "float32", (), 0, 1, -1, "0: no; 1: yes; or how much")

    def stored(self, column: Column, values: Tensor) -> Stored:
        return Stored(values.clamp(min=0).float()[:, None], values >= 0)

    def guess(self, prediction: Float[Tensor, "b k"]) -> Stored:
        return _likeliest(prediction)

    def task(self) -> Task:
        return _classes(YES_NO)

    def show(self, value: Sequence[float]) -> str:
        return YES_NO[int(value[0])] if value[0] in (0, 1) else f"{value[0]:.6g}"

    def unlike(self, other: Self) -> str:
        return ""

    def example(self, index: int) -> str:
        return YES_NO[1 - index % 2]


class SetOf(Field):
    """Any number of several things at once."""

    kind: Literal["set"] = "set"
    names: tuple[str, ...]
    """All there are, in index order."""
    shares: tuple[float, ...]
    """Of the items of the data that have each."""

    @classmethod
    def of(cls, name: str, column: Column) -> Self | None:
        if column.storage != "vectors" or not column.names:
            return None
        return cls(name=name, names=column.names, shares=tuple(each / max(1, column.size) for each in column.counts))

    @classmethod
    def block(cls, placed: Sequence[Placed]) -> Block:
        return Signs([(each.place, slot) for each in placed for slot in each.slots])

    @property
    def slots(self) -> int:
        return len(self.names)

    def form(self) -> FormField:
        return FormField(self.name, "set", self.names, help=f"any of these, joined by {JOINED}; none for none of them")

    def encode(self, value: Any) -> list[float]:
        asked = plain(value)
        if isinstance(asked, str):
            known = folded(asked) in map(folded, self.names)
            asked = [asked] if known else [] if folded(asked) in ("", "none") else asked.split(JOINED)
        members = {index_among(each, self.names, self.name, "value") for each in asked}
        return [float(index in members) for index in range(len(self.names))]

    def port(self) -> Port:
        what = "1 for each that is there, 0 for others"
        return Port(self.name, "float32", (len(self.names),), 0, 1, math.nan, what, self.names)

    def stored(self, column: Column, values: Tensor) -> Stored:
        known = ~values.isnan().any(1)
        found = values.new_zeros(values.shape[0], len(self.names))
        found[:, places_of(column.names, self)[: len(column.names)]] = values.nan_to_num()
        return Stored(found, known)

    def guess(self, prediction: Float[Tensor, "b k"]) -> Stored:
        chances = prediction.sigmoid()
        sure = torch.maximum(chances, 1 - chances).amin(1) >= SURE
        return Stored((chances > 0.5).float() * sure[:, None], sure)

    def task(self) -> Task:
        shares = torch.tensor(self.shares).clamp(1e-3, 1 - 1e-3)

        def loss(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
            found = F.binary_cross_entropy_with_logits(prediction.float(), bundle["value"], reduction="none")
            return found.mean(1) * bundle["known"]

        def score(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
            there = bundle["value"] > 0.5
            right = (prediction > 0) == there
            # weighed by how rare each is, so that its mean is the balanced accuracy
            weight = torch.where(there, 0.5 / shares.to(prediction), 0.5 / (1 - shares.to(prediction)))
            return (right * weight).mean(1).masked_fill(~bundle["known"], torch.nan)

        return Task(len(self.names), False, loss, score, 0.5)

    def show(self, value: Sequence[float]) -> str:
        return JOINED.join(name for name, there in zip(self.names, value, strict=True) if there > 0.5) or "none"

    def unlike(self, other: Self) -> str:
        return "" if self.names == other.names else f"is one of {some(other.names)}"


def places_of(names: Sequence[str], field: Category | SetOf) -> Int64[Tensor, " k"]:
    """Where the names of the data stand in a field's own order; the last place is for those that are missing.

    Raises:
        SettingsError: a name that the field does not know.
    """
    place = {name: index for index, name in enumerate(field.names)}
    if unknown := [name for name in names if name not in place]:
        raise SettingsError(
            f"the data have values of {field.name} that the generator does not know: {some(unknown)}",
            where=field.name,
            do=nearest(unknown[0], field.names),
        )
    return torch.tensor([*(place[name] for name in names), -1], dtype=torch.int64)


def _likeliest(prediction: Float[Tensor, "b k"]) -> Stored:
    """The class that a network is sure of."""
    chance, ids = prediction.float().softmax(1).max(1)
    sure = chance >= SURE
    return Stored((ids * sure).float()[:, None], sure)


def _classes(names: tuple[str, ...]) -> Task:
    """One of several classes, some of them missing."""
    inner = classification(names)

    def ids(bundle: Bundle) -> Bundle:
        return {"id": (bundle["value"][:, 0] + 0.5).long()}

    def loss(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        return inner.loss(prediction, ids(bundle)) * bundle["known"]

    def score(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        return inner.score(prediction, ids(bundle)).masked_fill(~bundle["known"], torch.nan)

    def target(bundle: Bundle) -> Int64[Tensor, " b"]:
        return ids(bundle)["id"].masked_fill(~bundle["known"], -1)

    return inner._replace(loss=loss, score=score, target=target)
