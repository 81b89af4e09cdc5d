"""Clips as still pictures: the frames of each side by side."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from condgan.gallery.grid import SMALLEST

FRAMES = 16
"""Of a strip, at most: of longer clips so many are shown, evenly."""


def strips(clips: UInt8[np.ndarray, "n t h w c"]) -> UInt8[np.ndarray, "n h v c"]:
    """A film strip of each clip, from left to right."""
    shown = clips[:, np.arange(min(FRAMES, clips.shape[1])) * clips.shape[1] // min(FRAMES, clips.shape[1])]
    n, _, height, _, channels = shown.shape
    return np.ascontiguousarray(np.moveaxis(shown, 1, 2)).reshape(n, height, -1, channels)


def stills(images: UInt8[np.ndarray, "n *space c"]) -> UInt8[np.ndarray, "n h v c"]:
    """Images as they are, clips as film strips, in which small frames are enlarged as small images are."""
    if images.ndim < 5:
        return images
    scale = max(1, -(-SMALLEST // max(images.shape[2:4])))
    return strips(images.repeat(scale, 2).repeat(scale, 3))


def columns_of_strips(clips: UInt8[np.ndarray, "n t h w c"]) -> int:
    """How many strips stand side by side, so that a sheet is about as wide as high."""
    _, frames, height, width, _ = clips.shape
    return max(1, round((len(clips) * height / (min(FRAMES, frames) * width)) ** 0.5))
