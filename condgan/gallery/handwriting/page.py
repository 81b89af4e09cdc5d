"""Lines on paper: where each letter stands on each page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from condgan.core.errors import SettingsError
from condgan.core.seeds import key
from condgan.gallery.handwriting.document import Block
from condgan.gallery.handwriting.glyph import Glyph
from condgan.gallery.handwriting.hand import Hand
from condgan.gallery.handwriting.layout import Breaks, Line, Word, lines_of, piece

POINT = 72 / 25.4
"""Points in a millimetre."""
SIZES = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4), "A5": (148.0, 210.0)}
"""Width and height in millimetres."""
LINE, PARAGRAPH, INDENT = 4.2, 0.5, 2.2
"""The distance of two lines; the space after a paragraph, in lines; and how far items of a list are moved to the right;
in heights of a small x."""
WAVES = 3
"""Waves that a line's sway consists of."""
PEN = 0.16
"""How wide a line is that is drawn."""


class Paper(NamedTuple):
    """What is written on."""

    size: str = "A4"
    ruling: Literal["plain", "ruled", "squared"] = "plain"
    margin: float = 22.0
    """In millimetres."""
    x_height: float = 2.1
    """How high a small x is, in millimetres."""


class Placed(NamedTuple):
    """A letter on a page."""

    glyph: Glyph
    x: float
    """Of its left end, in points from the left edge."""
    y: float
    """Of its line, in points from the upper edge."""
    scale: float
    """Points for the height of a small x."""


class Copied(NamedTuple):
    """Text that a reader copies, where it stands."""

    text: str
    x: float
    y: float
    width: float
    height: float


class Page(NamedTuple):
    """A page, in points."""

    letters: tuple[Placed, ...]
    strokes: tuple[Float[np.ndarray, "k 2"], ...]
    """Lines that are drawn, such as those under words, with as many points as they need to waver."""
    text: tuple[Copied, ...]


def pages_of(
    blocks: Sequence[tuple[Block, Sequence[Word]]],
    hand: Hand,
    paper: Paper,
    breaks: Breaks,
    hyphens: Iterator[tuple[Glyph, ...]],
) -> list[Page]:
    """Blocks of words on as many pages as they need.

    Args:
        blocks: each with its words in ink.
        hand: who writes.
        paper: what on.
        breaks: where words may be broken.
        hyphens: as many as are needed.

    Raises:
        SettingsError: the margins leave no room.
    """
    width, height = (side * POINT for side in SIZES[paper.size])
    margin, unit = paper.margin * POINT, paper.x_height * POINT * hand.size
    pitch = LINE * paper.x_height * POINT
    room = width - 2 * margin
    rows = int((height - 2 * margin) / pitch)
    if room < 12 * unit or rows < 2:
        raise SettingsError(
            "the margins leave no room",
            where=f"paper {paper.size}",
            do="give a larger paper, or a smaller margin or size",
        )
    top = margin + pitch
    pages: list[_Sheet] = [_Sheet()]
    row = 0.0
    number = 0
    for block, words in blocks:
        scale = unit * block.size
        indent = min(INDENT * unit * (block.level if block.kind == "item" else 0), room / 2)
        rise = block.size if block.size > 1.2 else 1.0
        if block.kind == "rule" and 0 < row <= rows - 1:  # between two pages it would say nothing
            pages[-1].stroke(hand, margin, margin + room, top + (row - 0.3) * pitch, unit, number)
            row, number = row + 1, number + 1
        for line in lines_of(words, lambda _: (room - indent) / scale, hand, breaks, hyphens):  # noqa: B023
            row += round(rise) - 1 if row else 0
            if row > rows - 1:
                pages.append(_Sheet())
                row = 0
            pages[-1].line(line, hand, margin + indent, top + row * pitch, scale, number)
            row, number = row + 1, number + 1
        if block.kind != "line" and row:
            row += 1 if paper.ruling != "plain" else PARAGRAPH
    return [each.page() for each in pages]


def numbered(pages: Sequence[Page], numbers: Sequence[Sequence[Glyph]], hand: Hand, paper: Paper) -> list[Page]:
    """Pages with their numbers, in ink, in the middle of the lower margin."""
    width, height = (side * POINT for side in SIZES[paper.size])
    scale = 0.9 * paper.x_height * POINT * hand.size
    found = []
    for place, (page, digits) in enumerate(zip(pages, numbers, strict=True)):
        made = piece(str(place + 1), digits, hand)
        sheet = _Sheet()
        line = Line((made,), (0.0,), (made.text,))
        sheet.line(line, hand, (width - made.width * scale) / 2, height - paper.margin * POINT / 2, scale, -1 - place)
        number = sheet.page()
        found.append(Page(page.letters + number.letters, page.strokes, page.text + number.text))
    return found


class _Sheet:
    """A page that is being written."""

    def __init__(self) -> None:
        self.letters: list[Placed] = []
        self.strokes: list[Float[np.ndarray, "k 2"]] = []
        self.text: list[Copied] = []

    def page(self) -> Page:
        return Page(tuple(self.letters), tuple(self.strokes), tuple(self.text))

    def line(self, line: Line, hand: Hand, x: float, y: float, scale: float, number: int) -> None:
        """Put a line of text down."""
        sway = _sway(hand, number, scale)
        for made, place, copied in zip(line.pieces, line.places, line.words, strict=True):
            start = x + place * scale
            for letter, offset in zip(made.letters, made.places, strict=True):
                here = start + offset * scale
                self.letters.append(Placed(letter, here, y - sway(here - x), scale))
            end = start + made.width * scale
            if made.underlined:
                x_of = np.linspace(start, end, 12)
                below = y + 0.35 * scale - np.array([sway(each - x) for each in x_of])
                self.strokes.append(np.stack([x_of, below], 1))
            if copied:
                self.text.append(Copied(copied, start, y, max(end - start, 1.0), scale))

    def stroke(self, hand: Hand, start: float, end: float, y: float, scale: float, number: int) -> None:
        """Draw a line across."""
        sway = _sway(hand, number, scale)
        at = np.linspace(start, end, 40)
        self.strokes.append(np.stack([at, y - np.array([sway(each - start) for each in at])], 1))


class _Sway(NamedTuple):
    """How a line goes up and down."""

    heights: Float[np.ndarray, " w"]
    lengths: Float[np.ndarray, " w"]
    phases: Float[np.ndarray, " w"]
    slope: float

    def __call__(self, x: float) -> float:
        return float((self.heights * np.sin(x / self.lengths + self.phases)).sum() + self.slope * x)


def _sway(hand: Hand, number: int, scale: float) -> _Sway:
    """Another for each line of a document."""
    chance = np.random.Generator(np.random.Philox(key=key("line", hand.seed, number)))
    heights = scale * hand.waver * chance.uniform(0.2, 1.0, WAVES)
    lengths = scale * chance.uniform(1.5, 14.0, WAVES)
    return _Sway(heights, lengths, chance.uniform(0, 2 * np.pi, WAVES), hand.slope * chance.uniform(0.5, 1.5))


def ruling(paper: Paper) -> list[tuple[float, float, float, float]]:
    """The lines that are printed on the paper: from x, y to x, y, in points."""
    width, height = (side * POINT for side in SIZES[paper.size])
    if paper.ruling == "plain":
        return []
    if paper.ruling == "squared":
        step = LINE * paper.x_height * POINT / 2
        across = [(0.0, y, width, y) for y in np.arange(step / 2, height, step)]
        down = [(x, 0.0, x, height) for x in np.arange(step / 2, width, step)]
        return [*across, *down]
    margin, pitch = paper.margin * POINT, LINE * paper.x_height * POINT
    rows = int((height - 2 * margin) / pitch)
    return [(0.0, margin + (row + 1) * pitch, width, margin + (row + 1) * pitch) for row in range(rows)]
