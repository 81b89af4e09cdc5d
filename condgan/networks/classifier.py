"""Small convolutional classifiers for images of any size, and for clips."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.networks import ops
from condgan.networks.clock import Clock

FEATURES = 64
"""Few, so that a covariance needs few images."""
SIDE, GRID = 8, 3
"""Feature maps are halved until their shorter side is at most ``SIDE``; then the maxima are taken in a grid of ``GRID``
cells a side."""


class Classifier(nn.Module):
    """Three convolutions or, for larger images, more; batch normalisation; the maxima in a grid."""

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        side, axes = min(shape.space), len(shape.space)
        stride = 2 if side > 2 * SIDE else 1
        layers = [
            *_convolution(axes, shape.channels, 24, 5, stride),
            *_convolution(axes, 24, 48),
            ops.max_pool(axes, 2),
            *_convolution(axes, 48, 96),
        ]
        side //= 2 * stride
        while side > SIDE:
            layers += [ops.max_pool(axes, 2), *_convolution(axes, 96, 96)]
            side //= 2
        self.convolutions = nn.Sequential(*layers, ops.adaptive_max_pool(axes, GRID), nn.Flatten())
        # normalised, so that features are of the order of one, whatever the images: distances stay readable
        grid = nn.Linear(96 * GRID**axes, FEATURES, bias=False)
        self.project = nn.Sequential(nn.Dropout(0.3), grid, ops.batch_norm(0, FEATURES), nn.ReLU())
        self.head = nn.Sequential(nn.Dropout(0.15), nn.Linear(FEATURES, classes))

    def features(self, images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b d"]:
        """The features before the last layer."""
        return self.project(self.convolutions(images))

    def forward(self, images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b k"]:
        return self.head(self.features(images))


class ClipClassifier(nn.Module):
    """The convolutions of an image classifier on each frame, two over their features and times, and the maxima over
    three parts of the time."""

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        frames, *size = shape.space
        frame = Shape(shape.channels, tuple(size))
        self.clock = Clock(frames)
        self.convolutions = Classifier(frame, 1).convolutions
        dense = nn.Linear(96 * GRID ** len(size), FEATURES, bias=False)
        self.dense = nn.Sequential(dense, ops.batch_norm(0, FEATURES), nn.ReLU())
        self.over_time = nn.Sequential(
            *_convolution(1, FEATURES + self.clock.width, 96),
            *_convolution(1, 96, 96),
            ops.adaptive_max_pool(1, GRID),
            nn.Flatten(),
        )
        last = nn.Linear(96 * GRID, FEATURES, bias=False)
        self.project = nn.Sequential(nn.Dropout(0.3), last, ops.batch_norm(0, FEATURES), nn.ReLU())
        self.head = nn.Sequential(nn.Dropout(0.15), nn.Linear(FEATURES, classes))

    def features(self, clips: Float[Tensor, "b c t h w"]) -> Float[Tensor, "b d"]:
        """The features before the last layer."""
        frames = clips.movedim(2, 1).flatten(0, 1)
        each = self.dense(self.convolutions(frames)).view(len(clips), -1, FEATURES)
        times = torch.arange(each.shape[1], device=clips.device).float().expand(len(clips), -1)
        return self.project(self.over_time(torch.cat([each, self.clock(times)], 2).movedim(2, 1)))

    def forward(self, clips: Float[Tensor, "b c t h w"]) -> Float[Tensor, "b k"]:
        return self.head(self.features(clips))


def classifier(shape: Shape, classes: int) -> Classifier | ClipClassifier:
    """That of images, or of clips."""
    return (Classifier if shape.frames is None else ClipClassifier)(shape, classes)


def _convolution(axes: int, before: int, after: int, size: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        ops.convolution(axes, before, after, size, stride, size // 2, bias=False),
        ops.batch_norm(axes, after),
        nn.ReLU(),
    ]
