"""How a sheet of samples is laid out: the values of one field in columns, or those of two in columns and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from condgan.core.errors import SettingsError, nearest
from condgan.core.form import FormField
from condgan.pipeline.requests import STEPS

ROWS, SEEDS = 10, 8
"""Of a sheet of one field, at most; and images of each text."""
WIDEST = 32
"""Images in a row, at most: more values are shown in several rows."""


class Layout(NamedTuple):
    """What each image of a sheet is asked to be, besides what is the same for all."""

    cells: list[list[dict[str, Any]]]
    """By row; the last one may be shorter."""
    seeds: list[list[int]]
    """Of each image, by row."""


def layout_of(
    form: Sequence[FormField], across: str | None, down: str | None, most: int, texts: Mapping[str, Sequence[str]]
) -> Layout | None:
    """The layout of a sheet of at most so many images; ``None`` where no field has values to show.

    Args:
        form: what can be asked for.
        across: a field; by default the first that has choices, else the first of numbers, or of yes and no.
        down: another field, from one seed; by default each row is from another seed.
        most: images at most.
        texts: by field, texts to show: a row each, where no field has values, and in each column another seed.

    Raises:
        SettingsError: there is no such field.
    """
    named = {field.name: field for field in form}
    for each in (across, down):
        if each is not None and each not in named:
            raise SettingsError(f"no field {each}", where="across and down", do=nearest(each, named))
    for each in (across, down):
        if each is not None and not steps_of(named[each]):
            raise SettingsError(f"{each} has no values to show in a row", where="across and down", do="leave it out")
    known = sorted((field for field in form if steps_of(field)), key=lambda field: not field.choices)
    if not known and texts:
        (name, captions), *_ = texts.items()
        rows = [[{name: text}] * SEEDS for text in dict.fromkeys(captions)][:ROWS]
        return Layout(rows, [list(range(SEEDS))] * len(rows))
    if not known:
        return None
    name = across or known[0].name
    columns = [{name: value} for value in steps_of(named[name])[:most]]
    count = most // len(columns)
    if down:
        rows = [[{**column, down: value} for column in columns] for value in steps_of(named[down])[:count]]
        return Layout(rows, [[0] * len(columns)] * len(rows))
    width = -(-len(columns) // -(-len(columns) // WIDEST))
    parts = [columns[start : start + width] for start in range(0, len(columns), width)]
    return Layout(
        [part for _ in range(min(ROWS, count)) for part in parts],
        [[seed] * len(part) for seed in range(min(ROWS, count)) for part in parts],
    )


def steps_of(field: FormField) -> list[Any]:
    """The values of a field that a sheet shows; none where it has no end of them."""
    if field.type == "boolean":
        return ["no", "yes"]
    if field.type == "number" and field.low is not None and field.high is not None:
        width = field.high - field.low
        return [round(field.low + width * step / (STEPS - 1), 6) for step in range(STEPS)]
    return list(field.choices)
