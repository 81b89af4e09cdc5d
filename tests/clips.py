"""Small clips that our own code makes: a bright square on black that moves to the right or downwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from condgan.gallery.animation import encoded

WAYS = ("down", "right")


def clip(way: str, start: int = 0, frames: int = 6, side: int = 12) -> UInt8[np.ndarray, "t h w 3"]:
    """It moves by a pixel a frame, from a place that differs."""
    found = np.zeros((frames, side, side, 3), np.uint8)
    for frame in range(frames):
        along, across = (2 + start + frame) % (side - 3), 3 + start % 4
        row, column = (along, across) if way == "down" else (across, along)
        found[frame, row : row + 3, column : column + 3] = (250, 200 - 10 * (start % 20), 40)
    return found


def saved(frames: UInt8[np.ndarray, "t h w c"], file: Path, rate: float = 10.0) -> Path:
    """As an animated file; of an array of one frame as one that stands still."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pictures = [Image.fromarray(each) for each in frames]
    file.write_bytes(encoded(pictures, file.suffix, [1 / rate] * len(pictures)))
    return file


def folder(root: Path, each: int = 4, frames: int = 6, suffix: str = ".webp") -> Path:
    """A folder of clips for each way."""
    for way in WAYS:
        for start in range(each):
            saved(clip(way, start, frames), root / way / f"{start:02d}{suffix}")
    return root
