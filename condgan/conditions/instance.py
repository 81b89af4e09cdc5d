"""An image to be like: features of it by a network that stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import torch
from pydantic import PositiveInt
from torch import Tensor

from condgan.conditions.base import Example, Interpolation, Row, Shown, Whole
from condgan.conditions.vector import (
    Mean,
    Scale,
    Squeezed,
    as_given,
    port_of,
    regression,
    require_width,
    standardised,
    stored,
    vectors_in,
)
from condgan.core.batch import Batch, Several
from condgan.core.bundle import Bundle
from condgan.core.cond import Embedder
from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.core.needs import IMAGES, LIKE, TASK, Need
from condgan.core.port import Port
from condgan.core.schema import Column, Described, Schema
from condgan.core.task import Task


class Instance(Whole):
    """Instance conditioning (Casanova et al. 2021): in training, the condition of an image are the features of one of
    its nearest neighbours, never its own; so what is generated is like the image asked for, and not a copy of it."""

    from_data: ClassVar[tuple[str, ...]] = ("mean", "scale", "centres")

    kind: Literal["instance"] = "instance"
    extractor: str = "cnn"
    """What gives the features: ``cnn``, which learns from the training images without labels; or an ONNX file."""
    neighbours: PositiveInt = 20
    """How many nearest neighbours an image has, itself left out."""
    mean: Mean = ()
    """Of each feature; taken from the data."""
    scale: Scale = ()
    """The standard deviation of each feature; taken from the data."""
    centres: tuple[str, ...] = ()
    """Features that stand for those of all training images, the most frequent first, each as text; where no image is
    given they are taken in turn. Found in the data."""

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def needs(self) -> tuple[Need, ...]:
        return (Need(IMAGES, "instance is for images, and the data are clips: take it out of the condition"),)

    def provides(self) -> frozenset[str]:
        return frozenset({"vector", TASK, LIKE})

    def describes(self) -> Described:
        return Described(self.column, self.extractor, self.neighbours)

    def complete(self, schema: Schema) -> Self:
        found = vectors_in(schema, self.column)
        if not self.mean:
            return self.with_(mean=found.mean, scale=found.scale, centres=found.centres)
        require_width(len(self.mean), found.width, self.column)
        return self

    def form(self) -> tuple[FormField, ...]:
        help = "features of an image that samples are to be like; like=IMAGE gives those of an image"
        return (FormField(self.column, "vector", width=len(self.mean), help=help),)

    def encode(self, rows: Sequence[Row]) -> Bundle:
        return {"value": standardised([row[self.column] for row in rows], self.mean, self.scale, self.column)}

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        return (port_of(self.column, self.mean, self.scale),)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        return {"value": (values[self.column] - torch.tensor(self.mean)) / torch.tensor(self.scale)}

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        return {"value": stored(batch, self.column, key, self.mean, self.scale)}

    def vary(self, bundle: Bundle) -> Bundle:
        return bundle

    def embedder(self) -> Embedder:
        return Squeezed(len(self.mean))

    def spatial(self) -> Mapping[str, Interpolation]:
        return {}

    def tasks(self) -> Mapping[str, Task]:
        return {self.column: regression(len(self.mean))}

    def examples(self, n: int) -> list[dict[str, Any]]:
        centres = self.centres or (" ".join(map(str, self.mean)),)
        return [{self.column: centres[index % len(centres)]} for index in range(n)]

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        return {self.column: as_given(bundle["value"], self.mean, self.scale)}

    def continued(self, parent: Self) -> Self:
        if self.extractor != parent.extractor:
            raise SettingsError(
                f"the generator takes features of {parent.extractor}, not of {self.extractor}",
                where=f"setting condition.{self.column}.extractor",
                do=f"set it to {parent.extractor}, or train without --from",
            )
        require_width(len(parent.mean), len(self.mean), self.column)
        return self.with_(mean=parent.mean, scale=parent.scale)

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return dict(state)

    @classmethod
    def example(cls) -> Example:
        column = Column(
            "vectors",
            size=4,
            width=2,
            mean=(0.5, 1.0),
            scale=(0.5, 2.0),
            centres=("0.0 1.0", "1.0 -1.0"),
        )
        features = torch.tensor([[0.0, 1.0], [1.0, -1.0], [0.0, 3.0], [1.0, 1.0]])
        near = Several(features, torch.tensor([[2, 1], [3, 0], [0, 1], [1, 2]]))
        schema = Schema(Column("pixels", channels=1), {"instance": column})
        return Example(
            cls(column="instance"), schema, Batch(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), {"instance": near})
        )
