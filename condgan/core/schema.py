"""How data store what belongs to an image: named columns of a few kinds of storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from condgan.core.levels import Reading
from condgan.core.palette import Palette

Storage = Literal["ids", "numbers", "text", "pixels", "vectors"]


class Column(NamedTuple):
    """One thing that data store for every item, and how."""

    storage: Storage
    """``ids``: Int64[n], indices into ``names``. ``numbers``: Float32[n]. ``text``: a list of strings. ``pixels``:
    UInt8[n c *space]. ``vectors``: Float32[n width]."""
    names: tuple[str, ...] = ()
    """Of ids: the class names in index order."""
    counts: tuple[int, ...] = ()
    """Of ids: items of each class."""
    low: float = 0.0
    high: float = 0.0
    """Of numbers: the smallest and the largest."""
    unit: str = ""
    """Of numbers."""
    channels: int = 0
    """Of pixels."""
    palette: Palette | None = None
    """Of pixels that are label maps: their classes. As a condition they are stored as ids, in one channel; as images in
    their colours."""
    reading: Reading = Reading()
    """Of pixels: how their levels became 8 bits, and what was laid under what is transparent."""
    width: int = 0
    """Of vectors."""
    missing: int = 0
    """Items without a value."""


class Schema(NamedTuple):
    """What data hold: the images, and the columns by their names."""

    target: Column
    columns: Mapping[str, Column]
