"""What is odd about some data: nothing that forbids to train, but all that spoils the result."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor

from condgan.core.note import READ, WRONG, Note, by_harm, some
from condgan.core.schema import Column
from condgan.data.columns import LABEL
from condgan.data.dataset import Dataset
from condgan.data.names import remarks_on

TINY = 10
"""Images of a class, below which it is hardly learnt."""
NARROW = 64
"""Levels between the darkest and the brightest of all images, below which these are likely read in a wrong range."""
UNEVEN = 20
"""How many times larger the largest class may be than the smallest."""


def remarks(dataset: Dataset) -> list[Note]:
    """What a person should know before a long run, each in one line, the most harmful first."""
    return by_harm([*dataset.notes, *_of_dataset(dataset)])


def _of_dataset(dataset: Dataset) -> Iterator[Note]:
    classes = {name: column for name, column in dataset.schema.columns.items() if column.storage == "ids"}
    for name, column in classes.items():
        yield from _of_classes(column, "" if name == LABEL else f" of {name}")
        yield from remarks_on(column.names)
    if len(dataset.sizes) > 1:
        short, long = (f(min(size) for size in dataset.sizes) for f in (min, max))
        text = f"images of {len(dataset.sizes)} sizes, sides from {short} to {long}; all are brought to {dataset.shape}"
        yield Note("sizes", text, READ)
    elif (size := next(iter(dataset.sizes))) != dataset.shape.space:
        text = f"images of {'×'.join(map(str, reversed(size)))} are brought to {dataset.shape}; data.size says to what"
        yield Note("sizes", text, READ)
    yield from _of_levels(dataset)
    copies = duplicates(dataset)
    if copies.same:
        whose = " of their class" if classes else ""
        text = f"{copies.same:,} images are copies of another{whose}, the first is item {copies.first}"
        yield Note("copies", text)
    if copies.torn:
        text = f"{copies.torn:,} images stand under more than one label, the first is item {copies.first_torn}"
        yield Note("torn", text, WRONG)


def _of_levels(dataset: Dataset) -> Iterator[Note]:
    """Images that are all but of one grey."""
    if dataset.schema.target.palette is not None:
        return
    low, high = int(dataset.target.min()), int(dataset.target.max())
    if high - low < NARROW:
        black, white = dataset.schema.target.reading.levels
        lowest, highest = (black + level * (white - black) / 255 for level in (low, max(high, low + 1)))
        text = f"all levels lie between {low} and {high} of 255"
        do = f"--data.range {lowest:.6g},{highest:.6g} spreads them"
        yield Note("narrow", f"{text}: if that is not meant, {do}", WRONG)


def _of_classes(column: Column, of: str) -> Iterator[Note]:
    names, counts = column.names, column.counts
    few = [f"{name} ({count})" for name, count in zip(names, counts, strict=True) if count < TINY]
    if few:
        text = f"classes{of} of fewer than {TINY} images, which are hardly learnt: {some(few, 10)}"
        yield Note("tiny-classes", text)
    if len(names) == 1:
        yield Note("one-class", f"one class{of} only ({names[0]}): there is nothing to choose from")
    if max(counts) > UNEVEN * max(1, min(counts)):
        yield Note("uneven", f"uneven classes{of}: from {min(counts):,} to {max(counts):,} images")


class Duplicates(NamedTuple):
    """Images that are there more than once, to the pixel, once decoded."""

    same: int
    """Those that an earlier one of the same class equals; of data without classes, those that any earlier one does."""
    first: int
    torn: int
    """Those that an earlier one of another class equals, and none of their own."""
    first_torn: int


def duplicates(dataset: Dataset) -> Duplicates:
    """Count the images that an earlier one equals."""
    seen: dict[bytes, set[tuple[int, ...]]] = {}
    same: list[int] = []
    torn: list[int] = []
    images = dataset.target.numpy()
    ids = [dataset.columns[name] for name, column in dataset.schema.columns.items() if column.storage == "ids"]
    lists = [each.tolist() for each in ids if isinstance(each, Tensor)]
    for index in range(len(dataset)):
        label = tuple(each[index] for each in lists)
        classes = seen.setdefault(hashlib.blake2b(images[index].tobytes(), digest_size=16).digest(), set())
        if classes:
            (same if label in classes else torn).append(index)
        classes.add(label)
    return Duplicates(len(same), same[0] if same else -1, len(torn), torn[0] if torn else -1)
