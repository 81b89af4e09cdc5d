"""One evaluation network for each field: trained on real images, it predicts what an image shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from condgan.conditions.condition import Condition
from condgan.conditions.label import classification
from condgan.core.batch import Batch, Shape
from condgan.core.bundle import Bundle, take
from condgan.core.cache import cached, digest
from condgan.core.schema import Schema
from condgan.core.task import Task
from condgan.data.dataset import Dataset
from condgan.metrics import Figure, bootstrap, rate
from condgan.training.classifier import BATCH, Prediction, fit, network, predict

EPOCHS, LEAST_STEPS, MOST_STEPS = 6, 900, 3_000
"""How long a classifier is trained: so often over the images, but within these steps."""
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


class FieldNetwork(NamedTuple):
    """A field with the network that predicts it."""

    field: Field
    model: nn.Module

    @property
    def hash(self) -> str:
        """Of the network's weights."""
        return digest(*self.model.state_dict().values())

    def predict(self, images: Tensor, bundle: Bundle) -> Prediction:
        """From images, scored by a bundle."""
        return predict(self.model, self.field.task, images, bundle)


def fields(condition: Condition, schema: Schema) -> dict[str, Field]:
    """What the generator takes, then the other classes that the data know."""
    # each part by itself, so that no pictures are made where a class is to be predicted
    alone = [Condition(parts={name: part}) for name, part in condition.parts.items()]
    found = {name: Field(name, task, each.targets, True) for each in alone for name, task in each.tasks().items()}
    for name, column in schema.columns.items():
        if column.names and name not in found and name not in condition.reads:
            found[name] = Field(name, classification(column.names), _ids_of(name), False)
    return found


def _ids_of(name: str) -> Callable[[Schema, Batch], Bundle]:
    def targets(schema: Schema, batch: Batch) -> Bundle:
        return {"id": torch.as_tensor(batch.columns[name])}

    return targets


def trained(field: Field, train: Dataset) -> FieldNetwork:
    """The network of a field, trained once on a training split and kept."""
    bundle = field.targets(train.schema, train.whole)
    return FieldNetwork(field, trained_on(field.task, train.target, bundle, train.hash, field.name))


def trained_on(task: Task, images: Tensor, bundle: Bundle, data_hash: str, name: str) -> nn.Module:
    """A network of a task, trained once and kept. ``data_hash`` stands for the data, ``name`` for the field."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    steps = min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * len(images) // BATCH))
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
