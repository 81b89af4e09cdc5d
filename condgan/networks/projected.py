"""A frozen pretrained network as the discriminator's eye: small discriminators of its features (Sauer et al. 2021)."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.errors import SettingsError
from condgan.core.output import Output
from condgan.networks import ops
from condgan.networks.base import DiscriminatorInjection
from condgan.networks.inject import Head
from condgan.networks.pretrained import EFFICIENTNET, Pretrained, pretrained
from condgan.networks.resnet import SLOPE, ResidualArchitecture

PROBES = 32
"""Images of noise by which the size of a network's features is measured."""
LEAST = 3
"""Positions a side to which the maps are brought before their dense layer."""


class Projected(ResidualArchitecture):
    """The residual generator against small discriminators, each of one scale of the features of a frozen pretrained
    network, which are mixed at random (Sauer et al. 2021, section 3). Differences: fewer channels, no batch
    normalisation, the condition by projection in each."""

    kind: Literal["projected"] = "projected"
    discriminator_injection: tuple[Literal["features", "projection"], ...] = ("projection",)
    """How a vector enters each small discriminator: features or projection; a map is always concatenated."""
    network: str = EFFICIENTNET
    """The pretrained network: efficientnet-lite0 (pip install 'condgan[pretrained]'), one that was registered by
    condgan.networks.register, a folder that transformers saved, or an ONNX file. The generator does not need it."""
    least_side: PositiveInt = 48
    """Images whose shorter side is smaller are enlarged to it before the network sees them."""
    scales: PositiveInt = 4
    """How many of its maps are looked at, the largest first."""
    mixed: PositiveInt = 64
    """Channels of each map after the random mixing."""
    features: PositiveInt = 128
    """Width of the last features of each small discriminator."""

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        require_images(shape, "setting architecture.kind", "set it to resnet")
        return Discriminator(self, shape, widths, auxiliary)


class Discriminator(nn.Module):
    """Image → frozen maps → mixed maps → a logit a scale; and from all scales together what is predicted."""

    def __init__(self, spec: Projected, shape: Shape, widths: Widths, auxiliary: int) -> None:
        super().__init__()
        network = pretrained(spec.network, spec.least_side)
        self.mixed = Mixed(network, shape, spec.scales, spec.mixed)
        self.scales = nn.ModuleList(
            Scale(spec.mixed, space, spec.features, widths, spec.discriminator_injection) for space in self.mixed.spaces
        )
        self.auxiliary = nn.Linear(spec.features * len(self.scales), auxiliary) if auxiliary else None

    def forward(self, x: Float[Tensor, "b c h w"], cond: Cond) -> Output:
        logits, features = zip(
            *(scale(each, cond) for scale, each in zip(self.scales, self.mixed(x), strict=True)), strict=True
        )
        predicted = None if self.auxiliary is None else self.auxiliary(torch.cat(features, 1))
        return Output(torch.stack(logits, 1), predicted)


class Mixed(nn.Module):
    """The maps of a frozen network after fixed random convolutions: of the channels at each position, then from the
    smallest map up, each added to the next larger one (Sauer et al. 2021, section 3.2, CCM and CSM)."""

    def __init__(self, network: Pretrained, shape: Shape, scales: int, channels: int, first: int = 0) -> None:
        """``scales``: how many maps, from the ``first`` on; of a network that has fewer, its last."""
        super().__init__()
        with torch.device("cpu"):
            maps = network.probe(rough(shape))
        self.network, first = network, min(first, len(maps) - 1)
        self.chosen = slice(first, first + scales)
        maps = maps[self.chosen]
        self.spaces = [tuple(each.shape[2:]) for each in maps]
        for level, each in enumerate(maps):
            # the maps of a network differ in size by an order; the random weights bring all of them to about one
            size = float(each.square().mean().mul(each.shape[1]).sqrt())
            weight = torch.randn(channels, each.shape[1], 1, 1) / max(size, 1e-9)
            self.register_buffer(f"mix{level}", weight)
            self.register_buffer(f"join{level}", torch.randn(channels, channels, 3, 3) / (18 * channels) ** 0.5)

    def forward(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        maps = [F.conv2d(x, self.get_buffer(f"mix{k}")) for k, x in enumerate(self.network(images)[self.chosen])]
        found = [maps.pop()]
        for level in reversed(range(len(maps))):
            above = F.interpolate(found[0], maps[level].shape[2:])
            found.insert(0, F.conv2d(maps[level] + above, self.get_buffer(f"join{level}"), padding=1))
        return found


class Scale(nn.Module):
    """The discriminator of one map."""

    def __init__(
        self,
        channels: int,
        space: tuple[int, ...],
        features: int,
        widths: Widths,
        injections: tuple[DiscriminatorInjection, ...],
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        ins, (height, width) = channels + widths.map, space
        while min(height, width) > LEAST:
            layers += [spectral_norm(nn.Conv2d(ins, channels, 4, 2, 1)), nn.LeakyReLU(SLOPE)]
            ins, height, width = channels, height // 2, width // 2
        layers += [spectral_norm(nn.Conv2d(ins, channels, 3, padding=1)), nn.LeakyReLU(SLOPE), nn.Flatten()]
        dense = spectral_norm(nn.Linear(channels * height * width, features))
        self.layers = nn.Sequential(*layers, dense, nn.LeakyReLU(SLOPE))
        self.head = Head(features, widths, injections, 0)

    def forward(
        self, x: Float[Tensor, "b d h w"], cond: Cond
    ) -> tuple[Float[Tensor, " b"], Float[Tensor, "b features"]]:
        if cond.map is not None:
            x = torch.cat([x, ops.adaptive_avg_pool(cond.map, x.shape[2:])], 1)
        features = self.layers(x)
        return self.head(features, cond).logits, features


def require_images(shape: Shape, where: str, do: str) -> None:
    """Refuse what a pretrained network cannot see.

    Raises:
        SettingsError: a shape of another number of axes than two.
    """
    if len(shape.space) != 2:
        raise SettingsError(f"this network takes images, not {shape}", where=where, do=do)


def rough(shape: Shape) -> Float[Tensor, "n c h w"]:
    """Smooth noise, −1 … 1: about as rough as photos, whatever the data are. The same for each shape."""
    generator = torch.Generator().manual_seed(0)
    found = torch.zeros(PROBES, shape.channels, *shape.space)
    for side in (2, 4, 8, 16):
        found += F.interpolate(
            torch.randn(PROBES, shape.channels, side, side, generator=generator), shape.space, mode="bilinear"
        )
    return found.div(2).tanh()
