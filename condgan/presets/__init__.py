"""Functions that return a recipe: the house defaults and well-known systems."""

from collections.abc import Callable

from condgan.core.errors import SettingsError, nearest
from condgan.presets.classic import cdcgan_64, cdcgan_lsgan, cgan_mlp_small, dcgan, mlp, plain
from condgan.presets.house import house, house_few
from condgan.recipe import Recipe

__all__ = [
    "PRESETS",
    "cdcgan_64",
    "cdcgan_lsgan",
    "cgan_mlp_small",
    "dcgan",
    "fitting",
    "get",
    "house",
    "house_few",
    "mlp",
    "plain",
]

PRESETS: dict[str, Callable[[], Recipe]] = {
    preset.__name__.replace("_", "-"): preset
    for preset in (house, house_few, plain, mlp, dcgan, cgan_mlp_small, cdcgan_lsgan, cdcgan_64)
}

FEW = 3_000


def get(name: str) -> Recipe:
    """The recipe of a preset.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in PRESETS:
        raise SettingsError(f"no preset {name!r}", where="--preset", do=nearest(name, PRESETS))
    return PRESETS[name]()


def fitting(images: int) -> str:
    """The preset for so many images, where none is asked for."""
    return "house-few" if images < FEW else "house"
