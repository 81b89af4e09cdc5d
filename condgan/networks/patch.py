"""A discriminator that judges patches: what is far apart need not agree for it (Isola et al. 2017, section 3.2.2)."""

import itertools
from typing import Literal

import torch
from jaxtyping import Float
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.verdict import Verdict
from condgan.networks.base import Architecture
from condgan.networks.blocks import Norm, norm
from condgan.networks.inject import Doorway

SLOPE = 0.2


class PatchArchitecture(Architecture):
    """The half of an architecture that judges patches of an image beside the picture it was made from."""

    discriminator_injection: tuple[Literal["concat", "map"], ...] = ("concat",)
    """How a label enters the discriminator: concat or map; a picture always comes with the image."""
    patch_channels: PositiveInt = 64
    """Channels of the discriminator's first layer; they double with each halving, up to eight times as many."""
    patch_layers: PositiveInt = 3
    """Halvings before the patches are judged: of 3 a patch is 54 pixels a side, of 2 it is 26."""
    patch_scales: PositiveInt = 1
    """Discriminators, each on images of half the size of the one before (Wang et al. 2018, section 3.2)."""
    patch_norm: Norm = "instance"
    """Normalisation of the discriminator's features."""
    spectral_norm: bool = False
    """Bound the discriminator's layers by spectral normalisation (Miyato et al. 2018)."""

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        return PatchDiscriminator(self, shape, widths)


class PatchDiscriminator(nn.Module):
    """Image and picture → strided convolutions → a logit for each patch, at each scale."""

    def __init__(self, spec: PatchArchitecture, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.doorway = Doorway(shape, widths, spec.discriminator_injection)
        # a map of one position has no patches left to halve
        layers = min(spec.patch_layers, max(1, (min(shape.space) - 1).bit_length() - 2))
        scales = [scale for scale in range(spec.patch_scales) if not scale or min(shape.space) >> (scale + layers) >= 2]
        self.towers = nn.ModuleList(Tower(spec, self.doorway.channels, layers) for _ in scales)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Verdict:
        x = self.doorway(x, cond)
        logits: list[Tensor] = []
        features: list[Tensor] = []
        for scale, tower in enumerate(self.towers):
            x = F.avg_pool2d(x, 2, ceil_mode=True) if scale else x
            judged, seen = tower(x)
            logits.append(judged)
            features += seen
        return Verdict(torch.cat(logits, 1), None, None, tuple(features))


class Tower(nn.Module):
    """The discriminator of one scale."""

    def __init__(self, spec: PatchArchitecture, channels: int, layers: int) -> None:
        super().__init__()

        def bound(conv: nn.Module) -> nn.Module:
            return spectral_norm(conv) if spec.spectral_norm else conv

        outs = [spec.patch_channels * min(8, 2**level) for level in range(layers + 1)]
        self.layers = nn.ModuleList()
        for level, (a, b) in enumerate(itertools.pairwise([channels, *outs])):
            # the last before the logits keeps the size
            conv = bound(nn.Conv2d(a, b, 4, 2, 1) if level < layers else nn.Conv2d(a, b, 3, 1, 1))
            normalise = norm(spec.patch_norm if level else "none", b, 2)
            self.layers.append(nn.Sequential(conv, normalise, nn.LeakyReLU(SLOPE)))
        self.verdict = bound(nn.Conv2d(outs[-1], 1, 3, 1, 1))

    def forward(self, x: Float[Tensor, "b c h w"]) -> tuple[Float[Tensor, "b n"], list[Float[Tensor, "b d ..."]]]:
        """The logits of all patches, and the features of each layer."""
        features = []
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        return self.verdict(x).flatten(1), features
