"""A cheap look at the samples on the way: enough to tell which checkpoint to keep, not how good it is."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.data import Dataset
from condgan.metrics.distances import gaussian, gaussian_distance
from condgan.pipeline import Pipeline

REAL, DRAWN = 10_000, 1_000
"""Images at most that are looked at."""
SIDE = 8
"""Pixels to which the sides of an image are averaged down."""


class Monitor:
    """Fréchet joint distance (DeVries et al. 2019) of samples and their classes from the real ones, on tiny images."""

    def __init__(self, dataset: Dataset) -> None:
        self.classes = len(dataset.schema.names)
        chosen = torch.linspace(0, len(dataset) - 1, min(REAL, len(dataset))).long()
        self.real = gaussian(self.embed(dataset.images[chosen], dataset.labels[chosen]))
        # in the proportions of the data, or the classes' shares alone would set the two apart
        some = torch.linspace(0, len(dataset) - 1, DRAWN).long()
        self.asked = dataset.labels[some]

    def embed(self, images: UInt8[Tensor, "n c h w"], labels: Tensor) -> Float[Tensor, "n d"]:
        """Pixels of the averaged images, 0 … 1, and the class as one-hot, side by side."""
        height, width = (min(SIDE, side) for side in images.shape[2:])
        # in parts: as floats all of them would take much memory
        small = torch.cat(
            [F.adaptive_avg_pool2d(part.float() / 255, (height, width)) for part in torch.split(images, 250)]
        )
        return torch.cat([small.flatten(1), F.one_hot(labels, self.classes)], 1)

    def distance(self, pipeline: Pipeline) -> float:
        """How far a generator's samples are from the real images; 0 where their moments agree."""
        conditional = pipeline.condition.outputs > 0
        drawn = pipeline(self.asked.tolist() if conditional else None, n=DRAWN)
        images = torch.from_numpy(drawn.images).movedim(-1, 1)
        return gaussian_distance(self.real, gaussian(self.embed(images, self.asked)))
