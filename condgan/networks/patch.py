"""A discriminator of patches: what is far apart need not agree for it (Isola et al. 2017, section 3.2.2)."""

import itertools
from typing import ClassVar, Literal

import torch
from jaxtyping import Float
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.needs import FEATURES, MAP, READS, Need
from condgan.core.output import Output
from condgan.networks import ops
from condgan.networks.blocks import Norm, norm
from condgan.networks.inject import InputLayer
from condgan.networks.injected import InjectedArchitecture
from condgan.networks.pretrained import pretrained
from condgan.networks.projected import Mixed, require_images

SLOPE = 0.2
MAPS = 2
"""Maps of a pretrained network that are looked at, from the second largest on."""


class PatchArchitecture(InjectedArchitecture):
    """The half of an architecture whose discriminator sees patches of an image, concatenated with its source."""

    discriminator_provides: ClassVar[frozenset[str]] = frozenset({FEATURES, READS})

    discriminator_injection: tuple[Literal["concat", "map"], ...] = ("concat",)
    """How a label enters the discriminator: concat or map; a map is always concatenated with the image."""
    patch_channels: PositiveInt = 64
    """Channels of the discriminator's first layer; they double with each halving, up to eight times as many."""
    patch_layers: PositiveInt = 3
    """Halvings before the logits of the patches: of 3 a patch is 54 pixels a side, of 2 it is 26."""
    patch_scales: PositiveInt = 1
    """Discriminators, each on images of half the size of the one before (Wang et al. 2018, section 3.2)."""
    patch_norm: Norm = "instance"
    """Normalisation of the discriminator's features."""
    spectral_norm: bool = False
    """Bound the discriminator's layers by spectral normalisation (Miyato et al. 2018)."""
    network: str | None = None
    """A frozen pretrained network, such as efficientnet-lite0, on whose features there are patches, too (Sauer et al.
    2021): as ``network`` of projected."""

    def needs(self) -> tuple[Need, ...]:
        sources = f"architecture.kind {self.kind} makes pictures from pictures: set --condition picture or layout"
        return (Need(MAP, sources), *super().needs())

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        assert not auxiliary, "a recipe with an auxiliary loss and no head for it is refused"
        return PatchDiscriminator(self, shape, widths)


class PatchDiscriminator(nn.Module):
    """Image and picture → strided convolutions → a logit for each patch, at each scale."""

    def __init__(self, spec: PatchArchitecture, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.input = InputLayer(shape, widths, spec.discriminator_injection)
        # a map of one position has no patches left to halve
        layers = min(spec.patch_layers, max(1, (min(shape.space) - 1).bit_length() - 2))
        scales = [scale for scale in range(spec.patch_scales) if not scale or min(shape.space) >> (scale + layers) >= 2]
        self.towers = nn.ModuleList(Tower(spec, self.input.channels, layers, len(shape.space)) for _ in scales)
        if spec.network is not None:
            require_images(shape, "setting architecture.network", "leave it out")
        self.mixed: Mixed | None = None
        self.views = nn.ModuleList()
        if spec.network is not None:
            # the largest map would have most of the logits, and the image's own patches see as far
            self.mixed = Mixed(pretrained(spec.network), shape, MAPS, spec.patch_channels, first=1)
            self.views.extend(View(spec.patch_channels + widths.map, spec.patch_channels) for _ in self.mixed.spaces)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Output:
        maps = [] if self.mixed is None else self.mixed(x)
        x = self.input(x, cond)
        logits: list[Tensor] = []
        features: list[Tensor] = []
        for scale, tower in enumerate(self.towers):
            x = ops.avg_pool(x, 2) if scale else x
            some, layers = tower(x)
            logits.append(some)
            features += layers
        for view, each in zip(self.views, maps, strict=True):
            logits.append(view(each, cond))
        return Output(torch.cat(logits, 1), None, None, tuple(features))


class View(nn.Module):
    """The discriminator of a map of a pretrained network: a logit for each position, of what is around it."""

    def __init__(self, channels: int, features: int) -> None:
        super().__init__()
        first, last = nn.Conv2d(channels, features, 3, padding=1), nn.Conv2d(features, 1, 1)
        self.layers = nn.Sequential(spectral_norm(first), nn.LeakyReLU(SLOPE), spectral_norm(last), nn.Flatten())

    def forward(self, x: Float[Tensor, "b d h w"], cond: Cond) -> Float[Tensor, "b n"]:
        if cond.map is not None:
            x = torch.cat([x, ops.adaptive_avg_pool(cond.map, x.shape[2:])], 1)
        return self.layers(x)


class Tower(nn.Module):
    """The discriminator of one scale."""

    def __init__(self, spec: PatchArchitecture, channels: int, layers: int, axes: int) -> None:
        super().__init__()

        def bound(conv: nn.Module) -> nn.Module:
            return spectral_norm(conv) if spec.spectral_norm else conv

        outs = [spec.patch_channels * min(8, 2**level) for level in range(layers + 1)]
        self.layers = nn.ModuleList()
        for level, (a, b) in enumerate(itertools.pairwise([channels, *outs])):
            # the last before the logits keeps the size
            conv = bound(ops.convolution(axes, a, b, *((4, 2, 1) if level < layers else (3, 1, 1))))
            normalise = norm(spec.patch_norm if level else "none", b, axes)
            self.layers.append(nn.Sequential(conv, normalise, nn.LeakyReLU(SLOPE)))
        self.logits = bound(ops.convolution(axes, outs[-1], 1, 3, 1, 1))

    def forward(self, x: Float[Tensor, "b c *space"]) -> tuple[Float[Tensor, "b n"], list[Float[Tensor, "b d ..."]]]:
        """The logits of all patches, and the features of each layer."""
        features = []
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        return self.logits(x).flatten(1), features
