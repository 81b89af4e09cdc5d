"""Deep convolutional networks without skips."""

import itertools
import math
from typing import Literal

from jaxtyping import Float
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.output import Output
from condgan.networks import ops
from condgan.networks.base import DiscriminatorInjection
from condgan.networks.blocks import Norm, crop, norm, pyramid
from condgan.networks.inject import Affine, Head, InputLayer, Stem
from condgan.networks.injected import InjectedArchitecture


class DCGAN(InjectedArchitecture):
    """Strided convolutions up and down (Radford et al. 2016), for images of any size and aspect."""

    kind: Literal["dcgan"] = "dcgan"
    latent: PositiveInt = 100
    """Width of the latent vector z."""
    generator_injection: tuple[Literal["concat", "map", "affine", "spade"], ...] = ("map",)
    """How the condition enters the generator, one way or several: concat, map, affine, spade."""
    discriminator_injection: tuple[DiscriminatorInjection, ...] = ("map",)
    """How the condition enters the discriminator, none, one way or several: concat, map, features, projection,
    proxy."""
    channels: PositiveInt = 64
    """Channels at the largest feature map; they double with each halving, up to ``most_channels``."""
    most_channels: PositiveInt = 256
    """Channels at the smallest feature map, at most."""
    generator_norm: Norm = "batch"
    """Normalisation of the generator's features."""
    discriminator_norm: Norm = "none"
    """Normalisation of the discriminator's features. Batch statistics let it tell generated images by the rest
    of the batch."""
    discriminator_features: PositiveInt | None = None
    """Width of a dense layer between the discriminator's last feature map and its output; by default there is none."""
    spectral_norm: bool = False
    """Bound the discriminator's layers by spectral normalisation (Miyato et al. 2018)."""

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return Generator(self, shape, widths)

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        body = Discriminator(self, shape, widths, auxiliary)
        if self.spectral_norm:
            for module in body.modules():
                if isinstance(module, ops.WEIGHTED):
                    spectral_norm(module)
        return body

    def widths(self, stages: int) -> list[int]:
        """Channels from the smallest feature map to the largest."""
        return [min(self.most_channels, self.channels * 2**level) for level in reversed(range(stages))]


class Generator(nn.Module):
    """Latent → smallest map → transposed convolutions → image."""

    def __init__(self, spec: DCGAN, shape: Shape, widths: Widths) -> None:
        super().__init__()
        axes = len(shape.space)
        first, *self.sizes = pyramid(shape.space, 4)
        channels = spec.widths(max(1, len(self.sizes)))
        self.stem = Stem(spec.latent, channels[0], first, widths, spec.generator_injection)
        ins = [self.stem.features, *channels[1:]]
        self.norms = nn.ModuleList(norm(spec.generator_norm, size, axes) for size in ins)
        self.affines = nn.ModuleList(Affine(size, widths, spec.generator_injection, axes) for size in ins)
        outs = [*channels[1:], shape.channels]
        if self.sizes:
            self.up = nn.ModuleList(ops.transposed(axes, a, b, 4, 2, 1) for a, b in zip(ins, outs, strict=True))
        else:  # an image no larger than the smallest map
            self.up = nn.ModuleList([ops.convolution(axes, ins[0], shape.channels, 3, padding=1)])
            self.sizes = [first]
        self.act = nn.ReLU()

    def forward(self, z: Float[Tensor, "b latent"], cond: Cond) -> Float[Tensor, "b c *space"]:
        x = self.stem(z, cond)
        for normalise, affine, up, size in zip(self.norms, self.affines, self.up, self.sizes, strict=True):
            x = crop(up(self.act(affine(normalise(x), cond))), size)
        return x.tanh()


class Discriminator(nn.Module):
    """Image → strided convolutions → output."""

    def __init__(self, spec: DCGAN, shape: Shape, widths: Widths, auxiliary: int) -> None:
        super().__init__()
        axes = len(shape.space)
        self.input = InputLayer(shape, widths, spec.discriminator_injection)
        last, *larger = pyramid(shape.space, 4)
        channels = [self.input.channels, *reversed(spec.widths(max(1, len(larger))))]
        self.layers = nn.Sequential()
        for level, (a, b) in enumerate(itertools.pairwise(channels)):
            # kernel 3 with padding 1 at stride 2 gives half the size, rounded up: the pyramid's own rule
            self.layers.append(ops.convolution(axes, a, b, 3, 2 if larger else 1, 1))
            if level:
                self.layers.append(norm(spec.discriminator_norm, b, axes))
            self.layers.append(nn.LeakyReLU(0.2))
        features = channels[-1] * math.prod(last)
        self.layers.append(nn.Flatten())
        if spec.discriminator_features:
            self.layers.append(nn.Linear(features, spec.discriminator_features))
            features = spec.discriminator_features
        self.head = Head(features, widths, spec.discriminator_injection, auxiliary)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Output:
        return self.head(self.layers(self.input(x, cond)), cond)
