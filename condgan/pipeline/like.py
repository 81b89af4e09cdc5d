"""Examples of what samples are to be like, as images of the training's size."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from PIL.Image import Resampling, fromarray
from torch import Tensor

from condgan.core.batch import MODES, Shape
from condgan.core.errors import SettingsError
from condgan.core.levels import Reading, in_mode, reading_of, to_bytes
from condgan.core.schema import Described
from condgan.data.decode import fitted
from condgan.networks.extractor import Extractor
from condgan.pipeline.supplied import opened_as, pictures


def images_of(like: Any, shape: Shape, reading: Reading) -> UInt8[Tensor, "n c h w"]:
    """One picture or several, brought to the size of the training.

    Raises:
        DataError: one cannot be read.
        SettingsError: there is none.
    """
    found = [_image(each, place, shape, reading) for place, each in enumerate(pictures(like, "like"))]
    if not found:
        raise SettingsError("no picture", where="like", do="give at least one, or leave it out")
    return torch.stack(found)


def _image(like: Any, place: int, shape: Shape, reading: Reading) -> UInt8[Tensor, "c h w"]:
    size = (shape.space[0], shape.space[1])
    found = opened_as("picture", like, place)
    reading = reading_of(found, reading)
    if isinstance(found, np.ndarray):
        pixels = to_bytes(found, reading.levels)
        picture = fromarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)
    else:
        picture = found
    example = fitted(in_mode(picture, MODES[shape.channels], reading), size, "crop", Resampling.LANCZOS)
    return torch.from_numpy(np.asarray(example).copy()).view(*size, -1).movedim(-1, 0)


def features_of(
    images: UInt8[Tensor, "n c h w"], described: Described, extractor: Extractor | None, width: int
) -> list[Any]:
    """The features of each image, as values of the field that takes them.

    Raises:
        SettingsError: what gives them is not there, or is another one.
    """
    if extractor is None:
        raise SettingsError(
            "the network that tells what an image is like was not kept with this generator",
            where="like",
            do="set pipe.extractor = condgan.networks.of_module(MODULE) to the one that it was trained with",
        )
    found = extractor.features(images)
    if found.shape[1] != width:
        raise SettingsError(
            f"{found.shape[1]} features of an image, not {width}",
            where=f"extractor {extractor.name}",
            do="give the one that the generator was trained with",
        )
    return list(found)
