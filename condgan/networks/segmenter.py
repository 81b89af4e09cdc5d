"""A small network that tells the class of each position of an image."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape
from condgan.networks.blocks import crop, pyramid

WIDTHS = (16, 32, 64, 96)
"""Channels at the image's size and, halved each time, below it."""
BASE = 6


class Segmenter(nn.Module):
    """A U-Net of convolutions with batch normalisation (Ronneberger et al. 2015)."""

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        widths = WIDTHS[: len(pyramid(shape.space, BASE))]
        self.down = nn.ModuleList(_block(a, b) for a, b in zip((shape.channels, *widths), widths, strict=False))
        self.up = nn.ModuleList(_block(a + b, b) for a, b in reversed(list(zip(widths[1:], widths, strict=False))))
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, images: Float[Tensor, "b c h w"]) -> Float[Tensor, "b k h w"]:
        x, skips = images, []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2, ceil_mode=True) if level else x)
            skips.append(x)
        skips.pop()
        for block in self.up:
            skip = skips.pop()
            x = block(torch.cat([crop(F.interpolate(x, scale_factor=2), skip.shape[2:]), skip], 1))
        return self.head(x)


def _block(before: int, after: int) -> nn.Module:
    layers: list[nn.Module] = []
    for ins in (before, after):
        layers += [nn.Conv2d(ins, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers)
