"""A small convolutional classifier for images of any size."""

from jaxtyping import Float
from torch import Tensor, nn

from condgan.core.batch import Shape

FEATURES = 64
"""Few, so that a covariance needs few images."""
SIDE = 8
"""Feature maps are halved until their shorter side is at most this."""


class Classifier(nn.Module):
    """Three convolutions or, for larger images, more; batch normalisation; the strongest answers in a 3×3 grid."""

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        side = min(shape.space)
        stride = 2 if side > 2 * SIDE else 1
        layers = [
            *_convolution(shape.channels, 24, 5, stride),
            *_convolution(24, 48),
            *_halved(),
            *_convolution(48, 96),
        ]
        side //= 2 * stride
        while side > SIDE:
            layers += [*_halved(), *_convolution(96, 96)]
            side //= 2
        self.convolutions = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(3), nn.Flatten())
        # normalised, so that features are of the order of one, whatever the images: distances stay readable
        grid = nn.Linear(96 * 9, FEATURES, bias=False)
        self.project = nn.Sequential(nn.Dropout(0.3), grid, nn.BatchNorm1d(FEATURES), nn.ReLU())
        self.head = nn.Sequential(nn.Dropout(0.15), nn.Linear(FEATURES, classes))

    def features(self, images: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d"]:
        """What the last layer tells the classes by."""
        return self.project(self.convolutions(images))

    def forward(self, images: Float[Tensor, "b c h w"]) -> Float[Tensor, "b k"]:
        return self.head(self.features(images))


def _convolution(before: int, after: int, size: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    ]


def _halved() -> list[nn.Module]:
    return [nn.MaxPool2d(2, ceil_mode=True)]
