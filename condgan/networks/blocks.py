"""Small parts that several architectures share."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.networks import ops

Norm = Literal["none", "batch", "group", "instance", "pixel"]
Activation = Literal["relu", "leaky-relu", "elu", "selu", "silu"]


class PixelNorm(nn.Module):
    """Each position scaled to unit mean square over its channels (Karras et al. 2018, section 4.2)."""

    def forward(self, x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6)


class InstanceNorm(nn.Module):
    """Each channel of each sample at zero mean and unit variance (Ulyanov et al. 2016, eq. 4); a group a channel would
    be the same, several times slower with channels last."""

    def forward(self, x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
        # of a single position the mean is all there is
        return F.instance_norm(x) if x[0, 0].numel() > 1 else torch.zeros_like(x)


def norm(kind: Norm, features: int, axes: int) -> nn.Module:
    """A normalisation without its own scale and shift, for features with so many axes of space."""
    match kind:
        case "none":
            return nn.Identity()
        case "pixel":
            return PixelNorm()
        case "batch":
            return ops.batch_norm(axes, features, affine=False)
        case "instance":
            return InstanceNorm() if axes else nn.GroupNorm(1, features, affine=False)
        case "group":
            return nn.GroupNorm(_groups(features), features, affine=False)


def _groups(features: int) -> int:
    """As many groups as leave about 16 features in each."""
    return max(count for count in range(1, max(2, features // 16 + 1)) if features % count == 0)


def activation(kind: Activation, slope: float | None = None) -> nn.Module:
    """An activation by its name; ``slope`` is that of the leaky ReLU below zero, by default 0.2."""
    match kind:
        case "relu":
            return nn.ReLU()
        case "leaky-relu":
            return nn.LeakyReLU(0.2 if slope is None else slope)
        case "elu":
            return nn.ELU()
        case "selu":
            return nn.SELU()
        case "silu":
            return nn.SiLU()


def pyramid(space: tuple[int, ...], base: int) -> list[tuple[int, ...]]:
    """The sizes from the smallest feature map up to ``space``, each half the next (rounded up).

    Halving goes on while every side is longer than ``base``, so any size and any aspect has a pyramid.
    """
    sizes = [space]
    while min(sizes[0]) > base:
        sizes.insert(0, tuple(-(-side // 2) for side in sizes[0]))
    return sizes


def crop(x: Float[Tensor, "b c *space"], space: Sequence[int]) -> Float[Tensor, "b c *cropped"]:
    """The first ``space`` positions: what upsampling by two has too much where a size was odd."""
    start: tuple[slice, ...] = (slice(None), slice(None), *(slice(side) for side in space))
    return x[start]


def drop(x: Float[Tensor, "b d *space"], chances: Float[Tensor, "b k"], share: float) -> Float[Tensor, "b d *space"]:
    """Dropout of the first k features whose choice is given as normal numbers; there may be more than are needed."""
    width = min(x.shape[1], chances.shape[1])
    kept = (chances[:, :width] > NormalDist().inv_cdf(share)).to(x.dtype) / (1 - share)
    return torch.cat([x[:, :width] * kept.view(*kept.shape, *[1] * (x.dim() - 2)), x[:, width:]], 1)
