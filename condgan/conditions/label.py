"""One class of a fixed list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

import torch
from jaxtyping import Float, Int64
from pydantic import Field, PositiveFloat, PositiveInt, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.conditions.base import Example, Interpolation, Part, Row, Shown
from condgan.core.batch import Batch
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError, nearest
from condgan.core.form import FormField
from condgan.core.matching import matched, rows_of
from condgan.core.names import numbered, places
from condgan.core.needs import LEARNED, TASK
from condgan.core.port import Port
from condgan.core.schema import Column, Schema
from condgan.core.task import Task
from condgan.core.values import plain, shown

WIDTH = 64
"""Of a learned embedding, where no other is given."""
CONTINUED = 10.0
"""Gain of the embedding that a one-hot label becomes where its generator is taken further: a table of ones and zeros
would move more slowly than the weights that read it."""


class Label(Part):
    """One class of a fixed list; unknown names are refused with the list."""

    from_data: ClassVar[tuple[str, ...]] = ("names",)

    kind: Literal["label"] = "label"
    names: tuple[str, ...] = ()
    """Class names in index order; empty: take them from the data."""
    encoding: Literal["one-hot", "embedding"] = "one-hot"
    """How a class becomes a vector: one-hot, or a learned embedding of the given width."""
    width: PositiveInt | None = None
    """Width of a learned embedding, by default 64; a one-hot vector is as wide as there are classes."""
    gain: PositiveFloat = 1.0
    """How many times faster than other weights a learned embedding moves: it is stored divided by this (as in Karras et
    al. 2018, section 4.1)."""
    balance_classes: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How much more often rare classes are shown in training than there are: 0 not at all; 1: all classes as often; in
    between each as its count to the power of one less this (as for languages in Conneau & Lample 2019, section 3.1)."""

    @model_validator(mode="after")
    def _width_is_used(self) -> Self:
        if self.encoding == "one-hot" and (self.width is not None or self.gain != 1):
            ignored = "width" if self.width is not None else "gain"
            raise ValueError(f"{ignored} is of a learned embedding: set encoding to embedding, or leave {ignored} out")
        return self

    @classmethod
    def resets(cls, changed: str) -> tuple[str, ...]:
        return ("width", "gain") if changed == "encoding" else ()

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.column})

    def provides(self) -> frozenset[str]:
        return frozenset({"vector", TASK} | ({LEARNED} if self.encoding == "embedding" else set()))

    def complete(self, schema: Schema) -> Self:
        found = schema.columns.get(self.column)
        if found is None or found.storage != "ids":
            vectors = f"set --condition.{self.column}.kind vector" if found and found.storage == "vectors" else ""
            raise SettingsError(
                f"the data have no column of classes called {self.column}",
                where=f"columns: {', '.join(schema.columns) or 'none'}",
                do=vectors or "give labelled data, or set --condition none for a plain GAN",
            )
        if not self.names:
            return self.with_(names=found.names)
        missing = [name for name in found.names if name not in self.names]
        if missing:
            raise SettingsError(
                f"the data have classes that the condition lacks: {', '.join(missing[:5])}",
                where=f"setting condition.{self.column}.names",
                do="leave it out to take all classes",
            )
        return self

    def form(self) -> tuple[FormField, ...]:
        return (FormField(self.column, "choice", self.names, help="the class"),)

    def encode(self, rows: Sequence[Row]) -> Bundle:
        ids = [index_among(row[self.column], self.names, self.column) for row in rows]
        return {"id": torch.tensor(ids, dtype=torch.int64)}

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        missing = -1 if self.dropout else None
        return (Port(self.column, "int32", (), 0, len(self.names) - 1, missing, "index of the class", self.names),)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        ids = values[self.column]
        return {"id": ids.clamp(min=0).long(), "known": ids >= 0}

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        ids = batch.columns[self.column]
        assert isinstance(ids, Tensor), "a column of classes is one of numbers"
        names = schema.columns[self.column].names
        return {"id": ids if names == self.names else self.places(names)[ids]}

    def places(self, names: Sequence[str]) -> Int64[Tensor, " k"]:
        """Where the names of the data stand in this part's own order."""
        place = {name: index for index, name in enumerate(self.names)}
        return torch.tensor([place[name] for name in names], dtype=torch.int64)

    def vary(self, bundle: Bundle) -> Bundle:
        return bundle

    def impute(self, bundle: Bundle, predictions: Mapping[str, Tensor]) -> Bundle:
        return bundle

    def balance(self, schema: Schema, batch: Batch) -> Float[Tensor, " b"] | None:
        if not self.balance_classes:
            return None
        ids = self.targets(schema, batch, 0)["id"]
        return torch.bincount(ids)[ids].float() ** -self.balance_classes

    def embedder(self) -> Embedder:
        if self.encoding == "one-hot":
            return OneHot(len(self.names))
        return Embedding(len(self.names), self.width or WIDTH, self.gain)

    def spatial(self) -> Mapping[str, Interpolation]:
        return {}

    def tasks(self) -> Mapping[str, Task]:
        return {self.column: classification(self.names)}

    def examples(self, n: int) -> list[dict[str, Any]]:
        return [{self.column: self.names[index % len(self.names)]} for index in range(n)]

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        return {self.column: [self.names[index] for index in bundle["id"].tolist()]}

    def continued(self, parent: Self) -> Self:
        """With the vectors of the parent. Of other classes they are rows of a table, so that they are as wide."""
        if self.names == parent.names:
            return self.with_(encoding=parent.encoding, width=parent.width, gain=parent.gain)
        gain = parent.gain if parent.encoding == "embedding" else CONTINUED
        return self.with_(encoding="embedding", width=parent.embedder().widths.vector, gain=gain)

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The parent's vectors by name; a new class starts near the mean of all of them."""
        if self.names == parent.names:
            return dict(state)
        learned = parent.encoding == "embedding"
        vectors = state["table.weight"] * parent.gain if learned else torch.eye(len(parent.names))
        rows = rows_of(vectors, matched(self.names, parent.names), apart=self.names)
        return {"table.weight": rows / self.gain}

    @classmethod
    def example(cls) -> Example:
        names = ("Ankle boot", "Bag", "Coat")
        ids = torch.tensor([2, 0, 1, 1])
        schema = Schema(Column("pixels", channels=1), {"label": Column("ids", names, (1, 2, 1))})
        return Example(cls(column="label"), schema, Batch(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), {"label": ids}))


def index_among(value: Any, names: tuple[str, ...], column: str, what: str = "class") -> int:
    """The index of a name that a person writes; ``column`` is its public name, ``what`` the word for one of the names.

    A number is a name where some names are numbers, else an index; text is a name before it is an index.

    Raises:
        SettingsError: it is none of the names, or several.
    """
    asked, several = plain(value), "classes" if what == "class" else f"{what}s"
    found = places(asked, names)
    if len(found) == 1:
        return found[0]
    if found:
        alike = [names[index] for index in found]
        raise SettingsError(
            f"{len(found)} {several} for {shown(asked)}: {', '.join(map(repr, alike))}",
            where=column,
            do=f"write one as text, exactly so: {alike[0]!r}; or give its index: {column}_index={found[0]}",
        )
    spelled = asked if isinstance(asked, str) else shown(asked)
    if not numbered(names) and spelled.isdecimal() and len(spelled) < 10 and int(spelled) < len(names):
        return int(spelled)
    advice = nearest(spelled, names)
    raise SettingsError(
        f"no {what} {shown(asked)}" + f" of {column}" * (what != "class"),
        where=f"{several}: {', '.join(names[:50])}",
        do="give one of them" if advice.startswith("known") else advice,
    )


def classification(names: tuple[str, ...], key: str = "id") -> Task:
    """One of several classes: cross-entropy (Odena et al. 2017, eq. 3) and accuracy, of the tensor of that name."""

    def loss(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        return F.cross_entropy(prediction.float(), bundle[key], reduction="none", ignore_index=-1)

    def score(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        return (prediction.argmax(1) == bundle[key]).float()

    return Task(len(names), False, loss, score, 1 / max(1, len(names)), names, lambda bundle: bundle[key])


class OneHot(Embedder):
    """A class as a vector of zeros with a single one."""

    def __init__(self, classes: int) -> None:
        super().__init__(Widths(vector=classes))

    def forward(self, bundle: Bundle) -> Cond:
        return Cond(vector=F.one_hot(bundle["id"], self.widths.vector).float())


class Embedding(Embedder):
    """A class as a learned vector."""

    def __init__(self, classes: int, width: int, gain: float = 1.0) -> None:
        super().__init__(Widths(vector=width))
        self.gain = gain
        self.table = nn.Embedding(classes, width)
        if gain != 1:
            nn.init.normal_(self.table.weight, std=1 / gain)

    def forward(self, bundle: Bundle) -> Cond:
        vector = self.table(bundle["id"])
        return Cond(vector=vector if self.gain == 1 else vector * self.gain)
