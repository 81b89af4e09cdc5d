"""How the numbers of a picture become 8 bits, and what is seen through what is transparent."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageColor

Range = tuple[float, float]
"""The level that becomes black, and the one that becomes white."""
BYTE: Range = (0.0, 255.0)


class Reading(NamedTuple):
    """How pictures are read, so that a trained generator reads as its data were read."""

    levels: Range = BYTE
    background: str = "white"
    """What shows through where a picture is transparent: a colour by its name, or as ``#rrggbb``."""
    rate: float = 0.0
    """Of clips: frames a second; 0 where that is not known."""


AS_IS = Reading()
"""Of 8 bits, on white."""


def range_of(low: float, high: float) -> Range:
    """The range of numbers of which these are the least and the greatest, as instruments have it.

    Whole numbers that are not negative: 0 to the least of 1, 255, 1023, 4095, … that holds them (of 8, 10, 12, 14, 16
    or more bits). Fractions: 0 to 1 or −1 to 1 where they hold them, 0 to 255 where the greatest is near to it. Else as
    they are.
    """
    whole = float(low).is_integer() and float(high).is_integer()
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= -1 and high <= 1:
        return -1.0, 1.0
    if low >= 0 and (whole or 64 < high <= 255):
        return 0.0, float(next(2**bits - 1 for bits in (8, 10, 12, 14, 16, 24, 32, 64) if high <= 2**bits - 1))
    return float(low), float(high)


def extremes(levels: np.ndarray) -> Range:
    """The least and the greatest of some levels; NaN and infinity do not count."""
    known = levels[np.isfinite(levels)] if np.issubdtype(levels.dtype, np.inexact) else levels
    return (float(known.min()), float(known.max())) if known.size else BYTE


def reading_of(picture: Image.Image | np.ndarray, usual: Reading) -> Reading:
    """How one picture is read: as usual, or by its own range where it has more than 8 bits and what is usual has 8."""
    pixels = picture if isinstance(picture, np.ndarray) else np.asarray(picture) if is_deep(picture.mode) else None
    deep = pixels is not None and pixels.dtype not in (np.uint8, np.bool_)
    if pixels is None or not deep or usual.levels != BYTE:
        return usual
    return usual._replace(levels=range_of(*extremes(pixels)))


def parse_range(text: str) -> Range:
    """A range as people write it: ``0-4095``, ``0..1``, ``-1000,400``.

    Raises:
        ValueError: not of that form, or empty.
    """
    number = r"([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)"
    found = re.fullmatch(rf"\s*[\[(]?\s*{number}\s*(?:-|\.\.|,|:|–|to|\s)\s*{number}\s*[\])]?\s*", text)
    if found is None:
        raise ValueError(f"no range in {text!r}: write LOW-HIGH, such as 0-4095")
    return float(found[1]), float(found[2])


def to_bytes(pixels: np.ndarray, levels: Range) -> np.ndarray:
    """Levels of any type as 8 bits: those of the range evenly over 0 … 255, those beyond it at its ends."""
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype == np.uint8 and levels == BYTE:
        return pixels
    low, high = levels
    scaled = (np.nan_to_num(pixels.astype(np.float64), nan=low) - low) * (255 / ((high - low) or 1))
    return np.rint(scaled).clip(0, 255).astype(np.uint8)


def in_mode(image: Image.Image, mode: str, reading: Reading = AS_IS) -> Image.Image:
    """An image in one of Pillow's modes ``L``, ``RGB`` and ``RGBA``: levels in 8 bits, and where the mode has no
    transparency, laid over the background."""
    if is_deep(image.mode):
        image = Image.fromarray(to_bytes(np.asarray(image), reading.levels))
    elif reading.levels != BYTE and image.mode in ("L", "RGB", "RGBA", "LA"):
        image = _stretched(image, reading.levels)
    if mode == "RGBA" or not has_alpha(image):
        return image.convert(mode)
    clear = image.convert("RGBA")
    under = Image.new("RGBA", clear.size, ImageColor.getrgb(reading.background))
    return Image.alpha_composite(under, clear).convert(mode)


def _stretched(image: Image.Image, levels: Range) -> Image.Image:
    """An image of 8 bits that uses another range; its transparency stays."""
    bands = [
        band if name == "A" else Image.fromarray(to_bytes(np.asarray(band), levels))
        for name, band in zip(image.getbands(), image.split(), strict=True)
    ]
    return Image.merge(image.mode, bands)


def is_deep(mode: str) -> bool:
    """Whether an image of one of Pillow's modes has more than 8 bits a channel."""
    return mode == "F" or mode.startswith("I")


def has_alpha(image: Image.Image) -> bool:
    """Whether an image says of each position how transparent it is."""
    return image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or (
        "transparency" in image.info and image.mode in ("1", "L", "P", "RGB")
    )
