"""Layers and operations by number of axes of space (0 to 3): what is written with them serves images and clips."""

from collections.abc import Sequence
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

CONVOLUTIONS: dict[int, type[nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED: dict[int, type[nn.Module]] = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
BATCH_NORMS: dict[int, type[nn.Module]] = {0: nn.BatchNorm1d, 1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
MAX_POOLS: dict[int, type[nn.Module]] = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
ADAPTIVE_MAX_POOLS: dict[int, type[nn.Module]] = {
    1: nn.AdaptiveMaxPool1d,
    2: nn.AdaptiveMaxPool2d,
    3: nn.AdaptiveMaxPool3d,
}
BINOMIAL = (0.25, 0.5, 0.25)
TRIANGLE = (0.25, 0.75, 0.75, 0.25)
HALF_BAND = (-1 / 32, 0.0, 9 / 32, 16 / 32, 9 / 32, 0.0, -1 / 32)
WEIGHTED: tuple[type[nn.Module], ...] = (nn.Linear, *CONVOLUTIONS.values())
"""Layers whose weight, flattened from its second axis on, is the matrix that they multiply by."""


def convolution(
    axes: int, ins: int, outs: int, size: int, stride: int = 1, padding: int = 0, bias: bool = True
) -> nn.Module:
    """A convolution."""
    return CONVOLUTIONS[axes](ins, outs, size, stride, padding, bias=bias)


def transposed(
    axes: int, ins: int, outs: int, size: int, stride: int = 1, padding: int = 0, bias: bool = True
) -> nn.Module:
    """A transposed convolution."""
    return TRANSPOSED[axes](ins, outs, size, stride, padding, bias=bias)


def batch_norm(axes: int, features: int, affine: bool = True) -> nn.Module:
    """Batch normalisation."""
    return BATCH_NORMS[axes](features, affine=affine)


def max_pool(axes: int, size: int) -> nn.Module:
    """The largest of each ``size`` positions along each axis; fewer at the end are pooled too."""
    return MAX_POOLS[axes](size, ceil_mode=True)


def adaptive_max_pool(axes: int, size: int) -> nn.Module:
    """The largest values in a grid of ``size`` cells along each axis."""
    return ADAPTIVE_MAX_POOLS[axes](size)


def avg_pool(x: Float[Tensor, "b c *space"], size: int) -> Float[Tensor, "b c *smaller"]:
    """Means of each ``size`` positions along each axis; fewer at the end are pooled too."""
    pool = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[x.dim() - 2]
    sizes = tuple(min(size, side) for side in x.shape[2:])  # of three axes PyTorch refuses larger ones
    return pool(x, sizes, ceil_mode=True)


def adaptive_avg_pool(x: Float[Tensor, "b c *space"], space: Sequence[int]) -> Float[Tensor, "b c *smaller"]:
    """Means in a grid of ``space`` cells."""
    pool = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}[x.dim() - 2]
    return pool(x, tuple(space))  # type: ignore[arg-type]


def doubled(x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *larger"]:
    """Each position twice along each axis."""
    return F.interpolate(x, scale_factor=2)


def interpolated(x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *larger"]:
    """Twice as many positions along each axis, in between linearly, as ``F.interpolate`` has them; several times faster
    as a transposed convolution of each channel by itself."""
    axes = x.dim() - 2
    convolve = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}[axes]
    padded = F.pad(x, (1, 1) * axes, mode="replicate")
    return convolve(padded, _each(TRIANGLE, x), stride=2, padding=3, groups=x.shape[1])


def blurred(x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
    """Under a binomial filter along each axis, as features are after they are enlarged (Karras et al. 2019, section 2):
    what a transposed convolution leaves at every other position is taken away."""
    return _filtered(x, BINOMIAL)


def smoothed(x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
    """Under a half-band filter along each axis, which takes patterns of two positions away, half of those of four, and
    of larger ones less than a binomial filter; at the borders the outermost values go on."""
    return _filtered(x, HALF_BAND)


def _filtered(x: Float[Tensor, "b c *space"], weights: tuple[float, ...]) -> Float[Tensor, "b c *space"]:
    axes, around = x.dim() - 2, len(weights) // 2
    convolve = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[axes]
    padded = F.pad(x, (around, around) * axes, mode="replicate")
    return convolve(padded, _each(weights, x), groups=x.shape[1])


def _each(weights: tuple[float, ...], x: Float[Tensor, "b c *space"]) -> Float[Tensor, "c 1 ..."]:
    """A filter along each axis of space, for each channel by itself."""
    line = x.new_tensor(weights)
    kernel = line
    for _ in range(x.dim() - 3):
        kernel = kernel[..., None] * line
    return kernel.expand(x.shape[1], 1, *kernel.shape)


def shuffle(x: Float[Tensor, "b k *space"], patch: int) -> Float[Tensor, "b c *larger"]:
    """Channels to patches of ``patch`` positions along each axis (Shi et al. 2016, eq. 4)."""
    axes = x.dim() - 2
    if axes == 2:
        return F.pixel_shuffle(x, patch)
    parts = x.reshape(x.shape[0], -1, *[patch] * axes, *x.shape[2:])
    order = [0, 1, *(place for axis in range(axes) for place in (2 + axes + axis, 2 + axis))]
    return parts.permute(order).reshape(x.shape[0], -1, *(side * patch for side in x.shape[2:]))


def unshuffle(x: Float[Tensor, "b c *space"], patch: int) -> Float[Tensor, "b k *smaller"]:
    """The inverse of ``shuffle``; every side must be a multiple of ``patch``."""
    axes = x.dim() - 2
    if axes == 2:
        return F.pixel_unshuffle(x, patch)
    small = [side // patch for side in x.shape[2:]]
    parts = x.reshape(x.shape[0], x.shape[1], *(size for side in small for size in (side, patch)))
    inner, outer = ([2 + 2 * axis + offset for axis in range(axes)] for offset in (1, 0))
    return parts.permute(0, 1, *inner, *outer).reshape(x.shape[0], -1, *small)


def channels_last(axes: int) -> torch.memory_format:
    """The order in memory in which convolutions of so many axes are fastest."""
    return {2: torch.channels_last, 3: torch.channels_last_3d}.get(axes, torch.contiguous_format)


M = TypeVar("M", bound=nn.Module)


def in_channels_last(module: M) -> M:
    """The module with the weights of all its convolutions in that order."""
    for each in module.parameters():
        if each.dim() > 3:
            each.data = each.data.contiguous(memory_format=channels_last(each.dim() - 2))
    return module


def channels_last_of(x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
    """The same values in that order."""
    return x.contiguous(memory_format=channels_last(x.dim() - 2))
