"""How high a character stands on its line: images of single characters have often lost it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from PIL import ImageFont

SIZE = 200
ABOVE, BELOW = 1.45, 1.5
"""By how much what stands out above a small x, and hangs below the line, is longer in handwriting than in print."""


class Extent(NamedTuple):
    """In heights of a small x: from where to where above the line, and how wide in print."""

    bottom: float
    top: float
    width: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


@lru_cache(4096)
def extent_of(character: str) -> Extent:
    """Where a character begins and ends, after DejaVu Sans, which comes with matplotlib."""
    top, bottom, width = _ink(character)
    unit = -_ink("x")[0]
    return Extent(0.0, 1.0, 1.0) if bottom <= top else Extent(_hand(-bottom / unit), _hand(-top / unit), width / unit)


def _ink(character: str) -> tuple[int, int, int]:
    """Where the ink of a character begins and ends, below the line, and how wide it is, in pixels."""
    mask, (_, above) = _font().getmask2(character, "L", anchor="ls")
    box = mask.getbbox()
    return (0, 0, 0) if box is None else (above + box[1], above + box[3], box[2] - box[0])


def _hand(height: float) -> float:
    """A height in print as one in handwriting."""
    return 1 + ABOVE * (height - 1) if height > 1 else BELOW * height if height < 0 else height


@cache
def _font() -> ImageFont.FreeTypeFont:
    import matplotlib

    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", SIZE)
