"""Text in pictures: each character in a font that has it, so that none is an empty box."""

import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

SIZE = 10
"""Of the characters, in pixels."""
JOINERS = "\u200c\u200d"
"""They are invisible, but change the form of the letters beside them."""
BOXES = ("lastresort", "adobeblank")
"""How the names of fonts begin that have a box, or nothing, for every character."""
Font = ImageFont.FreeTypeFont


def write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, width: int, colour: str) -> None:
    """Write as much of a text as fits into a width of pixels, its upper left corner at ``place``.

    A character that no font has is written as its code point, such as U+4E2D.
    """
    x, y = place
    baseline = y + _font(_first()).getmetrics()[0]
    for part, font in parts(shortened(text, width)):
        draw.text((x, baseline), part, colour, font, anchor="ls")
        x += round(font.getlength(part))


def shortened(text: str, width: int) -> str:
    """As many characters of a text as fit into a width of pixels; what is invisible takes no place."""
    fits = bisect_right(range(len(text) + 1), width, key=lambda end: _length(text[:end])) - 1
    return text[: max(0, fits)]


def _length(text: str) -> int:
    return sum(round(font.getlength(part)) for part, font in parts(text))


def parts(text: str) -> Iterator[tuple[str, Font]]:
    """The text in parts of one font each."""
    for font, group in groupby(map(_spelled, text), key=lambda each: each[1]):
        yield "".join(part for part, _ in group), font


@lru_cache(4096)
def _spelled(character: str) -> tuple[str, Font]:
    """How a character is written, and in which font."""
    first = _font(_first())
    if character.isascii() and character.isprintable():
        return character, first
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp", "Zs"):  # line breaks, and spaces of any width
        return " ", first
    if (category == "Cf" and character not in JOINERS) or "\ufe00" <= character <= "\ufe0f":
        return "", first
    known = category not in ("Cs", "Co", "Cn")  # a private or unassigned one may look like anything
    font = _font_with(character) if known else None
    return (f"U+{ord(character):04X}", first) if font is None else (character, font)


def _font_with(character: str) -> Font | None:
    """The first font that has a character; ``None`` where none has."""
    if ord(character) in _characters(_first()):
        return _font(_first())
    having = (file for file in _others() if ord(character) in _characters(file))
    return next((_font(file) for file in having if _shows(file, character)), None)


def _shows(file: Path, character: str) -> bool:
    """Whether a font can be drawn at this size, and draws something: not so those that only hold coloured bitmaps."""
    try:
        return _font(file).getmask(character).getbbox() is not None
    except (OSError, ValueError):
        return False


@cache
def _font(file: Path) -> Font:
    return ImageFont.truetype(str(file), SIZE)


@cache
def _first() -> Path:
    """DejaVu Sans, which comes with matplotlib: Latin, Greek, Cyrillic, Arabic, Hebrew and more."""
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")


@cache
def _others() -> tuple[Path, ...]:
    """The fonts of this machine, one of each family, regular ones first, in a fixed order."""
    from matplotlib.font_manager import fontManager

    fonts = sorted(
        fontManager.ttflist, key=lambda font: (font.style != "normal", font.weight not in (400, "normal"), font.fname)
    )
    families: dict[str, Path] = {}
    for font in fonts:
        if not font.name.lower().replace(" ", "").startswith(BOXES):
            families.setdefault(font.name, Path(font.fname))
    return tuple(families.values())


@cache
def _characters(file: Path) -> frozenset[int]:
    """The code points that a font has; none where the file is missing or damaged."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with file.open("rb") as stream, TTFont(stream, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError, ValueError, AssertionError, LookupError, EOFError, struct.error):
        return frozenset()
