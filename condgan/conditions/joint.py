"""A picture and a class beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from condgan.conditions.base import Condition, Field, Form
from condgan.conditions.image import Image, Pixels
from condgan.conditions.label import Label
from condgan.core.batch import Batch, Schema
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError

PLANES = 2
"""Bytes of a class index."""


class Joint(Image):
    """A picture, and a class that says what is to become of it.

    Encoded, the class stands behind the picture's channels as two constant ones, its higher and its lower byte, so that
    one tensor carries both wherever a picture goes.
    """

    kind: Literal["joint"] = "joint"  # type: ignore[assignment]
    names: tuple[str, ...] = ()
    """Class names in index order; empty: take them from the data."""

    @property
    def labelled(self) -> bool:
        return True

    @property
    def label(self) -> Label:
        """The class alone."""
        return Label(names=self.names)

    def complete(self, schema: Schema) -> Condition:
        names = Label(names=self.names).complete(schema).plain()["names"]
        return super().complete(schema).with_(names=names)

    def encode(self, values: Sequence[Any]) -> UInt8[Tensor, "b k *space"]:
        """Pictures of one size, each with its class."""
        pairs = [value for value in values if isinstance(value, tuple)]
        if len(pairs) < len(values):
            raise SettingsError(
                "a picture without its class",
                where=f"classes: {', '.join(self.names[:50])}",
                do="name one: condgan translate … --label NAME",
            )
        pictures = super().encode([picture for picture, _ in pairs])
        return beside(pictures, self.label.encode([name for _, name in pairs]))

    def targets(self, schema: Schema, items: Batch) -> UInt8[Tensor, "n k *space"]:
        return beside(super().targets(schema, items), self.label.targets(schema, items))

    def show(self, encoded: UInt8[Tensor, "n k *space"]) -> UInt8[Tensor, "n c *space"]:
        return encoded[:, :-PLANES]

    def embedder(self) -> Embedder:
        return PixelsAndClass(self.channels, len(self.names))

    def describe(self) -> Form:
        return Form((*super().describe().fields, Field("label", self.names, "the class beside it")))


class PixelsAndClass(Embedder):
    """A picture as a map, its class as a one-hot vector."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__(Widths(vector=classes, map=channels))
        self.picture = Pixels(channels)

    def forward(self, encoded: UInt8[Tensor, "b k *space"]) -> Cond:
        high, low = encoded[:, -PLANES:].flatten(2)[..., 0].long().unbind(1)
        vector: Float[Tensor, "b c"] = torch.nn.functional.one_hot(high * 256 + low, self.widths.vector).float()
        return self.picture(encoded[:, :-PLANES])._replace(vector=vector)


def beside(pictures: UInt8[Tensor, "b k *space"], labels: Int64[Tensor, " b"]) -> UInt8[Tensor, "b j *space"]:
    """Pictures with the two bytes of their class behind their channels."""
    both = torch.stack([labels // 256, labels % 256], 1).to(torch.uint8)
    planes = both.view(*both.shape, *[1] * (pictures.dim() - 2)).expand(-1, -1, *pictures.shape[2:])
    return torch.cat([pictures, planes], 1)
