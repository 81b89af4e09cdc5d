"""One class of a fixed list."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from jaxtyping import Float, Int64
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.conditions.base import Condition, Field, Form
from condgan.core.batch import Batch, Schema
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError, nearest


class Label(Condition):
    """One class of a fixed list; unknown names are refused with the list."""

    kind: Literal["label"] = "label"
    names: tuple[str, ...] = ()
    """Class names in index order; empty: take them from the data."""
    encoding: Literal["one-hot", "embedding"] = "one-hot"
    """How a class becomes a vector: one-hot, or a learned embedding of the given width."""
    width: PositiveInt = 64
    """Width of a learned embedding; a one-hot vector is as wide as there are classes."""

    def complete(self, schema: Schema) -> Condition:
        if not self.names:
            return self.with_(names=schema.names)
        missing = [name for name in schema.names if name not in self.names]
        if missing:
            raise SettingsError(
                f"the data have classes that the condition lacks: {', '.join(missing[:5])}",
                where="setting condition.names",
                do="leave condition.names out to take all classes",
            )
        return self

    def encode(self, values: Sequence[Any]) -> Int64[Tensor, " b"]:
        return torch.tensor([self._index(value) for value in values], dtype=torch.int64)

    def _index(self, value: Any) -> int:
        """A number is an index; text is a name, in whatever case, before it is an index."""
        if isinstance(value, str):
            folded = [name.casefold() for name in self.names]
            if value in self.names:
                return self.names.index(value)
            if value.casefold() in folded:
                return folded.index(value.casefold())
        if str(value).isdecimal() and int(str(value)) < len(self.names):
            return int(str(value))
        raise SettingsError(
            f"no class {value!r}",
            where=f"classes: {', '.join(self.names[:50])}",
            do=nearest(str(value), self.names),
        )

    def targets(self, schema: Schema, items: Batch) -> Int64[Tensor, " n"]:
        return self.encode(schema.names)[items.labels]

    def in_turn(self, n: int) -> Int64[Tensor, " n"]:
        return torch.arange(n) % len(self.names)

    def embedder(self) -> Embedder:
        if self.encoding == "one-hot":
            return OneHot(len(self.names))
        return Embedding(len(self.names), self.width)

    def describe(self) -> Form:
        return Form((Field("label", self.names, "the class to draw"),))

    @property
    def outputs(self) -> int:
        return len(self.names)

    def disagreement(self, prediction: Float[Tensor, "b k"], encoded: Int64[Tensor, " b"]) -> Float[Tensor, " b"]:
        """Cross-entropy (Odena et al. 2017, eq. 3)."""
        return F.cross_entropy(prediction.float(), encoded, reduction="none")


class OneHot(Embedder):
    """A class as a vector of zeros with a single one."""

    def __init__(self, classes: int) -> None:
        super().__init__(Widths(vector=classes))

    def forward(self, encoded: Int64[Tensor, " b"]) -> Cond:
        return Cond(vector=F.one_hot(encoded, self.widths.vector).float())


class Embedding(Embedder):
    """A class as a learned vector."""

    def __init__(self, classes: int, width: int) -> None:
        super().__init__(Widths(vector=width))
        self.table = nn.Embedding(classes, width)

    def forward(self, encoded: Int64[Tensor, " b"]) -> Cond:
        return Cond(vector=self.table(encoded))
