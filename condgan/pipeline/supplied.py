"""What people supply to a pipeline: values under their names, and pictures of any kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from PIL.Image import Image, Resampling
from torch import Tensor, nn

from condgan.core.batch import MODES, Shape, to_float
from condgan.core.errors import SettingsError
from condgan.core.form import FieldType, FormField
from condgan.core.levels import Reading, in_mode
from condgan.core.needs import POSTERIOR
from condgan.data.decode import fitted
from condgan.data.layouts import array_of
from condgan.data.picture import Picture, loaded
from condgan.networks.base import Architecture


def values_of(form: Sequence[FormField], first: Sequence[Any], fields: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values of a call by public name, each as a list to be taken in turn.

    Raises:
        SettingsError: more values than names, one name twice, or an empty list.
    """
    if len(first) > 1:
        raise SettingsError("several values without names", where=f"{first!r}", do="name them, or give them in a list")
    named = dict(fields)
    if first and first[0] is not None:
        if not form:
            raise SettingsError(
                "this generator takes no label",
                where=f"{first[0]!r}",
                do="it was trained without a condition; leave it out",
            )
        if form[0].name in named:
            raise SettingsError(f"two values for {form[0].name}", where=f"{first[0]!r}", do="give one of them")
        named[form[0].name] = first[0]
    listed = {name: _listed(value) for name, value in named.items()}
    for name, values in listed.items():
        if not values:
            raise SettingsError(f"no {name}", where=name, do="give at least one value, or leave it out for all in turn")
    return listed


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | range) else [value]


def opened_as(field_type: FieldType | None, value: Any, place: int) -> Any:
    """A value as the condition takes it: a picture or an array, with the numbers that are in it.

    Raises:
        DataError: it cannot be read.
    """
    return untouched(value, place) if field_type in ("picture", "layout") else value


def untouched(picture: Picture | Image | str, place: int) -> Image | np.ndarray:
    """A picture or an array, with the numbers that are in it."""
    if isinstance(picture, Image):
        return picture
    array = array_of(Path(picture) if isinstance(picture, str) else picture)
    return loaded(picture, place) if array is None else array


@torch.no_grad()
def latent_of(
    generator: nn.Module, architecture: Architecture, shape: Shape, like: Picture | Image | str, reading: Reading
) -> Float[Tensor, "1 noise"]:
    """The latent that a generator tells from an example.

    Raises:
        SettingsError: it has not learned to tell one.
        DataError: the example cannot be read.
    """
    if POSTERIOR not in architecture.provides():
        raise SettingsError(
            "this generator has learned no style",
            where="like",
            do="train one with --architecture.style true --objective.style 0.05",
        )
    size = (shape.space[0], shape.space[1])
    example = fitted(in_mode(loaded(like), MODES[shape.channels], reading), size, "crop", Resampling.LANCZOS)
    image = torch.from_numpy(np.asarray(example).copy()).view(*size, -1).movedim(-1, 0)[None]
    device = next(generator.parameters()).device
    return generator.get_submodule("body.posterior")(to_float(image).to(device)).mean.cpu()
