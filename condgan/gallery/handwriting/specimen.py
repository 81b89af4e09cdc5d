"""The form that people fill in with their own letters, as a PDF to be printed."""

from __future__ import annotations

from typing import Any

from condgan.core.specimen import (
    BASELINE,
    BIT,
    BOX,
    CELL,
    HEIGHT,
    HOLE,
    MARKER,
    MARKERS,
    WIDTH,
    bits_of,
    cells,
    middle_of_bit,
)
from condgan.gallery.pdf import document_of

GUIDE = (200, 225, 255)
"""The colour of what is printed where people write: a scan can be told to leave it out."""
ASKED = "Write each letter on its line, in black or blue, inside its box. Leave out what you do not need."


def specimen(characters: str, times: int) -> bytes:
    """The form; the same characters give the same bytes.

    Raises:
        SettingsError: fpdf2 is not installed.
    """
    import matplotlib

    made = document_of(WIDTH, HEIGHT, "mm")
    made.add_font("text", fname=f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    places = [*cells(characters, times)]
    for page in range(places[-1].page + 1):
        made.add_page()
        made.set_fill_color(0)
        for x, y in MARKERS:
            _square(made, x, y, MARKER)
        for place, black in enumerate(bits_of(page)):
            if black:
                _square(made, *middle_of_bit(place), BIT)
        made.set_fill_color(255)
        _square(made, *MARKERS[0], HOLE)
        made.set_font("text", size=7)
        made.set_text_color(90)
        made.text(60, MARKERS[0][1] + 1, ASKED)
        made.set_draw_color(*GUIDE)
        made.set_line_width(0.25)
        for cell in places:
            if cell.page == page:
                made.rect(cell.x, cell.y, *BOX)
                line = cell.y + BASELINE * BOX[1]
                made.line(cell.x, line, cell.x + BOX[0], line)
                made.text(cell.x + 0.5, cell.y - (CELL[1] - BOX[1]) / 4, cell.character)
    return bytes(made.output())


def _square(made: Any, x: float, y: float, side: float) -> None:
    made.rect(x - side / 2, y - side / 2, side, side, style="F")
