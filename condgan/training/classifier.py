"""Small networks trained from scratch on images: what predicts a field of the condition, for the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from condgan.core.batch import Shape, to_float
from condgan.core.bundle import Bundle, take
from condgan.core.seeds import key, permutation
from condgan.core.task import Task
from condgan.data.augment import Augment
from condgan.networks import ops
from condgan.networks.classifier import classifier
from condgan.networks.segmenter import Segmenter

Network = TypeVar("Network", bound=nn.Module)
Images = UInt8[Tensor, "n c *space"]
BATCH, DENSE_BATCH = 128, 16
"""Images of a step; of a task with a prediction for each position."""
CLIPS = 32
"""Clips of a step."""
PEAK = 3e-3
"""The highest learning rate; chosen, as the network, on training images of MNIST and Fashion-MNIST alone."""
PART, DENSE_PART = 500, 50
"""Images that are predicted from at a time."""


class Prediction(NamedTuple):
    """What a network predicts from images."""

    scores: Float[Tensor, " n"]
    """By the task: 1 where the prediction is as requested."""
    classes: Tensor | None
    """The likeliest class (Int64[n]; of a dense task Int64[n *space]), where the task has classes."""
    features: Float[Tensor, "n d"] | None
    """Before the last layer; ``None`` of a dense task."""
    numbers: Float[Tensor, " n"] | None = None
    """In their unit, where the task is one of numbers."""

    def first(self, size: int) -> Prediction:
        """That of the first images."""
        scores, *others = self
        return Prediction(scores[:size], *(None if each is None else each[:size] for each in others))


def network(shape: Shape, task: Task) -> nn.Module:
    """A fresh network for a task: a segmenter where it is dense, else a classifier."""
    return Segmenter(shape, task.outputs) if task.dense else classifier(shape, task.outputs)


def batch_of(shape: Shape, task: Task) -> int:
    """Items of a step."""
    return DENSE_BATCH if task.dense else BATCH if shape.frames is None else CLIPS


def fit(
    images: Images, bundle: Bundle, task: Task, *, steps: int, augment: Augment | None = None, seed: int = 0
) -> nn.Module:
    """Train a fresh network on a task for so many steps; the same each time."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    batch = batch_of(shape, task)
    make = lambda: network(shape, task)  # noqa: E731
    return learn(make, images, bundle, task.loss, steps=steps, batch=batch, augment=augment, seed=seed)


def learn(
    make: Callable[[], Network],
    images: Images,
    bundle: Bundle,
    loss: Callable[[Tensor, Bundle], Float[Tensor, " b"]],
    *,
    steps: int,
    batch: int = BATCH,
    augment: Augment | None = None,
    seed: int = 0,
) -> Network:
    """Train a network by a task's loss (AdamW, one cycle: Smith & Topin 2019)."""
    layout = ops.channels_last(images.dim() - 2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key(seed, "classifier"))
        model = ops.in_channels_last(make())
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=steps)
        epochs = -(-steps * batch // len(images))
        order = [torch.from_numpy(permutation(len(images), seed, "classifier", epoch)) for epoch in range(epochs)]
        for chosen in torch.split(torch.cat(order)[: steps * batch], batch):
            shown = to_float(images[chosen])
            if augment is not None:
                shown = augment.apply(shown)
            found = loss(model(shown.contiguous(memory_format=layout)), take(bundle, chosen)).mean()
            optimizer.zero_grad(set_to_none=True)
            found.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


def predict(model: nn.Module, task: Task, images: Images, bundle: Bundle) -> Prediction:
    """What a network predicts from images, scored by what was requested."""
    return predict_all(model, {"": task}, images, bundle)[""]


@torch.no_grad()
def predict_all(model: nn.Module, tasks: Mapping[str, Task], images: Images, bundle: Bundle) -> dict[str, Prediction]:
    """What a network whose outputs are those of several tasks, one after another, predicts for each of them."""
    dense = any(task.dense for task in tasks.values())
    found: list[dict[str, Prediction]] = []
    many = PART if images.dim() == 4 else max(1, PART // images.shape[2])
    for rows in torch.split(torch.arange(len(images)), DENSE_PART if dense else many):
        x = ops.channels_last_of(to_float(images[rows]))
        features = None if dense else model.features(x)  # type: ignore[operator]
        outputs = model(x) if features is None else model.head(features)  # type: ignore[operator]
        parts = torch.split(outputs, [task.outputs for task in tasks.values()], 1)
        some = take(bundle, rows)
        found.append(
            {name: _read(task, part, some, features) for (name, task), part in zip(tasks.items(), parts, strict=True)}
        )
    shared = None if dense else torch.cat([each[next(iter(tasks))].features for each in found])  # type: ignore[misc]
    return {name: _joined([each[name] for each in found], shared) for name in tasks}


def _read(task: Task, outputs: Tensor, bundle: Bundle, features: Tensor | None) -> Prediction:
    return Prediction(
        task.score(outputs, bundle),
        outputs.argmax(1) if task.names else None,
        features,
        None if task.number is None else task.number.read(outputs),
    )


def _joined(parts: Sequence[Prediction], features: Tensor | None) -> Prediction:
    scores, classes, _, numbers = zip(*parts, strict=True)
    return Prediction(
        torch.cat(scores),
        None if classes[0] is None else torch.cat(classes),
        features,
        None if numbers[0] is None else torch.cat(numbers),
    )
