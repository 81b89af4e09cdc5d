"""Picture to picture: down to the gist and up again, with skips that carry what stays in its place."""

from typing import Annotated, Literal

import torch
from jaxtyping import Float
from pydantic import Field, NonNegativeInt, PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.errors import SettingsError
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

    The latent, where there is one, and a label beside the picture are one vector: ``concat`` puts it beside the
    innermost features, ``affine`` lets it choose the scale and shift after each normalisation on the way up.
    """

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
    colour: Literal["rgb", "lab"] = "rgb"
    """What is made: red, green and blue; or, beside a picture of grey levels, only Lab's a and b."""

    @property
    def noise(self) -> int:
        return self.latent + (DROPPED * self.most_channels if self.dropout else 0)

    @property
    def reads_pictures(self) -> bool:
        return True

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        if self.colour == "lab" and (shape.channels != 3 or widths.map != 1):
            raise SettingsError(
                "Lab is for colour images from grey levels",
                where="setting architecture.colour",
                do="set it to rgb, or condition.of to grey",
            )
        return Generator(self, shape, widths)


class Generator(nn.Module):
    """Picture → strided convolutions → transposed ones, each beside the features of its size → image."""

    def __init__(self, spec: UNet, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.latent, self.dropout, self.lab = spec.latent, spec.dropout, spec.colour == "lab"
        self.most = spec.most_channels
        levels = max(1, len(pyramid(shape.space, spec.base)) - 1)
        channels = [min(spec.most_channels, spec.channels * 2**level) for level in range(levels)]
        style = Widths(vector=spec.latent + widths.vector)
        self.concat = style.vector if "concat" in spec.generator_injection else 0
        self.down, self.down_norms = nn.ModuleList(), nn.ModuleList()
        for level, (ins, outs) in enumerate(zip([widths.map, *channels], channels, strict=False)):
            self.down.append(nn.Conv2d(ins, outs, 4, 2, 1))
            # the outermost keeps its contrast; the innermost may have too few positions for statistics
            plain = level in (0, levels - 1)
            self.down_norms.append(norm("none" if plain else spec.generator_norm, outs, 2))
        self.up, self.up_norms, self.affines = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        ins = channels[-1] + self.concat
        for outs in reversed(channels[:-1]):
            self.up.append(nn.ConvTranspose2d(ins, outs, 4, 2, 1))
            self.up_norms.append(norm(spec.generator_norm, outs, 2))
            self.affines.append(Affine(outs, style, spec.generator_injection))
            ins = 2 * outs
        self.image = nn.ConvTranspose2d(ins, 2 if self.lab else shape.channels, 4, 2, 1)

    def forward(self, z: Float[Tensor, "b noise"], cond: Cond) -> Float[Tensor, "b c *space"]:
        assert cond.map is not None, "a recipe without pictures is refused"
        latent, chances = z[:, : self.latent], z[:, self.latent :]
        style = Cond(vector=torch.cat([latent, *([] if cond.vector is None else [cond.vector])], 1))
        x = cond.map.contiguous(memory_format=torch.channels_last)
        skips: list[Tensor] = []
        for level, (down, normalise) in enumerate(zip(self.down, self.down_norms, strict=True)):
            skips.append(x)
            x = normalise(down(even(F.leaky_relu(x, SLOPE) if level else x)))
        if self.concat:
            x = append(x, style)
        for level, (up, normalise, affine) in enumerate(zip(self.up, self.up_norms, self.affines, strict=True)):
            skip = skips.pop()
            x = affine(normalise(crop(up(x.relu()), skip.shape[2:])), style)
            if self.dropout and level < DROPPED:
                x = drop(x, chances[:, level * self.most :][:, : self.most], self.dropout)
            x = torch.cat([x, skip], 1)
        x = crop(self.image(x.relu()), cond.map.shape[2:]).tanh()
        return coloured(cond.map, x) if self.lab else x


def even(x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h2 w2"]:
    """With the last row or column again where their number is odd: none is lost when they are halved."""
    height, width = x.shape[2:]
    return F.pad(x, (0, width % 2, 0, height % 2), mode="replicate") if height % 2 or width % 2 else x


def coloured(lightness: Float[Tensor, "b 1 h w"], chroma: Float[Tensor, "b 2 h w"]) -> Float[Tensor, "b 3 h w"]:
    """Red, green and blue, −1 … 1, from CIE lightness and Lab's a and b, both −1 … 1."""
    from kornia.color import lab_to_rgb

    with torch.autocast(chroma.device.type, enabled=False):
        return lab_to_rgb(torch.cat([(lightness + 1) * 50, chroma.float() * CHROMA], 1)).mul(2).sub(1)
