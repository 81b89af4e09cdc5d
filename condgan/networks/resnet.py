"""Residual networks: the default."""

from __future__ import annotations

import math
from typing import Literal

from jaxtyping import Float
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.output import Output
from condgan.networks import ops
from condgan.networks.attend import Attend
from condgan.networks.base import GeneratorInjection
from condgan.networks.blocks import Norm, crop, norm, pyramid
from condgan.networks.inject import Affine, Head, InputLayer, Stem, append
from condgan.networks.injected import InjectedArchitecture

PATCH = 2
"""Pixels a side that the outermost layers handle as one position: most of the cost would lie at full resolution."""
SLOPE = 0.2


class ResidualArchitecture(InjectedArchitecture):
    """The half of an architecture that generates images by residual blocks over patches of 2×2 pixels."""

    channels: PositiveInt = 128
    """Channels at the smallest feature map; they halve with each doubling of the size, so that no size costs much more
    than another."""
    least_channels: PositiveInt = 32
    """Channels at the largest feature map, at least."""
    blocks: PositiveInt = 1
    """Residual blocks at each size."""
    generator_norm: Norm = "group"
    """Normalisation of the generator's features."""
    self_modulation: bool = False
    """Let the latent, too, choose the scale and shift after each normalisation (Chen et al. 2019, eq. 4)."""
    smooth: bool = False
    """Enlarge the skips linearly, and filter the image and what transposed convolutions give, against patterns that
    repeat (Karras et al. 2019, section 2, has both for features). Edges get softer by about a pixel."""
    base: PositiveInt = 8
    """Halving goes on while every side is longer than this."""
    attend_sizes: PositiveInt = 1
    """With attend: at how many sizes positions attend to the tokens, from the second smallest on."""

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return Generator(self, shape, widths)

    def sizes(self, shape: Shape) -> list[tuple[int, ...]]:
        """The feature maps' sizes, smallest first; the largest is that of the grid of patches."""
        return pyramid(tuple(-(-side // PATCH) for side in shape.space), self.base)

    def widths(self, stages: int) -> list[int]:
        """Channels of each feature map, smallest first."""
        return [max(min(self.least_channels, self.channels), self.channels >> level) for level in range(stages)]

    def count(self, first: bool, others: bool) -> int:
        """Blocks at one size. The first size has one less, for no block leads to it, unless there is no other."""
        return self.blocks - (first and others)


class ResNet(ResidualArchitecture):
    """Residual blocks on both sides; no batch statistics in the discriminator. The default."""

    kind: Literal["resnet"] = "resnet"
    features: PositiveInt = 256
    """Width of the discriminator's last features."""

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        return Discriminator(self, shape, widths, auxiliary)


class Modulation:
    """What chooses the scales and shifts after the normalisations: the condition's vector, its map, the latent."""

    def __init__(self, spec: ResidualArchitecture, widths: Widths, axes: int) -> None:
        self.axes = axes
        self.latent = spec.self_modulation
        self.label = widths.vector > 0 and (not self.latent or "affine" in spec.generator_injection)
        vector = spec.latent * self.latent + widths.vector * self.label
        self.widths = widths._replace(vector=vector)
        self.injections: tuple[GeneratorInjection, ...] = spec.generator_injection
        if self.latent:
            self.injections += ("affine",)

    def affine(self, features: int) -> Affine:
        """Scale and shift of features."""
        return Affine(features, self.widths, self.injections, self.axes)

    def __call__(self, z: Float[Tensor, "b latent"], cond: Cond) -> Cond:
        """The condition as the affine layers take it."""
        if not self.latent:
            return cond
        return cond._replace(vector=append(z, cond) if self.label else z)


class Up(nn.Module):
    """Pre-activation residual block of the generator, which doubles the size where ``size`` asks for it."""

    def __init__(
        self, spec: ResidualArchitecture, ins: int, outs: int, modulation: Modulation, size: tuple[int, ...] | None
    ) -> None:
        super().__init__()
        self.size, self.smooth, axes = size, spec.smooth, modulation.axes
        self.enlarge = ops.interpolated if spec.smooth else ops.doubled
        self.norms = nn.ModuleList(norm(spec.generator_norm, each, modulation.axes) for each in (ins, outs))
        self.affines = nn.ModuleList(modulation.affine(each) for each in (ins, outs))
        if size is None:
            first = ops.convolution(axes, ins, outs, 3, padding=1, bias=False)
        else:
            first = ops.transposed(axes, ins, outs, 4, 2, 1, bias=False)
        self.convs = nn.ModuleList([first, ops.convolution(axes, outs, outs, 3, padding=1, bias=False)])
        self.skip = ops.convolution(axes, ins, outs, 1, bias=False) if ins != outs else nn.Identity()

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Float[Tensor, "b d *larger"]:
        h, skip = x, self.skip(x)
        for level, (normalise, affine, conv) in enumerate(zip(self.norms, self.affines, self.convs, strict=True)):
            h = conv(F.leaky_relu(affine(normalise(h), cond), SLOPE))
            if level == 0 and self.size is not None:
                h, skip = crop(h, self.size), crop(self.enlarge(skip), self.size)
                h = ops.blurred(h) if self.smooth else h
        return skip + h


class Down(nn.Module):
    """Pre-activation residual block of the discriminator, which halves the size where ``halve`` asks for it."""

    def __init__(self, axes: int, ins: int, outs: int, halve: bool) -> None:
        super().__init__()
        self.halve = halve
        first = ops.convolution(axes, ins, outs, 3, 2 if halve else 1, 1)
        self.convs = nn.ModuleList([first, ops.convolution(axes, outs, outs, 3, padding=1)])
        self.skip = ops.convolution(axes, ins, outs, 1) if ins != outs else nn.Identity()

    def forward(self, x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b d *smaller"]:
        h = x
        for conv in self.convs:
            h = conv(F.leaky_relu(h, SLOPE))
        return h + self.skip(ops.avg_pool(x, 2) if self.halve else x)


class Generator(nn.Module):
    """Latent → smallest map → residual blocks → patches → image."""

    def __init__(self, spec: ResidualArchitecture, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.space, self.smooth = shape.space, spec.smooth
        first, *rest = spec.sizes(shape)
        channels = spec.widths(1 + len(rest))
        self.stem = Stem(spec.latent, channels[0], first, widths, spec.generator_injection)
        axes = len(shape.space)
        self.modulation = Modulation(spec, widths, axes)
        self.blocks = nn.ModuleList()
        self.attend = nn.ModuleDict()
        """By the number of blocks before it."""
        ins = self.stem.features
        attends = "attend" in spec.generator_injection and widths.tokens
        for level, (size, outs) in enumerate(zip([None, *rest], channels, strict=True)):
            for index in range(spec.count(size is None, bool(rest))):
                self.blocks.append(Up(spec, ins, outs, self.modulation, None if index else size))
                ins = outs
            if attends and (0 < level <= spec.attend_sizes or not rest):
                self.attend[str(len(self.blocks))] = Attend(ins, widths.tokens, axes)
        self.norm, self.affine = norm(spec.generator_norm, ins, axes), self.modulation.affine(ins)
        self.image = ops.convolution(axes, ins, shape.channels * PATCH**axes, 3, padding=1)

    def forward(self, z: Float[Tensor, "b latent"], cond: Cond) -> Float[Tensor, "b c *space"]:
        return self.drawn(z, cond).tanh()

    def drawn(self, z: Float[Tensor, "b latent"], cond: Cond) -> Float[Tensor, "b c *space"]:
        """Images before the last tanh."""
        x = ops.channels_last_of(self.stem(z, cond))
        cond = self.modulation(z, cond)
        for index, block in enumerate(self.blocks, 1):
            x = block(x, cond)
            if str(index) in self.attend:
                x = self.attend[str(index)](x, cond)
        x = self.image(F.leaky_relu(self.affine(self.norm(x), cond), SLOPE))
        x = crop(ops.shuffle(x, PATCH), self.space)
        return ops.smoothed(x) if self.smooth else x


class Discriminator(nn.Module):
    """Image → patches → residual blocks → dense features → output."""

    def __init__(self, spec: ResNet, shape: Shape, widths: Widths, auxiliary: int) -> None:
        super().__init__()
        self.trunk = Trunk(spec, shape, widths, spec.features)
        self.head = Head(spec.features, widths, spec.discriminator_injection, auxiliary)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Output:
        return self.head(self.trunk(x, cond), cond)


class Trunk(nn.Module):
    """Image → patches → residual blocks → dense features."""

    def __init__(self, spec: ResidualArchitecture, shape: Shape, widths: Widths, features: int) -> None:
        super().__init__()
        self.pad = [pad for side in reversed(shape.space) for pad in (0, -side % PATCH)]
        axes = len(shape.space)
        self.input = InputLayer(shape, widths, spec.discriminator_injection)
        last, *larger = spec.sizes(shape)
        channels = list(reversed(spec.widths(1 + len(larger))))
        self.patches = ops.convolution(axes, self.input.channels * PATCH**axes, channels[0], 3, padding=1)
        self.blocks = nn.Sequential()
        ins = channels[0]
        for level, outs in enumerate(channels):
            for index in range(spec.count(level == 0, bool(larger))):
                self.blocks.append(Down(axes, ins, outs, halve=level > 0 and index == 0))
                ins = outs
        self.features = nn.Linear(channels[-1] * math.prod(last), features)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Float[Tensor, "b features"]:
        x = F.pad(self.input(x, cond), self.pad) if any(self.pad) else self.input(x, cond)
        x = ops.channels_last_of(ops.unshuffle(x, PATCH))
        x = F.leaky_relu(self.blocks(self.patches(x)), SLOPE).flatten(1)
        return F.leaky_relu(self.features(x), SLOPE)
