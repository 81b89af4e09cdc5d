"""No condition: the plain GAN."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from condgan.conditions.base import Condition, Form
from condgan.core.batch import Batch, Schema
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError


class Unconditional(Condition):
    """The labels are left out on purpose: the plain GAN that a conditional one has to beat."""

    kind: Literal["none"] = "none"

    def complete(self, schema: Schema) -> Condition:
        return self

    def encode(self, values: Sequence[Any]) -> Int64[Tensor, " b"]:
        if values:
            raise SettingsError(
                "this generator takes no label",
                where=f"label {values[0]!r}",
                do="it was trained without a condition; leave the label out",
            )
        return torch.zeros(0, dtype=torch.int64)

    def targets(self, schema: Schema, items: Batch) -> Int64[Tensor, " n"]:
        return torch.zeros_like(items.labels)

    def in_turn(self, n: int) -> Int64[Tensor, " n"]:
        return torch.zeros(n, dtype=torch.int64)

    def embedder(self) -> Embedder:
        return Nothing(Widths())

    def describe(self) -> Form:
        return Form(())

    @property
    def outputs(self) -> int:
        return 0

    def disagreement(self, prediction: Float[Tensor, "b k"], encoded: Int64[Tensor, " b"]) -> Float[Tensor, " b"]:
        return prediction.new_zeros(len(prediction))


class Nothing(Embedder):
    """Carries nothing."""

    def forward(self, encoded: Int64[Tensor, " b"]) -> Cond:
        return Cond()
