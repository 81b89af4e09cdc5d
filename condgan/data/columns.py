"""From what a source found to columns: names, numbers and texts as they stand there, pictures once decoded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from condgan.core.batch import Several, Values
from condgan.core.errors import DataError
from condgan.core.levels import Range
from condgan.core.note import Note
from condgan.core.palette import Palette
from condgan.core.schema import Column
from condgan.core.words import words_of
from condgan.data.decode import Fit, decode
from condgan.data.labels import index_labels
from condgan.data.layouts import decode_boundaries, decode_ids, extents
from condgan.data.names import canonical, ordered, require_distinct
from condgan.data.picture import name_of
from condgan.data.undecoded import Undecoded, Unreadable

LABEL = "label"
"""The column of classes."""
PICTURE = "picture"
"""The column of the pictures that images are to be made from."""
INSTANCES = "instances"
"""The column of the boundaries of instances."""
EXAMPLES = 10
"""Texts that are kept to stand for all."""
MOST_PAIRS = 2_000
"""Pairs of neighbouring words that are counted, at most."""


class RawValues(ABC):
    """A column of values that stand in the data as they are."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def indexed(self, where: str) -> tuple[Column, Values]:
        """All values as they are stored; ``where`` is the data's title, for messages.

        Raises:
            DataError: a value that does not fit.
        """


@dataclass(frozen=True)
class Classes(RawValues):
    """One class an item."""

    values: Sequence[str | int | None] | np.ndarray
    """A class name, or an index into ``names``; ``None`` where it is missing."""
    names: tuple[str, ...] | None = None
    """Class names in index order; ``None``: the values themselves, sorted."""

    def __len__(self) -> int:
        return len(self.values)

    def indexed(self, where: str) -> tuple[Column, Values]:
        there = np.array([value is not None for value in self.values], bool)
        if there.all():
            ids, names = index_labels(self.values, self.names, where)  # type: ignore[arg-type]
            return Column("ids", names), torch.from_numpy(ids)
        known, names = index_labels([value for value in self.values if value is not None], self.names, where)
        ids = np.full(len(self.values), -1, np.int64)
        ids[there] = known
        return Column("ids", names), torch.from_numpy(ids)


@dataclass(frozen=True)
class Numbers(RawValues):
    """One number an item; NaN where it is missing."""

    values: Sequence[float | None] | np.ndarray
    unit: str = ""

    def __len__(self) -> int:
        return len(self.values)

    def indexed(self, where: str) -> tuple[Column, Values]:
        return Column("numbers", unit=self.unit), torch.from_numpy(_floats(self.values, 1, where))


@dataclass(frozen=True)
class Vectors(RawValues):
    """One list of numbers an item, all of one width."""

    values: Sequence[Sequence[float]] | np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def indexed(self, where: str) -> tuple[Column, Values]:
        vectors = _floats(self.values, 2, where)
        return Column("vectors", width=vectors.shape[1]), torch.from_numpy(vectors)


@dataclass(frozen=True)
class Sets(RawValues):
    """Several of a number of things an item, or none of them."""

    values: Sequence[Sequence[str] | None]
    """The names of those that an item has; ``None`` where that is missing."""

    def __len__(self) -> int:
        return len(self.values)

    def indexed(self, where: str) -> tuple[Column, Values]:
        names = ordered({canonical(name) for each in self.values if each is not None for name in each})
        require_distinct(names, where)
        place = {name: index for index, name in enumerate(names)}
        found = np.zeros((len(self.values), len(names)), np.float32)
        for row, each in enumerate(self.values):
            if each is None:
                found[row] = np.nan
            else:
                found[row, [place[canonical(name)] for name in each]] = 1
        return Column("vectors", names, width=len(names)), torch.from_numpy(found)


@dataclass(frozen=True)
class Texts(RawValues):
    """One text an item or several; ``None`` where it is missing."""

    values: Sequence[str | Sequence[str] | None]

    def __len__(self) -> int:
        return len(self.values)

    def indexed(self, where: str) -> tuple[Column, Values]:
        return Column("text"), [(each,) if isinstance(each, str) else tuple(each or ()) for each in self.values]


@dataclass(frozen=True)
class Taken(RawValues):
    """Some rows of a column, whose names are those of all rows: so splits of one table agree."""

    whole: RawValues
    rows: Sequence[int]

    def __len__(self) -> int:
        return len(self.rows)

    def indexed(self, where: str) -> tuple[Column, Values]:
        column, values = self.whole.indexed(where)
        if isinstance(values, Tensor):
            return column, values[torch.tensor(list(self.rows), dtype=torch.int64)]
        assert not isinstance(values, Several), "what a source reads is one value an item"
        return column, [values[row] for row in self.rows]


class Loaded(NamedTuple):
    """A column of pictures, once decoded."""

    column: Column
    pixels: UInt8[Tensor, "n k h w"]
    kept: Int64[np.ndarray, " n"]
    """The index of each among all pictures."""
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class RawPixels(ABC):
    """A column of pictures of the same extent as the images."""

    undecoded: Undecoded

    def __len__(self) -> int:
        return len(self.undecoded)

    def at(self, chosen: Int64[np.ndarray, " m"]) -> RawPixels:
        """Some of them."""
        return replace(self, undecoded=pick(self.undecoded, chosen))

    @abstractmethod
    def decoded(self, size: tuple[int, int], fit: Fit) -> Loaded:
        """All pictures at the size of the images.

        Raises:
            DataError: they cannot be brought to one form.
        """


@dataclass(frozen=True)
class Pictures(RawPixels):
    """Photos, drawings and the like."""

    channels: int | None = None
    """1 grey, 3 colour, 4 colour with transparency; by default what they have."""
    levels: Range | None = None
    """Those that become black and white; by default as ``decode`` has it."""
    background: str = "white"
    """What is laid under transparent ones that lose their transparency."""

    def decoded(self, size: tuple[int, int], fit: Fit) -> Loaded:
        found = decode(self.undecoded, size, self.channels, fit, self.levels, self.background)
        column = Column("pixels", channels=found.images.shape[1], reading=found.reading)
        return Loaded(column, found.images, found.kept, found.unreadable, found.notes)


@dataclass(frozen=True)
class LabelMaps(RawPixels):
    """Label maps, kept as ids."""

    palette: Palette

    def decoded(self, size: tuple[int, int], fit: Fit) -> Loaded:
        ids = decode_ids(self.undecoded, self.palette, size, fit)
        return Loaded(Column("pixels", channels=1, palette=self.palette), ids, np.arange(len(ids)))


@dataclass(frozen=True)
class Boundaries(RawPixels):
    """Maps of instances, of which the boundaries are kept: 1 where an instance ends, else 0."""

    def decoded(self, size: tuple[int, int], fit: Fit) -> Loaded:
        ends = decode_boundaries(self.undecoded, size, fit)
        return Loaded(Column("pixels", channels=1), ends, np.arange(len(ends)))


Raw = RawValues | RawPixels
"""A column as a source found it."""


def pick(pictures: Undecoded, chosen: Int64[np.ndarray, " m"]) -> Undecoded:
    """Some of the pictures; all of an array are the array itself, not a copy."""
    if np.array_equal(chosen, np.arange(len(pictures))):
        return pictures
    return pictures[chosen] if isinstance(pictures, np.ndarray) else [pictures[index] for index in chosen]


def counted(column: Column, values: Values) -> Column:
    """A column with what can be counted of its values: items of each class, the range of numbers, missing values."""
    if isinstance(values, Several):
        return _with_moments(column._replace(size=len(values)), values.table)
    if not isinstance(values, Tensor):
        return _with_words(column, values)
    match column.storage:
        case "ids":
            there = values[values >= 0]
            counts = tuple(torch.bincount(there, minlength=len(column.names)).tolist())
            return column._replace(counts=counts, size=len(there), missing=len(values) - len(there))
        case "numbers":
            there = values[~values.isnan()]
            found = column._replace(size=len(there), missing=len(values) - len(there))
            return found if not len(there) else _with_range(found, there.double())
        case "vectors":
            there = values[values.isfinite().all(1)]
            found = column._replace(size=len(there), missing=len(values) - len(there))
            if column.names:
                return found._replace(counts=tuple(there.long().sum(0).tolist()))
            return _with_moments(found, there) if len(there) else found
        case _:
            return column


def _with_words(column: Column, texts: Sequence[tuple[str, ...]]) -> Column:
    """With the words of all texts, those that are equally frequent in alphabetical order."""
    counts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    longest = 0
    for text, times in Counter(text for each in texts for text in each).items():
        words = words_of(text)
        longest = max(longest, len(words))
        for word in words:
            counts[word] += times
        for pair in pairwise(words):
            pairs[pair] += times
    found = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    telling = {pair: times for pair, times in pairs.items() if times < min(counts[word] for word in pair)}
    beside = sorted(telling.items(), key=lambda each: (-each[1], each[0]))[:MOST_PAIRS]
    missing = sum(not each for each in texts)
    return column._replace(
        size=len(texts) - missing,
        missing=missing,
        words=tuple(word for word, _ in found),
        frequencies=tuple(count for _, count in found),
        pairs=tuple(pair for pair, _ in beside),
        together=tuple(count for _, count in beside),
        longest=longest,
        texts=sum(map(len, texts)),
        centres=_examples(texts),
    )


def _examples(texts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """A few different texts, evenly over the items."""
    known = list(dict.fromkeys(each[0] for each in texts if each))
    return (
        tuple(known[place * len(known) // EXAMPLES] for place in range(EXAMPLES))
        if len(known) > EXAMPLES
        else tuple(known)
    )


def _with_range(column: Column, numbers: Float[Tensor, " n"]) -> Column:
    """With the range of numbers, the usual distance of neighbouring ones, and how far they are from their median."""
    gaps = torch.unique(numbers).diff()
    return column._replace(
        low=numbers.min().item(),
        high=numbers.max().item(),
        gap=gaps.median().item() if len(gaps) else 0.0,
        deviation=(numbers - numbers.median()).abs().mean().item(),
    )


def _with_moments(column: Column, vectors: Float[Tensor, "n d"]) -> Column:
    """With mean and standard deviation of each number; of one that is always the same the latter is 1."""
    deviation, mean = torch.std_mean(vectors.double(), 0, correction=0)
    constant = deviation <= 1e-6 * mean.abs().clamp(min=1e-30)
    rounded = [[float(f"{number:.6g}") for number in each.tolist()] for each in (mean, deviation)]
    scale = [1.0 if same else each for each, same in zip(rounded[1], constant.tolist(), strict=True)]
    return column._replace(mean=tuple(rounded[0]), scale=tuple(scale))


def require_same_sizes(images: Undecoded, pictures: Undecoded) -> None:
    """Refuse pairs whose pictures are not of one size.

    Raises:
        DataError: with the first of them.
    """
    odd = [
        f"{name_of(image, index)} ({theirs[1]}×{theirs[0]}, its pair {ours[1]}×{ours[0]})"
        for index, (image, ours, theirs) in enumerate(zip(images, extents(pictures), extents(images), strict=True))
        if ours and theirs and ours != theirs
    ]
    if odd:
        raise DataError(
            f"{len(odd)} pairs of two sizes",
            where=f"{', '.join(odd[:5])}{' …' * (len(odd) > 5)}",
            do="bring both pictures of a pair to one size",
        )


def _floats(values: Any, axes: int, where: str) -> np.ndarray:
    """Numbers of 32 bits, one item a row."""
    try:
        found = np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise DataError("not a column of numbers", where=where, do=f"give numbers ({error})") from None
    if found.ndim != axes:
        raise DataError(f"numbers of shape {found.shape}", where=where, do="give as many numbers for each image")
    return found
