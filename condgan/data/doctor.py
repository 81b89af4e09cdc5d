"""What is odd about some data: nothing that forbids to train, but all that spoils the result."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch

from condgan.core.note import READ, WRONG, Note, by_harm, some
from condgan.core.schema import Column
from condgan.data.columns import LABEL
from condgan.data.dataset import Dataset
from condgan.data.names import remarks_on
from condgan.data.summary import never_together

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
    classes = {name: column for name, column in dataset.schema.columns.items() if column.names}
    if (label := classes.get(LABEL)) is not None:
        yield from _of_classes(label)
        yield from remarks_on(label.names)
    yield from _of_fields({name: column for name, column in classes.items() if name != LABEL})
    if (note := never_together(dataset)) is not None:
        yield note
    if len(dataset.sizes) > 1:
        short, long = (f(min(size) for size in dataset.sizes) for f in (min, max))
        text = f"images of {len(dataset.sizes)} sizes, sides from {short} to {long}; all are brought to {dataset.shape}"
        yield Note("sizes", text, READ)
    elif (size := next(iter(dataset.sizes))) != dataset.shape.size:
        text = f"images of {'×'.join(map(str, reversed(size)))} are brought to {dataset.shape}; data.size says to what"
        yield Note("sizes", text, READ)
    yield from _of_levels(dataset)
    if dataset.shape.frames is not None and (still := frozen(dataset)):
        text = f"{len(still):,} of {len(dataset):,} clips do not move at all, the first is item {still[0]}"
        yield Note("frozen", text)
    copies = duplicates(dataset)
    if copies.same:
        whose = " of their class" if LABEL in classes else " with the same values" if classes else ""
        text = f"{copies.same:,} images are copies of another{whose}, the first is item {copies.first}"
        yield Note("copies", text)
    if copies.torn:
        what = "stand under more than one label" if LABEL in classes else "are copies of another with other values"
        text = f"{copies.torn:,} images {what}, the first is item {copies.first_torn}"
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


def _of_classes(column: Column) -> Iterator[Note]:
    names, counts = column.names, column.counts
    if few := _few(column):
        text = f"classes of fewer than {TINY} images, which are hardly learnt: {some(few, 10)}"
        yield Note("tiny-classes", text)
    if len(names) == 1:
        yield Note("one-class", f"one class only ({names[0]}): there is nothing to choose from")
    if _uneven(column):
        yield Note("uneven", f"uneven classes: from {min(counts):,} to {max(counts):,} images")


def _few(column: Column) -> list[str]:
    """The values that few items have."""
    return [f"{name} ({count})" for name, count in zip(column.names, column.counts, strict=True) if count < TINY]


def _uneven(column: Column) -> bool:
    return max(column.counts) > UNEVEN * max(1, min(column.counts))


def _of_fields(columns: Mapping[str, Column]) -> Iterator[Note]:
    """The same of all other fields, in one line for all of them."""
    if few := [f"{name} {value}" for name, column in columns.items() for value in _few(column)]:
        text = f"values of fields of fewer than {TINY} images, which are hardly learnt: {some(few, 10)}"
        yield Note("tiny-classes", text)
    if one := [f"{name} ({column.names[0]})" for name, column in columns.items() if len(column.names) == 1]:
        yield Note("one-class", f"fields of one value, where there is nothing to choose from: {some(one, 10)}")
    ids = {name: column for name, column in columns.items() if column.storage == "ids"}
    if uneven := [
        f"{name} ({min(each.counts):,} to {max(each.counts):,} images)" for name, each in ids.items() if _uneven(each)
    ]:
        yield Note("uneven", f"fields of uneven values: {some(uneven, 10)}")
    for name, column in columns.items():
        for note in remarks_on(column.names):
            yield note._replace(text=f"{name}: {note.text}")


def frozen(dataset: Dataset) -> list[int]:
    """The clips all of whose frames are the same."""
    images = dataset.target
    return [place for place in range(len(images)) if bool((images[place] == images[place][:, :1]).all())]


class Duplicates(NamedTuple):
    """Images that are there more than once, to the pixel, once decoded."""

    same: int
    """Those that an earlier one of the same class equals; of data without classes, those that any earlier one does."""
    first: int
    torn: int
    """Those that an earlier one of another class equals, and none of their own."""
    first_torn: int


def duplicates(dataset: Dataset) -> Duplicates:
    """Count the images that an earlier one equals. Of what class they are says the label, where there is one; else all
    fields of several values together. What is missing may be any value."""
    seen: dict[bytes, set[tuple[int, ...]]] = {}
    same: list[int] = []
    torn: list[int] = []
    images = dataset.target.numpy()
    ids = {name: each for name, each in dataset.schema.columns.items() if each.storage == "ids"}
    names = [LABEL] if LABEL in ids else [*ids]
    lists = [torch.as_tensor(dataset.columns[name]).tolist() for name in names]
    for index in range(len(dataset)):
        label = tuple(each[index] for each in lists)
        classes = seen.setdefault(hashlib.blake2b(images[index].tobytes(), digest_size=16).digest(), set())
        if classes:
            (same if any(_agree(label, other) for other in classes) else torn).append(index)
        classes.add(label)
    return Duplicates(len(same), same[0] if same else -1, len(torn), torn[0] if torn else -1)


def _agree(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether no value speaks against it that two items are the same; −1 is missing."""
    return one == other or all(a == b or a < 0 or b < 0 for a, b in zip(one, other, strict=True))
