"""What the columns of some data hold, in numbers: how often each value comes, what is missing, what never comes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import torch
from jaxtyping import Int64
from torch import Tensor

from condgan.core.note import Note, some
from condgan.core.schema import YES_NO, Column
from condgan.data.dataset import Dataset

BINS = 10
"""Of numbers."""
FEW = 20
"""Values of a field up to which its combinations with others are counted."""
PART = 20_000


class Bin(NamedTuple):
    """The numbers from ``low`` up to ``high``; the last bin holds the greatest number, too."""

    low: float
    high: float
    items: int


class Summary(NamedTuple):
    """One column."""

    name: str
    kind: str
    """category, boolean, set, number, vector, text or picture."""
    counts: Mapping[str, int]
    """Items of each value; of numbers none."""
    missing: int
    low: float | None = None
    high: float | None = None
    """The range of numbers."""
    unit: str = ""
    bins: tuple[Bin, ...] = ()

    def bars(self) -> dict[str, int]:
        """A name and a count for each bar of a histogram."""
        unit = f" {self.unit}" * bool(self.unit)
        ranges = {f"{low:g}" + f" to {high:g}" * (high > low) + unit: items for low, high, items in self.bins}
        return dict(self.counts) or ranges


def summaries(dataset: Dataset) -> list[Summary]:
    """Each column."""
    return [_summary(name, column, dataset) for name, column in dataset.schema.columns.items()]


def kind_of(column: Column) -> str:
    """What a column holds, in the words of ``--data.fields``."""
    match column.storage:
        case "ids":
            return "boolean" if column.names == YES_NO else "category"
        case "vectors":
            return "set" if column.names else "vector"
        case "numbers":
            return "number"
        case "text":
            return "text"
        case _:
            return "picture"


def _summary(name: str, column: Column, dataset: Dataset) -> Summary:
    counts = dict(zip(column.names, column.counts, strict=True)) if column.counts else {}
    found = Summary(name, kind_of(column), counts, column.missing, unit=column.unit)
    if column.storage != "numbers" or not column.size:
        return found
    bins = _bins(torch.as_tensor(dataset.columns[name]), column)
    return found._replace(low=column.low, high=column.high, bins=bins)


def _bins(values: Tensor, column: Column) -> tuple[Bin, ...]:
    """A histogram of numbers; of a few different whole numbers one bar each."""
    there = values[~values.isnan()].double()
    known, counts = torch.unique(there, return_counts=True)
    if len(known) <= BINS:
        return tuple(Bin(value, value, count) for value, count in zip(known.tolist(), counts.tolist(), strict=True))
    edges = torch.linspace(column.low, column.high, BINS + 1, dtype=torch.float64)
    places = torch.bucketize(there, edges[1:-1], right=True)
    found = torch.bincount(places, minlength=BINS).tolist()
    ends = edges.tolist()
    return tuple(Bin(*each) for each in zip(ends[:-1], ends[1:], found, strict=True))


def never_together(dataset: Dataset) -> Note | None:
    """Which values of two fields no image has at once, though each of them comes; of fields of few values, that do not
    say the same."""
    columns = {
        name: column
        for name, column in dataset.schema.columns.items()
        if column.storage == "ids" and 1 < len(column.names) <= FEW
    }
    if len(columns) < 2:
        return None
    starts: dict[str, int] = {}
    for name in columns:
        starts[name] = sum(len(columns[each].names) for each in starts)
    together = _together(dataset, columns)
    absent: list[str] = []
    possible = 0
    for one, other in combinations(columns, 2):
        rows, others = (slice(starts[name], starts[name] + len(columns[name].names)) for name in (one, other))
        joint = together[rows, others]
        there = joint.sum(1) > 0, joint.sum(0) > 0
        joint = joint[there[0]][:, there[1]]
        possible += joint.numel()
        if joint.shape[0] == joint.shape[1] and int((joint > 0).sum()) == len(joint):
            continue  # they say the same
        names = [
            [name for name, known in zip(columns[each].names, mask.tolist(), strict=True) if known]
            for each, mask in zip((one, other), there, strict=True)
        ]
        absent += [f"{one} {names[0][row]} with {other} {names[1][place]}" for row, place in (joint == 0).nonzero()]
    if not absent:
        return None
    text = f"{len(absent):,} of {possible:,} pairs of values of two fields that no image shows: {some(absent, 5)}"
    return Note("never-together", text)


def _together(dataset: Dataset, columns: Mapping[str, Column]) -> Int64[Tensor, "k k"]:
    """How many items have each two values of all fields."""
    total = sum(len(column.names) for column in columns.values())
    found = torch.zeros(total, total, dtype=torch.int64)
    for start in range(0, len(dataset), PART):
        marks = []
        for name, column in columns.items():
            ids = torch.as_tensor(dataset.columns[name])[start : start + PART]
            # those that are missing take a place of their own, which is cut off
            marks.append(torch.nn.functional.one_hot(ids % (len(column.names) + 1), len(column.names) + 1)[:, :-1])
        marked = torch.cat(marks, 1).float()
        found += (marked.T @ marked).long()  # exact: no more than 2^24 items in a part
    return found
