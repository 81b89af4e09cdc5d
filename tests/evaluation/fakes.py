"""Generators made on purpose: an honest one, and one for each thing that a report must expose."""

import torch
from torch import Tensor, nn

from condgan import Pipeline
from condgan.conditions import Label, Unconditional
from condgan.core.batch import to_float
from condgan.data import Dataset
from condgan.networks import MLP


class Chooses(nn.Module):
    """Draws images that exist: for a class asked for, one that the latent chooses."""

    def __init__(self, images: Tensor, labels: Tensor, classes: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.images, self.labels, self.classes = images, labels, classes

    def pool(self, label: int) -> Tensor:
        """The images of a class."""
        return self.images[self.labels == label]

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        drawn = []
        for latent, label in zip(latents, labels.tolist(), strict=True):
            pool = self.pool(label)
            drawn.append(pool[int(latent[:4].sum().mul(1e4).abs()) % len(pool)])
        return to_float(torch.stack(drawn)) * self.scale


class Ignores(Chooses):
    """Whatever the label."""

    def pool(self, label: int) -> Tensor:
        return self.images


class Collapses(Chooses):
    """One image of one class, whatever the latent."""

    def pool(self, label: int) -> Tensor:
        return super().pool(label)[:1] if label == 3 else super().pool(label)


class Smears(Chooses):
    """Averages of two images: neither copies nor true."""

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        return (super().forward(latents, labels) + super().forward(-latents.flip(1), labels)) / 2


def pipeline(generator: type[Chooses], dataset: Dataset, names: tuple[str, ...] | None = None) -> Pipeline:
    """A pipeline around a generator that draws from a data set."""
    classes = dataset.schema.names if names is None else names
    condition = Label(names=classes) if classes else Unconditional()
    module = generator(dataset.images, dataset.labels, len(dataset.schema.names))
    return Pipeline(condition, MLP(latent=8), dataset.shape, module)
