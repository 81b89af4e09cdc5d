"""Layout to photo: residual blocks whose every normalisation is undone by the layout, at each position another way."""

from typing import Literal

from pydantic import PositiveInt

from condgan.networks.base import GeneratorInjection
from condgan.networks.patch import PatchArchitecture
from condgan.networks.resnet import ResidualArchitecture


class Spade(PatchArchitecture, ResidualArchitecture):
    """The residual generator, modulated by a map, against discriminators of patches (Park et al. 2019)."""

    kind: Literal["spade"] = "spade"
    generator_injection: tuple[GeneratorInjection, ...] = ("spade",)
    """How the condition enters the generator: spade, and for a label beside it concat or affine."""
    patch_scales: PositiveInt = 2
    """Discriminators, each on images of half the size of the one before (Wang et al. 2018, section 3.2)."""
    spectral_norm: bool = True
    """Bound the discriminator's layers by spectral normalisation (Miyato et al. 2018)."""
