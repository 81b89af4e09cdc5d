"""A small network that predicts something for each position of an image."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.networks import ops
from condgan.networks.blocks import crop, pyramid

WIDTHS = (16, 32, 64, 96)
"""Channels at the image's size and, halved each time, below it."""
BASE = 6


class Segmenter(nn.Module):
    """A U-Net of convolutions with batch normalisation (Ronneberger et al. 2015)."""

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        axes, widths = len(shape.space), WIDTHS[: len(pyramid(shape.space, BASE))]
        self.down = nn.ModuleList(_block(axes, a, b) for a, b in zip((shape.channels, *widths), widths, strict=False))
        pairs = list(zip(widths[1:], widths, strict=False))
        self.up = nn.ModuleList(_block(axes, a + b, b) for a, b in reversed(pairs))
        self.pool = ops.max_pool(axes, 2)
        self.head = ops.convolution(axes, widths[0], classes, 1)

    def forward(self, images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b k *space"]:
        x, skips = images, []
        for level, block in enumerate(self.down):
            x = block(self.pool(x) if level else x)
            skips.append(x)
        skips.pop()
        for block in self.up:
            skip = skips.pop()
            x = block(torch.cat([crop(ops.doubled(x), skip.shape[2:]), skip], 1))
        return self.head(x)


def _block(axes: int, before: int, after: int) -> nn.Module:
    layers: list[nn.Module] = []
    for ins in (before, after):
        layers += [ops.convolution(axes, ins, after, 3, padding=1, bias=False), ops.batch_norm(axes, after), nn.ReLU()]
    return nn.Sequential(*layers)
