"""How data store what belongs to an image: named columns of a few kinds of storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from condgan.core.levels import Reading
from condgan.core.palette import Palette

Storage = Literal["ids", "numbers", "text", "pixels", "vectors"]
FIELDS = "*"
"""What a part of a condition reads that takes all fields which the data have, instead of columns of certain names."""
YES_NO = ("no", "yes")
"""The names of a column of ids that says yes or no."""


class Column(NamedTuple):
    """One thing that data store for every item, and how."""

    storage: Storage
    """``ids``: Int64[n], indices into ``names``, −1 where it is missing. ``numbers``: Float32[n], NaN where it is
    missing. ``text``: for each item a tuple of texts, empty where there is none. ``pixels``: UInt8[n c *space].
    ``vectors``: Float32[n width], NaN where it is missing; with names, 1 for each of them that an item has, and 0."""
    names: tuple[str, ...] = ()
    """Of ids: the class names in index order. Of vectors that say which of several things an item has: their names."""
    counts: tuple[int, ...] = ()
    """Items of each of the names."""
    size: int = 0
    """Items with a value."""
    low: float = 0.0
    high: float = 0.0
    """Of numbers: the smallest and the largest."""
    gap: float = 0.0
    """Of numbers: the median distance of neighbouring different values."""
    deviation: float = 0.0
    """Of numbers: the mean distance from the median."""
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
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    """Of vectors without names: mean and standard deviation of each of their numbers, the latter above 0."""
    centres: tuple[str, ...] = ()
    """Of vectors: some that stand for all of them, the most frequent first, each as text; where there are such. Of
    texts: a few of them."""
    missing: int = 0
    """Items without a value."""
    words: tuple[str, ...] = ()
    """Of text: all different words, the most frequent first."""
    frequencies: tuple[int, ...] = ()
    """Of text: how often each of the words occurs."""
    pairs: tuple[tuple[str, str], ...] = ()
    """Of text: two words that stand side by side, the most frequent first; those that do so whenever one of the two
    occurs are left out, for they say no more than that word."""
    together: tuple[int, ...] = ()
    """Of text: how often each of the pairs occurs."""
    longest: int = 0
    """Of text: words of the longest one."""
    texts: int = 0
    """Of text: how many there are; an item may have several."""


class Described(NamedTuple):
    """A column of features of the images themselves, which is made of them once they are read."""

    column: str
    extractor: str
    """What gives the features: ``cnn``, or an ONNX file."""
    neighbours: int
    """In training an image gets the features of one of so many nearest neighbours in the place of its own."""


class Schema(NamedTuple):
    """What data hold: the images, and the columns by their names."""

    target: Column
    columns: Mapping[str, Column]
