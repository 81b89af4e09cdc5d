"""Layout to photo: residual blocks whose every normalisation is undone by the layout, at each position another way."""

from typing import Literal

from jaxtyping import Float
from pydantic import PositiveInt
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.cond import Widths
from condgan.networks.base import GeneratorInjection, Style
from condgan.networks.blocks import norm, pyramid
from condgan.networks.patch import SLOPE, PatchArchitecture
from condgan.networks.resnet import Generator, ResidualArchitecture


class Spade(PatchArchitecture, ResidualArchitecture):
    """The residual generator, modulated by a map, against discriminators of patches (Park et al. 2019)."""

    kind: Literal["spade"] = "spade"
    generator_injection: tuple[GeneratorInjection, ...] = ("spade",)
    """How the condition enters the generator: spade, and for a label beside it concat or affine."""
    style: bool = False
    """Learn to tell the latent from an image, too, so that an example photo can set the style (Park et al. 2019,
    section 3). The latent then stands for what the layout leaves open."""
    patch_scales: PositiveInt = 2
    """Discriminators, each on images of half the size of the one before (Wang et al. 2018, section 3.2)."""
    spectral_norm: bool = True
    """Bound the discriminator's layers by spectral normalisation (Miyato et al. 2018)."""

    @property
    def learns_style(self) -> bool:
        return self.style

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return Styled(self, shape, widths) if self.style else super().generator(shape, widths)


class Styled(Generator):
    """A generator that can tell the latent of an image."""

    def __init__(self, spec: Spade, shape: Shape, widths: Widths) -> None:
        super().__init__(spec, shape, widths)
        self.style = StyleEncoder(shape, spec.latent, spec.channels)


class StyleEncoder(nn.Module):
    """Image → strided convolutions → the distribution of its latent."""

    def __init__(self, shape: Shape, latent: int, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        sizes, ins = pyramid(shape.space, 4), shape.channels
        for level in range(len(sizes) - 1):
            outs = max(16, channels >> max(0, len(sizes) - 2 - level))
            # the first keeps what colours there are: a normalised image has none
            normalise = norm("instance" if level else "none", outs, 2)
            self.layers.extend([nn.Conv2d(ins, outs, 3, 2, 1), normalise, nn.LeakyReLU(SLOPE)])
            ins = outs
        self.both = nn.Linear(ins * sizes[0][0] * sizes[0][1], 2 * latent)

    def forward(self, images: Float[Tensor, "b c h w"]) -> Style:
        return Style(*self.both(self.layers(images).flatten(1)).float().chunk(2, 1))
