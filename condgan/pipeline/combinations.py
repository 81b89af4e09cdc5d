"""Which values go together in the training images: what fills in what nobody asked for.

The table holds combinations and how often each occurs, no items: numbers are kept in a few steps, and of very many
combinations the most frequent. Values drawn one by one would make what the data exclude.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from condgan.conditions.condition import Condition
from condgan.core.bundle import Bundle
from condgan.core.form import FormField
from condgan.core.seeds import key

logger = logging.getLogger(__name__)

MOST = 1_024
"""Combinations that are kept."""
STEPS = 12
"""In how many steps a number is kept that has more different values, each at its median."""
NEAR = 1 / 8
"""Share of the range of a number within which two values match."""


class Combinations:
    """The combinations of the training images, the most frequent first: values by public name, and counts."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], counts: Sequence[int]) -> None:
        self.columns = {name: list(values) for name, values in columns.items()}
        self.counts = list(counts)
        if not self.counts or any(len(values) != len(self.counts) for values in self.columns.values()):
            raise ValueError("combinations of several lengths")

    @classmethod
    def of_items(cls, condition: Condition, bundle: Bundle) -> Self | None:
        """Those of the conditions of some items; ``None`` where no field may be left out."""
        if not condition.fieldwise:
            return None
        numbers = {field.name for field in condition.form() if field.type == "number"}
        shown = {name: each for name, each in condition.show(bundle).items() if not isinstance(each, Tensor)}
        columns = [in_steps(each) if name in numbers else list(each) for name, each in shown.items()]
        counts = Counter(zip(*columns, strict=True)).most_common(MOST)
        values = zip(*(combination for combination, _ in counts), strict=True)
        return cls(dict(zip(shown, values, strict=True)), [count for _, count in counts])

    def text(self) -> str:
        """As JSON."""
        return json.dumps({"columns": self.columns, "counts": self.counts}, ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of ``text``.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: it is none.
        """
        found = json.loads(text)
        return cls(found["columns"], [int(count) for count in found["counts"]])

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """The columns as arrays of objects."""
        return {name: np.array([*values, None], object)[:-1] for name, values in self.columns.items()}

    @cached_property
    def weights(self) -> Float[np.ndarray, " m"]:
        """How often each combination occurs."""
        return np.array(self.counts, float)


def filled(
    condition: Condition,
    table: Combinations,
    rows: Sequence[Mapping[str, Any]],
    seeds: Sequence[int],
    swept: Sequence[str],
) -> list[dict[str, Any]]:
    """Rows of a call, with values for attributes that they leave out; what no combination has is told.

    Args:
        condition: of the generator.
        table: the combinations of its training images.
        rows: values by public name, as people write them.
        seeds: of each row.
        swept: the fields that are swept over.

    Raises:
        SettingsError: a value is not one that the condition knows.
    """
    alone = condition.without_spatial()
    names = {field.name for field in alone.form()}
    known = [{name: value for name, value in row.items() if name in names} for row in rows]
    shown = {name: each for name, each in alone.show(alone.encode(known)).items() if not isinstance(each, Tensor)}
    spelled = [{name: shown[name][place] for name in row if name in shown} for place, row in enumerate(known)]
    found = fill(condition.form(), table, spelled, seeds, condition.fieldwise, swept)
    for asked in found.unmatched[:1]:
        listed = " and ".join(f"{name}={value}" for name, value in asked.items())
        logger.warning("no training image has %s together; the rest is filled from the nearest ones", listed)
    return [{**more, **row} for row, more in zip(rows, found.rows, strict=True)]


class Filled(NamedTuple):
    """Rows in which nothing is left open that could be filled in."""

    rows: list[dict[str, Any]]
    unmatched: list[dict[str, Any]]
    """What was asked for that no combination has; the nearest ones filled the rest."""


def fill(
    form: Sequence[FormField],
    table: Combinations,
    rows: Sequence[Mapping[str, Any]],
    seeds: Sequence[int],
    names: Sequence[str],
    free: Sequence[str] = (),
) -> Filled:
    """Rows with values for those of the names that they leave out, of combinations that match the rest of the row.

    Args:
        form: what can be asked for.
        table: the combinations.
        rows: values by public name, as ``Condition.show`` shows them.
        seeds: of each row; it chooses among the combinations that match, by how often they occur.
        names: the fields to be filled in.
        free: those that need not match: what is swept over is not to change the rest.
    """
    fields = {field.name: field for field in form}
    shares: dict[tuple[Any, ...], np.ndarray] = {}
    found, unmatched = [], []
    for row, seed in zip(rows, seeds, strict=True):
        missing = [name for name in names if name not in row and name in table.columns]
        given = {name: each for name, each in row.items() if each not in ("", None)}
        asked = {name: each for name, each in given.items() if name in table.columns and name not in free}
        known = tuple(asked.items())
        if missing and known not in shares:
            matches = [_matches(fields[name], table.arrays[name], value) for name, value in known]
            score = np.sum(matches, 0) if matches else np.zeros(len(table.counts))
            if score.max() < len(asked):
                unmatched.append(asked)
            shares[known] = np.cumsum(table.weights * (score == score.max()))
        if missing:
            share = shares[known]
            place = int(np.searchsorted(share, key(seed, "combination") / 2**63 * share[-1], side="right"))
            row = {**row, **{name: table.columns[name][place] for name in missing}}
        found.append({name: None if value == "" else value for name, value in row.items()})
    return Filled(found, unmatched)


def _matches(field: FormField, column: np.ndarray, value: Any) -> Bool[np.ndarray, " m"]:
    """Which combinations have a value: a number near it, a yes or no on its side."""
    if field.type == "number" and field.low is not None and field.high is not None:
        near = NEAR * (field.high - field.low)
        return np.array([each is not None and abs(each - float(value)) <= near for each in column], bool)
    if field.type == "boolean":
        value = value if value in ("yes", "no") else "yes" if float(value) >= 0.5 else "no"
    return np.array([each == value for each in column], bool)


def in_steps(values: Sequence[Any]) -> list[Any]:
    """Numbers of many different values in a few steps of as many items each, each at its median; ``None`` as it is."""
    known = np.array([value for value in values if value is not None], float)
    if len(np.unique(known)) <= STEPS:
        return list(values)
    edges = np.quantile(known, np.linspace(0, 1, STEPS + 1)[1:-1])
    steps = np.digitize(known, edges)
    medians = {step: float(np.quantile(known[steps == step], 0.5, method="lower")) for step in np.unique(steps)}
    return [None if value is None else medians[int(np.digitize(value, edges))] for value in values]
