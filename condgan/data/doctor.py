"""What is odd about some data: nothing that forbids to train, all that spoils what comes of it."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from condgan.core.batch import ONE
from condgan.data.base import Dataset

TINY = 10
"""Images of a class, below which it is hardly learnt."""
UNEVEN = 20
"""How many times larger the largest class may be than the smallest."""


def remarks(dataset: Dataset) -> Iterator[str]:
    """What a person should know before a long run, each in one line."""
    names, counts, *_ = dataset.schema
    few = [f"{name} ({count})" for name, count in zip(names, counts, strict=True) if count < TINY]
    if few:
        yield f"classes of fewer than {TINY} images, which are hardly learnt: {_some(few)}"
    if len(names) == 1 and names != ONE:
        yield f"one class only ({names[0]}): there is nothing to choose from"
    if max(counts) > UNEVEN * max(1, min(counts)):
        yield f"uneven classes: from {min(counts):,} to {max(counts):,} images"
    if len(dataset.sizes) > 1:
        short, long = (f(min(size) for size in dataset.sizes) for f in (min, max))
        yield f"images of {len(dataset.sizes)} sizes, sides from {short} to {long}; all are brought to {dataset.shape}"
    elif (size := next(iter(dataset.sizes))) != dataset.shape.space:
        yield f"images of {size[1]}×{size[0]} are brought to {dataset.shape}; data.size says to what"
    copies = duplicates(dataset)
    if copies.same:
        yield f"{copies.same:,} images are copies of another of their class, the first is item {copies.first}"
    if copies.torn:
        yield f"{copies.torn:,} images stand under more than one label, the first is item {copies.first_torn}"


class Duplicates(NamedTuple):
    """Images that are there more than once, to the pixel, once decoded."""

    same: int
    """Those that an earlier one of the same class equals."""
    first: int
    torn: int
    """Those that an earlier one of another class equals, and none of their own."""
    first_torn: int


def duplicates(dataset: Dataset) -> Duplicates:
    """Count the images that an earlier one equals."""
    seen: dict[bytes, set[int]] = {}
    same: list[int] = []
    torn: list[int] = []
    images = dataset.images.numpy()
    for index, label in enumerate(dataset.labels.tolist()):
        classes = seen.setdefault(hashlib.blake2b(images[index].tobytes(), digest_size=16).digest(), set())
        if classes:
            (same if label in classes else torn).append(index)
        classes.add(label)
    return Duplicates(len(same), same[0] if same else -1, len(torn), torn[0] if torn else -1)


def _some(names: list[str], most: int = 10) -> str:
    return ", ".join(names[:most]) + (f" … and {len(names) - most} more" if len(names) > most else "")
