"""A label map: what is to be where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch
from jaxtyping import Bool, UInt8
from pydantic import model_validator
from torch import Tensor
from torch.nn import functional as F

from condgan.conditions.base import Example, Interpolation, Row, Shown, Whole
from condgan.conditions.picture import require_levels
from condgan.conditions.segmentation import segmentation
from condgan.core.batch import Batch
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import DataError, SettingsError
from condgan.core.form import FormField
from condgan.core.needs import GROUND_TRUTH, MAP
from condgan.core.note import some
from condgan.core.palette import Colour, Palette, boundaries
from condgan.core.port import Port
from condgan.core.schema import Column, Schema
from condgan.core.task import Task

INSTANCES = "instances"
"""The column of the data, and the public name, of what tells one thing of a class from the next."""


class Layout(Whole):
    """The class of each position, and where an instance ends (Park et al. 2019; Wang et al. 2018, section 3.3)."""

    from_data: ClassVar[tuple[str, ...]] = ("names", "colours", "by_colour", "boundaries")

    kind: Literal["layout"] = "layout"
    column: str = "picture"
    """The column of the data, and the public name."""
    names: tuple[str, ...] = ()
    """Class names in the order of their ids; empty: take them from the data."""
    colours: tuple[Colour, ...] = ()
    """Red, green and blue of each class; empty: take them from the data."""
    by_colour: bool = False
    """Whether grey maps hold colours, such as masks of 0 and 255, and not ids; taken from the data."""
    boundaries: bool = False
    """Whether boundaries of instances are a second tensor; taken from the data."""

    @model_validator(mode="after")
    def _always_there(self) -> Self:
        if self.dropout:
            raise ValueError("a label map cannot be left out: set dropout to 0")
        return self

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.column})

    @property
    def palette(self) -> Palette:
        """The classes with their colours."""
        return Palette(self.names, self.colours, self.by_colour)

    def provides(self) -> frozenset[str]:
        return frozenset({"map", MAP, GROUND_TRUTH})

    def complete(self, schema: Schema) -> Self:
        found = schema.columns.get(self.column)
        if found is None or found.palette is None:
            raise SettingsError(
                "the data bring no label maps",
                where=f"setting condition.{self.column}.kind",
                do="give pairs with maps of class ids; or set --condition picture, for pictures of any other kind",
            )
        names, colours, by_colour = found.palette
        if self.names and self.names != names:
            raise SettingsError(
                "the data have other classes than the condition",
                where=f"setting condition.{self.column}.names",
                do="leave it out to take those of the data",
            )
        there = INSTANCES in schema.columns
        return self.with_(names=names, colours=colours, by_colour=by_colour, boundaries=there)

    def form(self) -> tuple[FormField, ...]:
        maps = FormField(self.column, "layout", required=True, help=f"a label map of {', '.join(self.names)}")
        ids = FormField(INSTANCES, "layout", help="ids of the single things, to tell neighbours of one class apart")
        return (maps, ids) if self.boundaries else (maps,)

    def encode(self, rows: Sequence[Row]) -> Bundle:
        """Label maps of one size, and where boundaries are taken, ids of instances (h,w); without them no instance
        ends.

        Raises:
            DataError: an id or a colour that is not of a class, or instances of another size.
        """
        maps = [self.palette.ids(require_levels(row.get(self.column)), f"item {n}") for n, row in enumerate(rows)]
        found = {"ids": torch.from_numpy(np.stack(maps))[:, None]}
        if self.boundaries:
            ends = [
                _ends(row.get(INSTANCES), ids, f"item {n}") for n, (row, ids) in enumerate(zip(rows, maps, strict=True))
            ]
            found["boundary"] = torch.from_numpy(np.stack(ends).astype(np.uint8))[:, None]
        return found

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        what, last = "id of the class at each position", len(self.names) - 1
        ids = Port(self.column, "uint8", (*size,), 0, last, None, what, self.names, self.colours)
        ends = Port(INSTANCES, "uint8", (*size,), 0, 1, 0, "1 where one thing ends and another begins, 0 elsewhere")
        return (ids, ends) if self.boundaries else (ids,)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        found = {"ids": values[self.column][:, None]}
        return found | ({"boundary": values[INSTANCES][:, None]} if self.boundaries else {})

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        found = {"ids": batch.columns[self.column]}
        if self.boundaries:
            found["boundary"] = batch.columns[INSTANCES]
        assert all(isinstance(each, Tensor) for each in found.values()), "columns of label maps are pixels"
        return found  # type: ignore[return-value]

    def vary(self, bundle: Bundle) -> Bundle:
        return bundle

    def embedder(self) -> Embedder:
        return Classes(len(self.names), self.boundaries)

    def spatial(self) -> Mapping[str, Interpolation]:
        return {"ids": "nearest", "boundary": "nearest"} if self.boundaries else {"ids": "nearest"}

    def tasks(self) -> Mapping[str, Task]:
        return {self.column: segmentation(self.names, lambda bundle: bundle["ids"])}

    def examples(self, n: int) -> None:
        return None

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        painted = torch.from_numpy(self.palette.paint(bundle["ids"][:, 0].numpy()))
        return {self.column: painted.movedim(-1, 1)}

    def continued(self, parent: Self) -> Self:
        if self.names != parent.names:
            raise SettingsError(
                f"the generator takes label maps of other classes: {some(parent.names)}",
                where=f"these have: {some(self.names)}",
                do="give label maps of the same classes in the same order, or train without it",
            )
        if self.boundaries != parent.boundaries:
            raise SettingsError(
                f"the generator takes label maps {'with' if parent.boundaries else 'without'} ids of instances",
                where=f"setting condition.{self.column}",
                do="give data that are alike in this, or train without it",
            )
        return self

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return dict(state)

    @classmethod
    def example(cls) -> Example:
        ids = torch.randint(0, 3, (4, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
        palette = Palette(("sky", "sand", "grass"), ((30, 60, 200), (200, 160, 40), (20, 120, 30)))
        schema = Schema(Column("pixels", channels=3), {"picture": Column("pixels", channels=1, palette=palette)})
        images = torch.from_numpy(palette.paint(ids[:, 0].numpy())).movedim(-1, 1)
        return Example(cls(), schema, Batch(images, {"picture": ids}))


def _ends(instances: Any, ids: UInt8[np.ndarray, "h w"], where: str) -> Bool[np.ndarray, "h w"]:
    """Where an instance ends; without instances nowhere."""
    if instances is None:
        return np.zeros(ids.shape, np.bool_)
    found = np.asarray(instances)
    if found.shape != ids.shape:
        (height, width), (high, wide) = ids.shape, found.shape[:2]
        raise DataError(
            f"instances of {wide}×{high} for a label map of {width}×{height}",
            where=where,
            do="bring both to one size",
        )
    return boundaries(found)


class Classes(Embedder):
    """A map of ones where a class is, one channel a class, and one of the boundaries."""

    def __init__(self, classes: int, boundaries: bool) -> None:
        super().__init__(Widths(map=classes + boundaries))
        self.classes, self.boundaries = classes, boundaries

    def forward(self, bundle: Bundle) -> Cond:
        hot = F.one_hot(bundle["ids"][:, 0].long(), self.classes).movedim(-1, 1)
        return Cond(map=(torch.cat([hot, bundle["boundary"]], 1) if self.boundaries else hot).float())
