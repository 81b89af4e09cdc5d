"""Picture to picture: convolutions to small features and back, with skips that carry what stays in its place."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

import torch
from jaxtyping import Float
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.errors import SettingsError
from condgan.core.needs import LIGHTNESS, Need
from condgan.networks import ops
from condgan.networks.base import Player
from condgan.networks.blocks import Norm, crop, drop, norm, pyramid
from condgan.networks.inject import Affine, append
from condgan.networks.patch import PatchArchitecture

SLOPE = 0.2
DROPPED = 3
"""Innermost layers of the way up that are dropped out of."""
CHROMA = 110.0
"""The largest of Lab's a and b in the colours of a screen, about."""


class UNet(PatchArchitecture):
    """A U-Net with skips against a discriminator of patches (Isola et al. 2017), for pictures of any size and aspect.

    The latent, where there is one, and a label are one vector: ``concat`` concatenates it with the
    innermost features, ``affine`` lets it choose the scale and shift after each normalisation on the way up.
    """

    always_read: ClassVar[Mapping[Player, frozenset[str]]] = {
        "generator": frozenset({"map"}),
        "discriminator": frozenset({"map"}),
    }

    kind: Literal["unet"] = "unet"
    latent: NonNegativeInt = 0
    """Width of the latent vector z; 0: chance comes from dropout alone."""
    generator_injection: tuple[Literal["concat", "affine"], ...] = ("concat", "affine")
    """How the latent and a label enter the generator, one way or both: concat, affine."""
    channels: PositiveInt = 64
    """Channels at the size of the image halved once; they double with each halving."""
    most_channels: PositiveInt = 512
    """Channels at the smallest size, at most."""
    base: PositiveInt = 2
    """Halving goes on while every side is longer than this."""
    generator_norm: Norm = "instance"
    """Normalisation of the generator's features."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Share of the features left out of each of the three innermost layers of the way up, in sampling too. Which ones
    comes with z, so that a seed says it all."""
    smooth: bool = False
    """Take what transposed convolutions repeat from features and from the image, by fixed filters (Karras et al. 2019,
    section 2, has one for features). Edges get softer by about a pixel."""
    colour: Literal["rgb", "lab"] = "rgb"
    """What is generated: red, green and blue; or, for a picture of grey levels, only Lab's a and b."""

    @model_validator(mode="after")
    def _latent_is_used(self) -> Self:
        if self.latent and not self.generator_injection:
            raise ValueError("the latent would be ignored: set generator_injection to concat or affine, or latent to 0")
        return self

    @property
    def noise(self) -> int:
        return self.latent + (DROPPED * self.most_channels if self.dropout else 0)

    def needs(self) -> tuple[Need, ...]:
        grey = Need(
            LIGHTNESS,
            "Lab is for colour images from grey levels: "
            "set architecture.colour to rgb, or condition.picture.of to grey",
        )
        return (*super().needs(), grey) if self.colour == "lab" else super().needs()

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        if self.colour == "lab" and (shape.channels != 3 or widths.map != 1):
            raise SettingsError(
                "Lab is for colour images from grey levels alone",
                where="setting architecture.colour",
                do="set it to rgb, or data.channels to 3",
            )
        return Generator(self, shape, widths)


class Generator(nn.Module):
    """Picture → strided convolutions → transposed ones, each concatenated with the features of its size → image."""

    def __init__(self, spec: UNet, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.latent, self.dropout, self.lab = spec.latent, spec.dropout, spec.colour == "lab"
        self.most, self.smooth = spec.most_channels, spec.smooth
        levels = max(1, len(pyramid(shape.space, spec.base)) - 1)
        channels = [min(spec.most_channels, spec.channels * 2**level) for level in range(levels)]
        axes, style = len(shape.space), Widths(vector=spec.latent + widths.vector)
        self.concat = style.vector if "concat" in spec.generator_injection else 0
        self.down, self.down_norms = nn.ModuleList(), nn.ModuleList()
        for level, (ins, outs) in enumerate(zip([widths.map, *channels], channels, strict=False)):
            self.down.append(ops.convolution(axes, ins, outs, 4, 2, 1))
            # the outermost keeps its contrast; the innermost may have too few positions for statistics
            plain = level in (0, levels - 1)
            self.down_norms.append(norm("none" if plain else spec.generator_norm, outs, axes))
        self.up, self.up_norms, self.affines = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        ins = channels[-1] + self.concat
        for outs in reversed(channels[:-1]):
            self.up.append(ops.transposed(axes, ins, outs, 4, 2, 1))
            self.up_norms.append(norm(spec.generator_norm, outs, axes))
            self.affines.append(Affine(outs, style, spec.generator_injection, axes))
            ins = 2 * outs
        self.image = ops.transposed(axes, ins, 2 if self.lab else shape.channels, 4, 2, 1)

    def forward(self, z: Float[Tensor, "b noise"], cond: Cond) -> Float[Tensor, "b c *space"]:
        assert cond.map is not None, "a recipe without pictures is refused"
        latent, chances = z[:, : self.latent], z[:, self.latent :]
        style = Cond(vector=torch.cat([latent, *([] if cond.vector is None else [cond.vector])], 1))
        x = ops.channels_last_of(cond.map)
        skips: list[Tensor] = []
        for level, (down, normalise) in enumerate(zip(self.down, self.down_norms, strict=True)):
            skips.append(x)
            x = normalise(down(even(F.leaky_relu(x, SLOPE) if level else x)))
        if self.concat:
            x = append(x, style)
        for level, (up, normalise, affine) in enumerate(zip(self.up, self.up_norms, self.affines, strict=True)):
            skip = skips.pop()
            x = crop(up(x.relu()), skip.shape[2:])
            x = affine(normalise(ops.blurred(x) if self.smooth else x), style)
            if self.dropout and level < DROPPED:
                x = drop(x, chances[:, level * self.most :][:, : self.most], self.dropout)
            x = torch.cat([x, skip], 1)
        x = crop(self.image(x.relu()), cond.map.shape[2:])
        x = (ops.smoothed(x) if self.smooth else x).tanh()
        return coloured(cond.map, x) if self.lab else x


def even(x: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *larger"]:
    """With the last row or column again where their number is odd: none is lost when they are halved."""
    missing = [pad for side in reversed(x.shape[2:]) for pad in (0, side % 2)]
    return F.pad(x, missing, mode="replicate") if any(missing) else x


def coloured(lightness: Float[Tensor, "b 1 h w"], chroma: Float[Tensor, "b 2 h w"]) -> Float[Tensor, "b 3 h w"]:
    """Red, green and blue, −1 … 1, from CIE lightness and Lab's a and b, both −1 … 1."""
    from kornia.color import lab_to_rgb

    with torch.autocast(chroma.device.type, enabled=False):
        return lab_to_rgb(torch.cat([(lightness + 1) * 50, chroma.float() * CHROMA], 1)).mul(2).sub(1)
