"""A small convolutional classifier for images of any size."""

from jaxtyping import Float
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.networks import ops

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


def _convolution(axes: int, before: int, after: int, size: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        ops.convolution(axes, before, after, size, stride, size // 2, bias=False),
        ops.batch_norm(axes, after),
        nn.ReLU(),
    ]
