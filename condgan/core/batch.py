"""What passes between data, conditions and networks."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from condgan.core.palette import Palette

ONE = ("all",)
"""The classes of images that are not labelled."""


class Shape(NamedTuple):
    """The shape of one sample: channels, then its extent in space (height, width)."""

    channels: int
    space: tuple[int, ...]

    def __str__(self) -> str:
        return f"{'×'.join(map(str, reversed(self.space)))}, {self.channels} channel{'s' * (self.channels > 1)}"


class Schema(NamedTuple):
    """What the items of a source are labelled with."""

    names: tuple[str, ...]
    """Class names in index order."""
    counts: tuple[int, ...]
    """Items of each class."""
    channels: int = 0
    """Of the pictures that the images are to be made from; 0: there are none."""
    layout: Palette | None = None
    """The classes of those pictures, where they are label maps."""


class Batch(NamedTuple):
    """Some items of a source, as stored."""

    images: UInt8[Tensor, "b c *space"]
    labels: Int64[Tensor, " b"]
    inputs: UInt8[Tensor, "b k *space"] | None = None
    """The pictures that the images are to be made from, where the source has pairs. Of label maps the ids, and where
    instances are known, a second channel of ones at their boundaries."""


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
