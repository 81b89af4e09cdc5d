"""Some items of a data set, and the range of values in which networks see images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, Shaped, UInt8
from torch import Tensor

from condgan.core.seeds import key as key_of


class Several:
    """Several vectors for each of some items, out of a table that all items share."""

    def __init__(self, table: Float[Tensor, "m d"], places: Tensor) -> None:
        self.table = table
        self.places = places
        """Int[n k]: the rows of each item."""

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows: Tensor) -> Several:
        """Those of some of the items."""
        return Several(self.table, self.places[rows])

    def chosen(self, key: int) -> Float[Tensor, "n d"]:
        """One of each item's; another key chooses others."""
        chance = torch.Generator().manual_seed(key_of(key, "one of several"))
        one = torch.randint(self.places.shape[1], (len(self.places), 1), generator=chance)
        return self.table[self.places.gather(1, one)[:, 0].long()]


Texts = tuple[str, ...]
"""What is written of one item: one text or several; none where it is missing."""
Values = Tensor | Sequence[Texts] | Several
"""A column of some items: a tensor whose first axis is the item, a list of texts, or several vectors for each."""

Images = UInt8[Tensor, "n c *space"]
"""Images or clips as stored."""
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""Pillow's mode of an image of so many channels."""


class Shape(NamedTuple):
    """The shape of one sample: channels, then its extent: height and width, of a clip frames before them."""

    channels: int
    space: tuple[int, ...]

    @property
    def frames(self) -> int | None:
        """Of a clip; ``None`` of an image."""
        return self.space[0] if len(self.space) == 3 else None

    @property
    def size(self) -> tuple[int, ...]:
        """Height and width."""
        return self.space[-2:]

    def __str__(self) -> str:
        frames = "" if self.frames is None else f", {self.frames} frame{'s' * (self.frames > 1)}"
        channels = f"{self.channels} channel{'s' * (self.channels > 1)}"
        return f"{'×'.join(map(str, reversed(self.size)))}{frames}, {channels}"


class Batch(NamedTuple):
    """Some items of a data set, as stored."""

    target: UInt8[Tensor, "b c *space"]
    """The images."""
    columns: Mapping[str, Values]
    """What belongs to them, by the names of the columns."""


def frames_at(clips: UInt8[Tensor, "b c t h w"], times: Int64[Tensor, "b k"]) -> UInt8[Tensor, "b c k h w"]:
    """Some frames of each clip."""
    return clips[torch.arange(len(clips))[:, None], :, times].movedim(1, 2)


def frames_of(images: Shaped[Tensor, "n c *space"]) -> Shaped[Tensor, "m c h w"]:
    """Images as they are; of clips all frames, one after another."""
    return images if images.dim() == 4 else images.movedim(2, 1).flatten(0, 1)


def to_float(images: UInt8[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
    """Grey levels 0 … 255 to −1 … 1, the range in which networks work."""
    return images.float().div_(127.5).sub_(1)


def to_uint8(images: Float[Tensor, "b c *space"]) -> UInt8[Tensor, "b c *space"]:
    """−1 … 1 to the nearest grey level 0 … 255."""
    return images.float().add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8)


def evenly(length: int, n: int, repeat: bool = False) -> Int64[Tensor, " n"]:
    """Up to ``n`` indices evenly over a length; with ``repeat`` exactly so many."""
    n = n if repeat else min(n, length)
    return torch.arange(n) * length // n
