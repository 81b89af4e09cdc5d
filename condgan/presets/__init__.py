"""Functions that return a recipe: the house defaults and well-known systems."""

from collections.abc import Callable
from typing import Any

from condgan.core.errors import SettingsError, nearest
from condgan.presets.choice import Choice, fitting
from condgan.presets.classic import cdcgan_64, cdcgan_lsgan, cgan_2014, cgan_mlp, cgan_mlp_small, gan_mlp
from condgan.presets.demo import REMEDIES, demo_collapse, demo_oscillation, demo_vanishing
from condgan.presets.house import (
    animate,
    hand,
    house,
    house_few,
    house_natural,
    house_natural_few,
    instance,
    plain,
    text,
    video,
)
from condgan.presets.modern import acgan, cgan_aux, projected, projection, r3gan_small, reacgan
from condgan.presets.translation import colorize, edges2photo, pix2pix, pix2pix_perceptual, spade
from condgan.recipe import Recipe

ALL: tuple[Callable[[], Recipe], ...] = (
    house,
    house_few,
    house_natural,
    house_natural_few,
    plain,
    instance,
    text,
    video,
    animate,
    hand,
    gan_mlp,
    cgan_mlp,
    cgan_mlp_small,
    cgan_2014,
    cdcgan_lsgan,
    cdcgan_64,
    acgan,
    cgan_aux,
    projected,
    projection,
    reacgan,
    r3gan_small,
    pix2pix,
    pix2pix_perceptual,
    colorize,
    edges2photo,
    spade,
    demo_collapse,
    demo_oscillation,
    demo_vanishing,
)
PRESETS = {preset.__name__.replace("_", "-"): preset for preset in ALL}
__all__ = [
    "PRESETS",
    "REMEDIES",
    "Choice",
    "acgan",
    "animate",
    "cdcgan_64",
    "cdcgan_lsgan",
    "cgan_2014",
    "cgan_aux",
    "cgan_mlp",
    "cgan_mlp_small",
    "colorize",
    "demo_collapse",
    "demo_oscillation",
    "demo_vanishing",
    "edges2photo",
    "fitting",
    "gan_mlp",
    "get",
    "hand",
    "house",
    "house_few",
    "house_natural",
    "house_natural_few",
    "instance",
    "pix2pix",
    "pix2pix_perceptual",
    "plain",
    "projected",
    "projection",
    "r3gan_small",
    "reacgan",
    "remedy",
    "spade",
    "text",
    "video",
]


def get(name: str) -> Recipe:
    """The recipe of a preset.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in PRESETS:
        raise SettingsError(f"no preset {name!r}", where="--preset", do=nearest(name, PRESETS))
    return PRESETS[name]()


def remedy(name: str) -> dict[str, Any]:
    """What a preset that is failing on purpose, as section → field → value.

    Raises:
        SettingsError: it does not.
    """
    if name not in REMEDIES:
        raise SettingsError(
            f"preset {name} does not fail on purpose", where="--remedy", do=f"it is for {', '.join(REMEDIES)}"
        )
    return REMEDIES[name]
