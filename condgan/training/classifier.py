"""Small networks trained from scratch on images: what predicts a field of the condition, for the report."""

from __future__ import annotations

from collections.abc import Callable
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
from condgan.networks.classifier import Classifier
from condgan.networks.segmenter import Segmenter

Network = TypeVar("Network", bound=nn.Module)
Images = UInt8[Tensor, "n c *space"]
BATCH, DENSE_BATCH = 128, 16
"""Images of a step; of a task with a prediction for each position."""
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

    def first(self, size: int) -> Prediction:
        """That of the first images."""
        scores, classes, features = self
        return Prediction(
            scores[:size], None if classes is None else classes[:size], None if features is None else features[:size]
        )


def network(shape: Shape, task: Task) -> nn.Module:
    """A fresh network for a task: a segmenter where it is dense, else a classifier."""
    return Segmenter(shape, task.outputs) if task.dense else Classifier(shape, task.outputs)


def fit(
    images: Images, bundle: Bundle, task: Task, *, steps: int, augment: Augment | None = None, seed: int = 0
) -> nn.Module:
    """Train a fresh network on a task for so many steps; the same each time."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    batch = DENSE_BATCH if task.dense else BATCH
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
        model = make()
        model.to(memory_format=layout)  # type: ignore[call-overload]
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


@torch.no_grad()
def predict(model: nn.Module, task: Task, images: Images, bundle: Bundle) -> Prediction:
    """What a network predicts from images, scored by what was requested."""
    scores: list[Tensor] = []
    classes: list[Tensor] = []
    features: list[Tensor] = []
    for rows in torch.split(torch.arange(len(images)), DENSE_PART if task.dense else PART):
        x = ops.channels_last_of(to_float(images[rows]))
        if task.dense:
            outputs = model(x)
        else:
            features.append(model.features(x))  # type: ignore[operator]
            outputs = model.head(features[-1])  # type: ignore[operator]
        scores.append(task.score(outputs, take(bundle, rows)))
        if task.names:
            classes.append(outputs.argmax(1))
    return Prediction(
        torch.cat(scores), torch.cat(classes) if classes else None, torch.cat(features) if features else None
    )
