"""The form that people fill in with their own letters: where everything is on it, in millimetres on A4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SIGNS = ".,:;!?'\"-+=@#%&()/"
ACCENTED = "äöüÄÖÜßàâçéèêëîïôùûñáíóúåæøÅÆØ"
WIDTH, HEIGHT = 210.0, 297.0
MARKERS = ((13.0, 13.0), (197.0, 13.0), (197.0, 284.0), (13.0, 284.0))
"""The middles of the black squares, from the upper left one clockwise. The first has a hole."""
MARKER, HOLE = 6.0, 2.4
"""Their sides, and that of the hole."""
BITS, BIT = 6, 3.0
"""Of the page's number: black squares in a row below the upper edge, and their sides; the last makes their number
even."""
COLUMNS, ROWS = 10, 14
LEFT, TOP = 13.0, 24.0
"""Of the table."""
CELL = (18.4, 18.0)
BOX = (16.0, 13.0)
"""Width and height of what is written in: at the lower edge of a cell, in its middle."""
BASELINE = 0.64
"""Share of a box above the line that is printed in it."""


class Cell(NamedTuple):
    """A place for one letter."""

    character: str
    page: int
    x: float
    """Of the left edge of its box."""
    y: float
    """Of the upper edge of its box."""


def cells(characters: str, times: int) -> Iterator[Cell]:
    """The places of a form for some characters, each so many times, one beside the other."""
    for place, character in enumerate(each for each in characters for _ in range(times)):
        page, rest = divmod(place, COLUMNS * ROWS)
        row, column = divmod(rest, COLUMNS)
        x = LEFT + column * CELL[0] + (CELL[0] - BOX[0]) / 2
        yield Cell(character, page, x, TOP + (row + 1) * CELL[1] - BOX[1])


def bits_of(page: int) -> list[bool]:
    """Which of the squares of a page's number are black."""
    found = [bool(page + 1 >> place & 1) for place in range(BITS - 1)]
    return [*found, sum(found) % 2 == 1]


def page_of(bits: list[bool]) -> int | None:
    """The inverse of ``bits_of``; ``None`` where they are of no page."""
    number = sum(bit << place for place, bit in enumerate(bits[:-1])) - 1
    return number if number >= 0 and bits_of(number) == bits else None


def middle_of_bit(place: int) -> tuple[float, float]:
    """Where a square of the page's number is."""
    return 24.0 + 5.0 * place, MARKERS[0][1]
