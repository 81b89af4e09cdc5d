"""Evaluation networks: trained on real images, each predicts the fields of one part of the condition."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from condgan.conditions.condition import Condition
from condgan.conditions.label import classification
from condgan.core.batch import Batch, Shape, to_float
from condgan.core.bundle import Bundle, take
from condgan.core.cache import cached, digest
from condgan.core.schema import Schema
from condgan.core.task import Task
from condgan.data.dataset import Dataset
from condgan.metrics import Figure, bootstrap, rate
from condgan.networks import ops
from condgan.training.classifier import PART, Prediction, batch_of, fit, network, predict_all

EPOCHS, LEAST_STEPS, MOST_STEPS = 6, 900, 3_000
"""How long a classifier is trained: so often over the images, but within these steps."""
OTHERS = "not requested"
"""The group of what the data know and the generator does not take."""
SEGMENTER_STEPS = 800
"""How long a segmenter is."""


class Field(NamedTuple):
    """Something that can be predicted from an image."""

    name: str
    task: Task
    targets: Callable[[Schema, Batch], Bundle]
    """What data say of it: a bundle of what the task needs. That of the whole condition will do as well."""
    requested: bool
    """Whether the generator takes it."""
    group: str
    """Fields of one group are predicted by one network: forty attributes do not take forty trainings."""


class FieldNetwork(NamedTuple):
    """The fields of a group with the network that predicts them."""

    fields: Mapping[str, Field]
    model: nn.Module

    @property
    def hash(self) -> str:
        """Of the network's weights."""
        return digest(*self.model.state_dict().values())

    @torch.no_grad()
    def outputs(self, images: Tensor) -> dict[str, Float[Tensor, "n k"]]:
        """What it gives out for images, for each field; of fields that are not dense."""
        found = torch.cat([self.model(ops.channels_last_of(to_float(part))) for part in torch.split(images, PART)])
        sizes = [field.task.outputs for field in self.fields.values()]
        return dict(zip(self.fields, torch.split(found, sizes, 1), strict=True))

    def predict(self, images: Tensor, bundle: Bundle) -> dict[str, Prediction]:
        """From images, scored by a bundle, for each field."""
        tasks = {name: field.task for name, field in self.fields.items()}
        return predict_all(self.model, tasks, images, bundle)


def fields(condition: Condition, schema: Schema) -> dict[str, Field]:
    """What the generator takes, then the other classes that the data know."""
    # each part by itself, so that no pictures are made where a class is to be predicted
    alone = {name: Condition(parts={name: part}) for name, part in condition.parts.items()}
    found = {
        name: Field(name, task, each.targets, True, group)
        for group, each in alone.items()
        for name, task in each.tasks().items()
    }
    others = {
        name: column.names
        for name, column in schema.columns.items()
        if column.storage == "ids" and not column.missing and name not in found and name not in condition.reads
    }

    def targets(schema: Schema, batch: Batch) -> Bundle:
        return {name: torch.as_tensor(batch.columns[name]) for name in others}

    return found | {
        name: Field(name, classification(names, name), targets, False, OTHERS) for name, names in others.items()
    }


def trained(group: Sequence[Field], train: Dataset) -> FieldNetwork:
    """The network of the fields of a group, trained once on a training split and kept."""
    bundle = group[0].targets(train.schema, train.whole)
    task = joint([field.task for field in group])
    named = {field.name: field for field in group}
    return FieldNetwork(named, trained_on(task, train.target, bundle, train.hash, ",".join(named)))


def joint(tasks: Sequence[Task]) -> Task:
    """The task of a network whose outputs are those of several tasks, one after another."""
    if len(tasks) == 1:
        return tasks[0]

    def parts(prediction: Tensor) -> list[Tensor]:
        return list(torch.split(prediction, [task.outputs for task in tasks], 1))

    def loss(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        return torch.stack([each.loss(part, bundle) for each, part in zip(tasks, parts(prediction), strict=True)]).sum(
            0
        )

    def score(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        found = [each.score(part, bundle) for each, part in zip(tasks, parts(prediction), strict=True)]
        return torch.stack(found).nanmean(0)

    chance = sum(task.chance for task in tasks) / len(tasks)
    return Task(sum(task.outputs for task in tasks), any(task.dense for task in tasks), loss, score, chance)


def trained_on(task: Task, images: Tensor, bundle: Bundle, data_hash: str, name: str) -> nn.Module:
    """A network of a task, trained once and kept. ``data_hash`` stands for the data, ``name`` for the field."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    steps = min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * len(images) // batch_of(shape, task)))
    steps = SEGMENTER_STEPS if task.dense else steps
    model = network(shape, task)
    parts = {
        "data": data_hash,
        "field": name,
        "names": task.names,
        "task": _fingerprint(task, bundle, shape),
        "steps": steps,
        "network": str(model),
    }
    made = cached("evaluation-network", parts, lambda: dict(fit(images, bundle, task, steps=steps).state_dict()))
    model.load_state_dict(made)
    return model.eval()


def mean_score(scores: Float[Tensor, " n"], task: Task) -> Figure:
    """Over images: a share where each is right or wrong, else a mean."""
    known = scores[~scores.isnan()]
    return rate(known == 1) if task.names and not task.dense else bootstrap(known)


def _fingerprint(task: Task, bundle: Bundle, shape: Shape) -> str:
    """What a loss makes of some items tells tasks apart that learn other things from the same data."""
    some = take(bundle, slice(8))
    count = max(len(each) for each in some.values())
    space = shape.space if task.dense else ()
    prediction = torch.linspace(-1, 1, count * task.outputs * math.prod(space)).view(count, task.outputs, *space)
    return digest(task.loss(prediction, some))
