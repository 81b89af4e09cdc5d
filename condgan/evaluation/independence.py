"""Does a change of one field leave the others as they were?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool
from torch import Tensor

from condgan.core.bundle import take
from condgan.core.seeds import some_of
from condgan.core.task import Task
from condgan.evaluation.real import Real
from condgan.evaluation.report import Independence
from condgan.evaluation.samples import generate
from condgan.metrics import Figure, rate
from condgan.pipeline import Pipeline
from condgan.training.classifier import Prediction

REQUESTS = 500
"""Conditions of training images, each of which is changed in one field at a time."""
STEADY = 0.5
"""Share of a number's mean deviation within which it counts as unchanged."""


class Look(NamedTuple):
    """What the evaluation networks say of some samples."""

    predictions: Mapping[str, Prediction]

    def same(self, other: Look, name: str, task: Task) -> Bool[Tensor, " n"] | None:
        """Where both say the same of a field; ``None`` where that cannot be told."""
        one, two = self.predictions[name], other.predictions[name]
        if one.classes is not None and two.classes is not None:
            return one.classes == two.classes
        if one.numbers is not None and two.numbers is not None and task.number is not None:
            return (one.numbers - two.numbers).abs() <= STEADY * task.number.deviation
        return None


def independence(real: Real, pipeline: Pipeline, first_seed: int) -> dict[str, Independence]:
    """For each field, what changing it does to itself and to the others; only where fields may each be left out."""
    condition = pipeline.condition
    fields = {name: field.task for name, field in real.fields.items() if field.requested and not field.task.dense}
    if not condition.fieldwise or condition.spatial() or len(fields) < 2:
        return {}
    bundle = real.requests(REQUESTS)
    bundle = take(bundle, some_of(len(next(iter(bundle.values()))), REQUESTS))
    seeds = range(first_seed, first_seed + REQUESTS)
    rows = _rows(condition.show(bundle), REQUESTS)

    def look(asked: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> Look:
        encoded = condition.encode(asked)
        return Look(real.predict(generate(pipeline, encoded, seeds), encoded))

    before, again = look(rows, seeds), look(rows, [seed + REQUESTS for seed in seeds])
    noise = _kept(before, again, fields)
    form = {field.name: field for field in condition.form()}
    found: dict[str, Independence] = {}
    for name in condition.fieldwise:
        values = [*(form[name].choices or ("no", "yes"))] if form[name].type in ("choice", "boolean") else []
        if name not in fields or len(values) < 2:
            continue
        chance = torch.Generator().manual_seed(0)
        steps = torch.randint(1, len(values), (REQUESTS,), generator=chance).tolist()
        changed = [
            {**row, name: values[(values.index(row[name]) + step) % len(values) if row[name] in values else step]}
            for row, step in zip(rows, steps, strict=True)
        ]
        after = look(changed, seeds)
        kept = _kept(before, after, {other: task for other, task in fields.items() if other != name})
        if kept:
            least = min(kept, key=lambda each: kept[each].value)
            followed = rate(after.predictions[name].scores == 1)
            found[name] = Independence(followed=followed, other=least, kept=kept[least], noise=noise[least])
    return found


def _rows(shown: Mapping[str, Any], n: int) -> list[dict[str, Any]]:
    texts = {name: list(each) for name, each in shown.items() if not isinstance(each, Tensor)}
    return [{name: each[index] for name, each in texts.items() if each[index] not in ("", None)} for index in range(n)]


def _kept(before: Look, after: Look, fields: Mapping[str, Task]) -> dict[str, Figure]:
    """Of each field the share of samples of which the networks say the same as before."""
    told = {name: before.same(after, name, task) for name, task in fields.items()}
    return {name: rate(each) for name, each in told.items() if each is not None}
