"""Combinations of values that are kept from training, to see whether they can be generated all the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import Annotated, Any, NamedTuple

import torch
from jaxtyping import Bool
from pydantic import AfterValidator
from torch import Tensor

from condgan.core.errors import DataError, nearest
from condgan.core.names import places
from condgan.core.note import LEFT_OUT, Note
from condgan.core.schema import Column
from condgan.core.seeds import key
from condgan.data.dataset import Dataset

SHARE = re.compile(r"0?\.\d+")
FORM = 'write "hair,body=0.2" for a share of them, or "hair=black & body=tall" for one, with a ; between several'
MOST = 1_000_000
"""Combinations that are counted."""


class Rule(NamedTuple):
    """One kind of combinations."""

    fields: tuple[str, ...]
    share: float
    """Of all their combinations; 0 where ``values`` says which."""
    values: tuple[str, ...] = ()


def _checked(text: str) -> str:
    rules(text)
    return text


HoldOut = Annotated[str, AfterValidator(_checked)]


def rules(text: str) -> list[Rule]:
    """``hair,body=0.2; hair=black & top=red`` as rules.

    Raises:
        ValueError: it is not of that form.
    """
    found = []
    for piece in filter(None, map(str.strip, text.split(";"))):
        names, equals, share = piece.rpartition("=")
        fields = tuple(filter(None, map(str.strip, names.split(","))))
        if SHARE.fullmatch(share.strip()) and "=" not in names and len(fields) > 1:
            found.append(Rule(fields, float(share)))
            continue
        pairs = [each.partition("=") for each in piece.split("&")]
        if not equals or len(pairs) < 2 or not all(name.strip() and value.strip() for name, _, value in pairs):
            raise ValueError(f"no combinations of two fields or more in {piece!r}: {FORM}")
        found.append(Rule(tuple(p[0].strip() for p in pairs), 0.0, tuple(p[2].strip() for p in pairs)))
    return found


def divided(dataset: Dataset, text: str, where: str, held: bool = False) -> Dataset:
    """The items to train on, or those that are held out.

    Raises:
        DataError: there are none, or no other ones of some value.
    """
    place, mask = f"data.hold_out of {where}: {text}", held_out(dataset, text, where)
    if not mask.any() or mask.all():
        raise DataError(
            f"{'all' if mask.any() else 'no'} images are of the combinations to hold out",
            where=place,
            do="name other combinations, or another share",
        )
    found = dataset.part(mask if held else ~mask)
    for name, column in () if held else found.schema.columns.items():
        before = dataset.schema.columns[name].counts
        pairs = zip(column.names, column.counts, before, strict=True) if column.storage == "ids" else ()
        if gone := [each for each, count, there in pairs if there and not count]:
            raise DataError(
                f"no image of {name} {gone[0]} is left to train on", where=place, do="hold out fewer combinations"
            )
    told = f"{int(mask.sum()):,} images of combinations that data.hold_out keeps from training"
    return found if held else found.with_notes(Note("held-out", told, LEFT_OUT))


def held_out(dataset: Dataset, text: str, where: str) -> Bool[Tensor, " n"]:
    """Which items have one of the combinations; those of which a field is missing have none.

    Raises:
        DataError: there is no such field or value, or the combinations are too many.
    """
    found = torch.zeros(len(dataset), dtype=torch.bool)
    for rule in rules(text):
        columns = [_column(dataset, name, where) for name in rule.fields]
        ids = torch.stack([torch.as_tensor(dataset.columns[name]) for name in rule.fields], 1)
        chosen = [_values(rule, columns, where)] if rule.values else _share(rule, columns, where)
        for combination in chosen:
            found |= (ids == torch.tensor(combination)).all(1)
    return found


def _column(dataset: Dataset, name: str, where: str) -> Column:
    column = dataset.schema.columns.get(name)
    known = [each for each, other in dataset.schema.columns.items() if other.storage == "ids"]
    if column is None or column.storage != "ids":
        raise DataError(
            f"no field of several values called {name}", where=f"data.hold_out of {where}", do=nearest(name, known)
        )
    return column


def _values(rule: Rule, columns: Sequence[Column], where: str) -> tuple[int, ...]:
    found = []
    for name, value, column in zip(rule.fields, rule.values, columns, strict=True):
        there = places(value, column.names)
        if len(there) != 1:
            raise DataError(
                f"{name} has no value {value!r}", where=f"data.hold_out of {where}", do=nearest(value, column.names)
            )
        found.append(there[0])
    return tuple(found)


def _share(rule: Rule, columns: Sequence[Column], where: str) -> list[tuple[int, ...]]:
    """The combinations whose names come first in an order that only depends on these."""
    count = torch.tensor([len(column.names) for column in columns]).prod().item()
    if count > MOST:
        raise DataError(f"{count:,} combinations", where=f"data.hold_out of {where}", do="name fewer fields")
    every = list(product(*(range(len(column.names)) for column in columns)))

    def place(combination: tuple[int, ...]) -> Any:
        return key("hold-out", *(column.names[each] for column, each in zip(columns, combination, strict=True)))

    return sorted(every, key=place)[: round(rule.share * len(every))]
