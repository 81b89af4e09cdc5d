"""Layout to photo: residual blocks whose every normalisation is modulated by the map, at each position another way."""

from typing import Literal

from pydantic import PositiveInt
from torch import nn

from condgan.core.batch import Shape
from condgan.core.cond import Widths
from condgan.core.needs import DIVERGENCE, POSTERIOR, Need
from condgan.networks.base import GeneratorInjection
from condgan.networks.patch import PatchArchitecture
from condgan.networks.posterior import PosteriorEncoder
from condgan.networks.resnet import Generator, ResidualArchitecture


class Spade(PatchArchitecture, ResidualArchitecture):
    """The residual generator, modulated by a map, against discriminators of patches (Park et al. 2019)."""

    kind: Literal["spade"] = "spade"
    generator_injection: tuple[GeneratorInjection, ...] = ("spade",)
    """How the condition enters the generator: spade, and for a label as well concat or affine."""
    style: bool = False
    """Learn to infer the latent from an image, too, so that an example photo can set the style (Park et al. 2019,
    section 3). The latent then stands for what the layout leaves open. It needs objective.style."""
    patch_scales: PositiveInt = 2
    """Discriminators, each on images of half the size of the one before (Wang et al. 2018, section 3.2)."""
    spectral_norm: bool = True
    """Bound the discriminator's layers by spectral normalisation (Miyato et al. 2018)."""

    def provides(self) -> frozenset[str]:
        return super().provides() | ({POSTERIOR} if self.style else set())

    def needs(self) -> tuple[Need, ...]:
        style = Need(DIVERGENCE, "architecture.style needs a weight for its loss: set objective.style, such as to 0.05")
        return (*super().needs(), style) if self.style else super().needs()

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return Styled(self, shape, widths) if self.style else Generator(self, shape, widths)


class Styled(Generator):
    """A generator that can infer the latent of an image, by its ``posterior``."""

    def __init__(self, spec: Spade, shape: Shape, widths: Widths) -> None:
        super().__init__(spec, shape, widths)
        self.posterior = PosteriorEncoder(shape, spec.latent, spec.channels)
