"""A picture: a photo, a drawing, or grey levels to be coloured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import UInt8
from pydantic import NonNegativeInt
from torch import Tensor

from condgan.conditions.base import Condition, Field, Form
from condgan.conditions.derive import edges, lightness
from condgan.conditions.picture import PictureCondition, require_map, require_picture
from condgan.core.batch import Batch, Schema, to_float
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError
from condgan.core.palette import Palette

MODES = {1: "L", 3: "RGB", 4: "RGBA"}


class Image(PictureCondition):
    """A picture of the same extent as the one to be made (Isola et al. 2017)."""

    kind: Literal["image"] = "image"
    of: Literal["pair", "grey", "edges"] = "pair"
    """Where the pictures come from: from the data's pairs; or made from the images themselves: their grey levels, to be
    coloured, or their edges, to be filled in."""
    channels: NonNegativeInt = 0
    """Of the pictures; 0: as the data have them."""
    painted: Palette | None = None
    """The classes of label maps that are given in their colours; taken from the data."""

    @property
    def paired(self) -> bool:
        return self.of == "pair"

    def complete(self, schema: Schema) -> Condition:
        if self.paired and not schema.channels:
            raise SettingsError(
                "the data are no pairs of pictures",
                where="setting condition.of",
                do="give pairs, or set it to grey or edges to make the pictures from the images",
            )
        painted = schema.layout if self.paired else None
        channels = 1 if not self.paired else 3 if painted else schema.channels
        if self.channels not in (0, channels) or (self.painted and self.painted != painted):
            raise SettingsError(
                f"the data have other pictures, of {channels} channels, than the condition",
                where="setting condition.channels and painted",
                do="leave them out, and set data.input_channels",
            )
        return self.with_(channels=channels, painted=painted)

    def encode(self, values: Sequence[Any]) -> UInt8[Tensor, "b k *space"]:
        """Pictures of one size. For grey levels any picture will do; for edges a drawing of dark lines on white; where
        label maps are given in their colours, any kind of label map."""
        if self.painted:
            maps = [self.painted.ids(require_map(value), f"picture {n}") for n, value in enumerate(values)]
            return torch.from_numpy(self.painted.paint(np.stack(maps))).movedim(-1, 1).contiguous()
        mode = "RGB" if self.of == "grey" else MODES[self.channels]
        arrays = [np.array(require_picture(value).convert(mode)) for value in values]
        pictures = torch.from_numpy(np.stack([each.reshape(*each.shape[:2], -1) for each in arrays])).movedim(-1, 1)
        return lightness(pictures) if self.of == "grey" else pictures.contiguous()

    def targets(self, schema: Schema, items: Batch) -> UInt8[Tensor, "n k *space"]:
        if self.of == "grey":
            return lightness(items.images)
        if self.of == "edges":
            return edges(items.images)
        assert items.inputs is not None, "data without pairs are refused when the condition is completed"
        if schema.layout:
            painted = schema.layout.paint(items.inputs[:, 0].numpy())
            return torch.from_numpy(painted).movedim(-1, 1).contiguous()
        return items.inputs

    def show(self, encoded: UInt8[Tensor, "n k *space"]) -> UInt8[Tensor, "n k *space"]:
        return encoded

    def embedder(self) -> Embedder:
        return Pixels(self.channels)

    def describe(self) -> Form:
        what = {"pair": "a picture", "grey": "a picture to colour", "edges": "a drawing, dark on white"}
        return Form((Field("picture", (), what[self.of]),))


class Pixels(Embedder):
    """A picture as a map of its values, −1 … 1."""

    def __init__(self, channels: int) -> None:
        super().__init__(Widths(map=channels))

    def forward(self, encoded: UInt8[Tensor, "b k *space"]) -> Cond:
        return Cond(map=to_float(encoded))
