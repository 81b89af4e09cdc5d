"""Sheets of images as PDF: words as outlines, images without loss."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from condgan.core.errors import SettingsError
from condgan.core.version import __version__
from condgan.gallery.captions import SIZE, parts, shortened
from condgan.gallery.grid import INK, Sheet, enlarged

POINTS = 0.75
"""Of a pixel, as browsers have it."""
SMOOTHED = 512
"""Pixels of a side that images are enlarged to, at least: viewers blur what they enlarge themselves."""


def pdf(made: Sheet) -> bytes:
    """A sheet as a PDF of one page; the same sheet gives the same bytes.

    Raises:
        SettingsError: fpdf2 is not installed.
    """
    document = document_of(made.width * POINTS, made.height * POINTS)
    document.add_page()
    for pixels, x, y in made.images:
        height, width = pixels.shape[:2]
        picture = enlarged(pixels, max(1, -(-SMOOTHED // max(height, width))))
        size = (width * made.scale * POINTS, height * made.scale * POINTS)
        document.image(picture, x * POINTS, y * POINTS, *size)
    document.set_text_color(INK)
    families: dict[str, str] = {}
    for text, x, y, room in made.words:
        place = x * POINTS
        for part, font in parts(shortened(text, room)):
            file = str(font.path)
            if file not in families:
                families[file] = f"text{len(families)}"
                document.add_font(families[file], fname=file)
            document.set_font(families[file], size=SIZE * POINTS)
            document.text(place, (y + font.getmetrics()[0]) * POINTS, part)
            place += font.getlength(part) * POINTS
    return bytes(document.output())


def document_of(width: float, height: float, unit: str = "pt") -> Any:
    """An empty document of pages of so many points or mm, without the time at which it is made.

    Raises:
        SettingsError: fpdf2 is not installed.
    """
    try:
        from fpdf import FPDF
    except ImportError:
        raise SettingsError(
            "no PDF",
            where="this Python lacks fpdf2",
            do="pip install 'condgan[write]'",
        ) from None
    made: Any = FPDF(unit=unit, format=(width, height))
    made.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
    made.set_producer(f"condgan {__version__}")
    made.set_auto_page_break(False)
    made.set_margin(0)
    return made
