"""A label map: what is to be where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.conditions.base import Condition, Field, Form
from condgan.conditions.picture import PictureCondition, require_map
from condgan.core.batch import Batch, Schema
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import DataError, SettingsError
from condgan.core.palette import Colour, Palette, boundaries


class Layout(PictureCondition):
    """The class of each position, and where an instance ends (Park et al. 2019; Wang et al. 2018, section 3.3)."""

    kind: Literal["layout"] = "layout"
    names: tuple[str, ...] = ()
    """Class names in the order of their ids; empty: take them from the data."""
    colours: tuple[Colour, ...] = ()
    """Red, green and blue of each class; empty: take them from the data."""
    boundaries: bool = False
    """Whether boundaries of instances come as a second channel; taken from the data."""

    @property
    def paired(self) -> bool:
        return True

    @property
    def palette(self) -> Palette:
        """The classes with their colours."""
        return Palette(self.names, self.colours)

    def complete(self, schema: Schema) -> Condition:
        if not schema.layout:
            raise SettingsError(
                "the data bring no label maps",
                where="setting condition.kind",
                do="give pairs with maps of class ids; or set it to image, for pictures of any other kind",
            )
        names, colours = schema.layout
        if self.names and self.names != names:
            raise SettingsError(
                "the data have other classes than the condition",
                where="setting condition.names",
                do="leave it out to take those of the data",
            )
        return self.with_(names=names, colours=colours, boundaries=schema.channels > 1)

    def encode(self, values: Sequence[Any]) -> UInt8[Tensor, "b k *space"]:
        """Label maps of one size. Where boundaries are taken, each may stand before its instances (ids h,w) as a tuple;
        alone it has none.

        Raises:
            DataError: an id or a colour that is not of a class, or instances of another size.
        """
        return torch.from_numpy(np.stack([self._read(value, f"picture {n}") for n, value in enumerate(values)]))

    def _read(self, value: Any, where: str) -> UInt8[np.ndarray, "k h w"]:
        if not self.boundaries:
            return self.palette.ids(require_map(value), where)[None]
        alone, instances = value if isinstance(value, tuple) else (value, None)
        # whatever else stands beside a map is taken for a label, and refused
        ids = self.palette.ids(require_map(alone if isinstance(instances, np.ndarray | None) else value), where)
        if instances is None:
            return np.stack([ids, np.zeros_like(ids)])
        if instances.shape != ids.shape:
            (height, width), (high, wide) = ids.shape, instances.shape
            raise DataError(
                f"instances of {wide}×{high} for a label map of {width}×{height}",
                where=where,
                do="bring both to one size",
            )
        return np.stack([ids, boundaries(instances).astype(ids.dtype)])

    def targets(self, schema: Schema, items: Batch) -> UInt8[Tensor, "n k *space"]:
        assert items.inputs is not None, "data without label maps are refused when the condition is completed"
        return items.inputs

    def show(self, encoded: UInt8[Tensor, "n k *space"]) -> UInt8[Tensor, "n 3 *space"]:
        return torch.from_numpy(self.palette.paint(encoded[:, 0].numpy())).movedim(-1, 1)

    def embedder(self) -> Embedder:
        return Classes(len(self.names), self.boundaries)

    def describe(self) -> Form:
        return Form((Field("picture", (), f"a label map of {', '.join(self.names)}"),))


class Classes(Embedder):
    """A map of ones where a class is, one channel a class, and one of the boundaries."""

    def __init__(self, classes: int, boundaries: bool) -> None:
        super().__init__(Widths(map=classes + boundaries))
        self.classes = classes

    def forward(self, encoded: UInt8[Tensor, "b k *space"]) -> Cond:
        hot = F.one_hot(encoded[:, 0].long(), self.classes).movedim(-1, 1)
        return Cond(map=torch.cat([hot, encoded[:, 1:]], 1).float())
