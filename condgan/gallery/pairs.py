"""Pictures beside what was made of them."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from condgan.gallery.grid import grid


def side_by_side(columns: Mapping[str, UInt8[np.ndarray, "n h w c"]]) -> Image.Image:
    """A row for each picture; in it what was given, what was made of it, and the truth, under their names."""
    names = list(columns)
    shown = [_colour(images) for images in columns.values()]
    rows = np.stack(shown, 1).reshape(-1, *shown[0].shape[1:])
    return grid(rows, len(names), names * len(shown[0]))


def _colour(images: UInt8[np.ndarray, "n h w c"]) -> UInt8[np.ndarray, "n h w 3"]:
    """In three channels: transparency on white."""
    if images.shape[3] == 4:
        alpha = images[..., 3:].astype(np.float32) / 255
        return (images[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)
    return np.broadcast_to(images, (*images.shape[:3], 3))
