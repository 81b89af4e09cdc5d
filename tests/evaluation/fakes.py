"""Generators made on purpose: an honest one, and one for each thing that a report must expose."""

import torch
from torch import Tensor, nn

from condgan import Pipeline
from condgan.conditions import Condition, Label
from condgan.core.batch import to_float
from condgan.core.cond import Cond
from condgan.data import Dataset
from condgan.networks import MLP
from condgan.networks.base import Conditioned


class Chooses(nn.Module):
    """Gives out images that exist: of the class requested, one that the latent chooses."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.images, self.labels = images, labels

    def pool(self, label: int) -> Tensor:
        """The images of a class."""
        return self.images[self.labels == label]

    def forward(self, latents: Tensor, cond: Cond) -> Tensor:
        labels = torch.zeros(len(latents)) if cond.vector is None else cond.vector.argmax(1)
        chosen = []
        for latent, label in zip(latents, labels.tolist(), strict=True):
            pool = self.pool(label)
            chosen.append(pool[int(latent[:4].sum().mul(1e4).abs()) % len(pool)])
        return to_float(torch.stack(chosen)) * self.scale


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

    def forward(self, latents: Tensor, cond: Cond) -> Tensor:
        return (super().forward(latents, cond) + super().forward(-latents.flip(1), cond)) / 2


def pipeline(generator: type[Chooses], dataset: Dataset, names: tuple[str, ...] | None = None) -> Pipeline:
    """A pipeline around a generator that chooses from a data set."""
    known = dataset.schema.columns["label"].names
    names = known if names is None else names
    condition = Condition(label=Label(names=names)) if names else Condition()
    ids = torch.as_tensor(dataset.columns["label"])
    # the classes of the images in the pipeline's order
    own = torch.tensor([names.index(name) for name in known])[ids] if names else ids
    body = generator(dataset.target, own)
    return Pipeline(condition, MLP(latent=8), dataset.shape, Conditioned(body, condition.embedder()))
