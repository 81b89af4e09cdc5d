"""Pages as a PDF: letters as outlines, with text that can be searched and copied but is not seen."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from condgan.gallery.handwriting.page import PEN, POINT, SIZES, Page, Paper, Placed, ruling
from condgan.gallery.pdf import document_of

FINE = 100
"""Parts of the height of a small x that outlines are rounded to."""
TITLE = 8
"""Words that a document begins with, and is called by."""
RULING = (0.72, 0.80, 0.90)


def pdf(pages: Sequence[Page], paper: Paper, ink: tuple[int, int, int]) -> bytes:
    """A PDF; the same pages give the same bytes.

    Raises:
        SettingsError: fpdf2 is not installed.
    """
    width, height = (side * POINT for side in SIZES[paper.size])
    made = document_of(width, height)
    made.set_title(" ".join(each.text for each in pages[0].text[:TITLE]) if pages else "")
    logging.getLogger("fpdf").setLevel(logging.ERROR)  # characters that its font lacks
    import matplotlib
    from fpdf.enums import TextMode

    made.add_font("text", fname=f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    for page in pages:
        made.add_page()
        made._out(_content(page, paper, ink, height))
        made.text_mode = TextMode.INVISIBLE
        for each in page.text:
            made.set_font("text", size=each.height * 1.8)
            made.set_stretching(100)  # of the word before
            natural = made.get_string_width(each.text)
            made.set_stretching(100 * each.width / max(natural, 1e-3))
            made.text(each.x, each.y, each.text + " ")  # so that it is not joined with the next word
        made.text_mode = TextMode.FILL
    return bytes(made.output())


def _content(page: Page, paper: Paper, ink: tuple[int, int, int], height: float) -> str:
    """The drawing of a page in the operators of PDF (ISO 32000-1, section 8.5)."""
    lines = ["q", f"{RULING[0]} {RULING[1]} {RULING[2]} RG 0.4 w"]
    lines += [f"{x:.1f} {height - y:.1f} m {to_x:.1f} {height - to_y:.1f} l S" for x, y, to_x, to_y in ruling(paper)]
    red, green, blue = (each / 255 for each in ink)
    lines.append(f"{red:.3g} {green:.3g} {blue:.3g} rg {red:.3g} {green:.3g} {blue:.3g} RG 1 J 1 j")
    lines += [_letter(each, height) for each in page.letters]
    unit = page.letters[0].scale if page.letters else paper.x_height * POINT
    lines.append(f"{PEN * unit:.2f} w")
    for stroke in page.strokes:
        points = [f"{x:.1f} {height - y:.1f}" for x, y in stroke]
        lines.append(" l ".join([f"{points[0]} m {points[1]}", *points[2:]]) + " l S")
    return "\n".join([*lines, "Q"])


def _letter(placed: Placed, height: float) -> str:
    """A letter in whole numbers of its own, which are short."""
    scale = placed.scale / FINE
    parts = [f"q {scale:.4f} 0 0 {scale:.4f} {placed.x:.2f} {height - placed.y:.2f} cm"]
    for outline in placed.glyph.outlines:
        points = [f"{x} {y}" for x, y in (outline * FINE).round().astype(int)]
        parts.append(f"{points[0]} m " + "".join(f"{each} l " for each in points[1:]) + "h")
    return " ".join([*parts, "f* Q"])
