"""Decoded data: images as uint8 with their columns, gathered a batch at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Int64, UInt8
from torch import Tensor

from condgan.core.batch import Batch, Several, Shape, Values
from condgan.core.cache import digest
from condgan.core.errors import SettingsError
from condgan.core.note import Note, some
from condgan.core.schema import YES_NO, Column, Schema
from condgan.data.columns import INSTANCES, LABEL, PICTURE, counted
from condgan.data.decode import allocate
from condgan.data.splits import Split
from condgan.data.undecoded import Unreadable

VALUES = ("ids", "numbers", "vectors")
"""How fields are stored."""
LISTED = 6
"""Fields that are named where data are described."""


class Dataset:
    """Decoded items: images, what belongs to each of them by columns, and the schema that describes both."""

    def __init__(
        self,
        target: UInt8[Tensor, "n c *space"],
        columns: Mapping[str, Values],
        schema: Schema,
        sizes: Counter[tuple[int, ...]] | None = None,
        unreadable: tuple[Unreadable, ...] = (),
        clean: Mapping[str, Values] | None = None,
        split: Split | None = None,
        notes: tuple[Note, ...] = (),
        files: Int64[Tensor, " n"] | None = None,
    ) -> None:
        """``schema``: what it counts (items of each class, ranges) is counted anew from the values."""
        self.target = target
        """The images."""
        self.columns = columns
        """What belongs to them, by name; one value an image."""
        self.schema = Schema(
            schema.target, {name: counted(column, columns[name]) for name, column in schema.columns.items()}
        )
        self.sizes = sizes or Counter({tuple(target.shape[-2:]): len(target)})
        """How many images there were of each height and width, before they were brought to one."""
        self.unreadable = unreadable
        """Those that could not be decoded, and are not among the images."""
        self.clean = columns if clean is None else clean
        """The columns before some labels were replaced on purpose."""
        self.split = split
        """The split of the data's own that these are; ``None`` where the data have none."""
        self.notes = notes
        """What people are to be told of how they were read."""
        self.files = torch.arange(len(target)) if files is None else files
        """The file of each, by any number: several clips may be of one."""

    def __len__(self) -> int:
        return len(self.target)

    @cached_property
    def hash(self) -> str:
        """Stands for the images and all columns, before some labels were replaced on purpose."""
        return digest(self.target, *(_tensor(self.clean[name]) for name in sorted(self.clean)))

    @property
    def noun(self) -> str:
        """What the items are called."""
        return "images" if self.shape.frames is None else "clips"

    @property
    def shape(self) -> Shape:
        """The shape of one image."""
        return Shape(self.target.shape[1], tuple(self.target.shape[2:]))

    def part(self, chosen: Bool[Tensor, " n"] | Int64[Tensor, " m"]) -> Dataset:
        """Some of the items, by a mask or by their indices; many images are memory-mapped."""
        rows = chosen.nonzero()[:, 0] if chosen.dtype == torch.bool else chosen

        def some(columns: Mapping[str, Values]) -> dict[str, Values]:
            return {name: select(values, rows) for name, values in columns.items()}

        columns = some(self.columns)
        clean = None if self.clean is self.columns else some(self.clean)
        target, files = select(self.target, rows), self.files[rows]
        return Dataset(target, columns, self.schema, None, (), clean, self.split, self.notes, files)

    def joined(self, other: Dataset) -> Dataset:
        """These items and others of the same columns, whose names may be fewer or in another order."""
        columns: dict[str, Values] = {}
        for name, values in self.columns.items():
            mine, theirs = self.schema.columns[name], other.schema.columns[name]
            more = other.columns[name]
            if mine.storage == "ids" and mine.names != theirs.names:
                place = {each: index for index, each in enumerate(mine.names)}
                more = torch.tensor([*(place[each] for each in theirs.names), -1])[_tensor(more)]
            columns[name] = _together(values, more)
        return Dataset(torch.cat([self.target, other.target]), columns, self.schema)

    def with_notes(self, *notes: Note) -> Dataset:
        """The same, with more to be told of it."""
        return Dataset(
            self.target,
            self.columns,
            self.schema,
            self.sizes,
            self.unreadable,
            self.clean,
            self.split,
            (*self.notes, *notes),
            self.files,
        )

    def with_column(self, name: str, column: Column, values: Values) -> Dataset:
        """The same with a column that is made of the images; the hash does not count it."""
        schema = self.schema._replace(columns={**self.schema.columns, name: column})
        columns = {**self.columns, name: values}
        rest = (self.sizes, self.unreadable, self.clean, self.split, self.notes, self.files)
        return Dataset(self.target, columns, schema, *rest)

    def with_label_noise(self, share: float) -> Dataset:
        """The same with a share of the labels replaced by another class, any other with equal probability; the same
        labels each time. All else stays as it is.

        Raises:
            SettingsError: there are no labels, or all are of one class.
        """
        if not share:
            return self
        column = self.schema.columns.get(LABEL)
        if column is None or len(column.names) < 2:
            raise SettingsError(
                "the data have no labels that could be replaced" if column is None else "the data have one class only",
                where="setting data.label_noise",
                do="set it to 0, or give data with labels of two classes or more",
            )
        generator = torch.Generator().manual_seed(0)
        noisy = torch.randperm(len(self), generator=generator)[: round(share * len(self))]
        classes, labels = len(column.names), _tensor(self.columns[LABEL]).clone()
        labels[noisy] = (labels[noisy] + torch.randint(1, classes, noisy.shape, generator=generator)) % classes
        columns = {**self.columns, LABEL: labels}
        rest = (self.sizes, self.unreadable, self.clean, self.split, self.notes, self.files)
        return Dataset(self.target, columns, self.schema, *rest)

    def batch(self, indices: Int64[Tensor, " b"]) -> Batch:
        """The items at some indices, by one gather a column."""
        return Batch(self.target[indices], {name: _rows(values, indices) for name, values in self.columns.items()})

    @property
    def whole(self) -> Batch:
        """All items."""
        return Batch(self.target, self.columns)

    def __str__(self) -> str:
        known = self.schema.columns
        fields = {name: column for name, column in known.items() if name != LABEL and column.storage in VALUES}
        others = [text for name, column in known.items() if name not in fields for text in _described(name, column)]
        return ", ".join([f"{len(self):,} {self.noun} of {self.shape}", *others, *_of_fields(fields)])


V = TypeVar("V", Tensor, Values)


def select(values: V, rows: Int64[Tensor, " m"]) -> V:
    """Some of the values; many images are memory-mapped, and where all are chosen they are not copied."""
    if torch.equal(rows, torch.arange(len(values))):
        return values
    if isinstance(values, Tensor) and values.dtype == torch.uint8:
        found = allocate((len(rows), *values.shape[1:]))
        np.take(values.numpy(), rows.numpy(), axis=0, out=found, mode="clip")  # any other mode makes a copy first
        return torch.from_numpy(found)
    return _rows(values, rows)


def _rows(values: V, rows: Int64[Tensor, " m"]) -> V:
    return values[rows] if isinstance(values, Tensor | Several) else [values[row] for row in rows.tolist()]


def _together(one: Values, other: Values) -> Values:
    """Values of one kind, one after another."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.cat([one, other])
    if isinstance(one, Several) and isinstance(other, Several):
        places = torch.cat([one.places, other.places + len(one.table)])
        return Several(torch.cat([one.table, other.table]), places)
    assert not isinstance(one, Several | Tensor) and not isinstance(other, Several | Tensor), "both are texts"
    return [*one, *other]


def _tensor(values: Values) -> Tensor:
    """Values as they are, texts as the bytes of all of them."""
    if isinstance(values, Tensor):
        return values
    assert not isinstance(values, Several), "those are made of the images"
    return torch.frombuffer(bytearray(json.dumps(list(values)).encode()), dtype=torch.uint8)


def _described(name: str, column: Column) -> Iterator[str]:
    """What a column adds to the images, in plain words."""
    match column.storage:
        case "ids" if column.counts:
            least, most = min(column.counts), max(column.counts)
            classes, each = len(column.counts), f"{most:,}" if least == most else f"{least:,} to {most:,}"
            yield f"{classes} class{'es' * (classes != 1)} of {each}"
        case "pixels" if name == PICTURE and column.palette:
            yield f"to be made from label maps of {len(column.palette.names)} classes"
        case "pixels" if name == PICTURE:
            yield f"to be made from pictures, {column.channels} channel{'s' * (column.channels != 1)}"
        case "pixels" if name == INSTANCES:
            yield "with boundaries of instances"
        case _:
            yield f"with {name}"


def _of_fields(columns: Mapping[str, Column]) -> Iterator[str]:
    """How many fields there are, and what the first of them can be."""
    if columns:
        each = [f"{name} ({_range(column)})" for name, column in columns.items()]
        yield f"{len(columns)} field{'s' * (len(columns) != 1)}: {some(each, LISTED)}"


def _range(column: Column) -> str:
    match column.storage:
        case "numbers":
            unit = f" {column.unit}" * bool(column.unit)
            return f"{column.low:g} to {column.high:g}{unit}" if column.size else "no values"
        case "vectors":
            return f"any of {len(column.names)}" if column.names else f"{column.width} numbers"
        case _:
            return "/".join(reversed(YES_NO)) if column.names == YES_NO else str(len(column.names))
