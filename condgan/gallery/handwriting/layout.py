"""Words and lines: letters set by their outlines, lines broken where words end or between syllables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from condgan.gallery.handwriting.document import Block, Run
from condgan.gallery.handwriting.glyph import BANDS, HIGHEST, LOWEST, Glyph
from condgan.gallery.handwriting.hand import Hand

NEIGHBOURS = 1
"""Letters may not come near each other at neighbouring heights, so many up and down."""
OVERLAP = 0.45
"""How far a letter may reach over the one before it, as a share of the narrower of both."""
DENSEST = 4
"""Characters in a length of the height of a small x, at most: no more of a word are looked at for a line."""
Letters = tuple[tuple[Glyph, ...], ...]
"""Of each character of a text the letters that are written for it, one or none or several."""
Breaks = Callable[[str], Sequence[int]]
"""From a word to where it may be broken, the last place first."""


class Word(NamedTuple):
    """A word that is to be set."""

    text: str
    letters: Letters
    underlined: bool = False


class Piece(NamedTuple):
    """A word, or a part of one, in ink: its letters and where each begins."""

    text: str
    letters: tuple[Glyph, ...]
    places: tuple[float, ...]
    underlined: bool

    @property
    def width(self) -> float:
        return max((place + letter.width for place, letter in zip(self.places, self.letters, strict=True)), default=0.0)


class Line(NamedTuple):
    """Pieces, and where each begins, in heights of a small x."""

    pieces: tuple[Piece, ...]
    places: tuple[float, ...]
    words: tuple[str, ...]
    """What a reader copies for each piece: a word that is broken is whole with its first part."""


def piece(text: str, letters: Sequence[Glyph], hand: Hand, underlined: bool = False) -> Piece:
    """A word of some letters, each as near to those before it as the hand sets them; what hangs below the line or
    stands out above a small x may reach to the left of its beginning."""
    places: list[float] = []
    for index, letter in enumerate(letters):
        if index:
            places.append(places[-1] + _step(letters[index - 1], letter, hand.letter_space))
        else:
            places.append(-_body(letter)[0])
    return Piece(text, tuple(letters), tuple(places), underlined)


def _step(before: Glyph, letter: Glyph, space: float) -> float:
    """From the beginning of one letter to that of the next: so that the least distance of their outlines, over all
    heights and those next to them, is the space. How far the one may reach over the other is limited."""
    right = _widened(before.right, np.maximum)
    near = np.isfinite(right) & np.isfinite(letter.left)
    (start, end), (next_start, next_end) = _body(before), _body(letter)
    least = end - next_start - OVERLAP * min(end - start, next_end - next_start)
    return max([least, *(right - letter.left)[near]]) + space


def _body(letter: Glyph) -> tuple[float, float]:
    """Where a letter begins and ends between the line and the height of a small x; where it has nothing there, where it
    begins and ends at all."""
    low, high = (round((each - LOWEST) / (HIGHEST - LOWEST) * BANDS) for each in (0.0, 1.0))
    there = np.isfinite(letter.left[low:high])
    if not there.any():
        return 0.0, letter.width
    return float(letter.left[low:high][there].min()), float(letter.right[low:high][there].max())


def _widened(side: np.ndarray, most: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    found = side
    for shift in range(1, NEIGHBOURS + 1):
        for way in (shift, -shift):
            moved = np.roll(side, way)
            moved[: max(way, 0)] = -np.inf
            if way < 0:
                moved[way:] = -np.inf
            found = most(found, moved)
    return found


def runs_of(block: Block) -> list[Run]:
    """The words of a block, each underlined or not; a word of which a part is, is."""
    found: list[tuple[str, bool]] = []
    open_word = False
    for run in (*([Run(block.marker + " ")] if block.marker else []), *block.runs):
        for place, part in enumerate(re.split(r"\s", run.text)):
            if place:
                open_word = False
            if not part.strip():
                continue
            if open_word:
                text, underlined = found.pop()
                found.append((text + part, underlined or run.underlined))
            else:
                found.append((part, run.underlined))
            open_word = True
    return [Run(*each) for each in found]


def lines_of(
    words: Sequence[Word],
    widths: Callable[[int], float],
    hand: Hand,
    breaks: Breaks,
    hyphens: Iterator[tuple[Glyph, ...]],
) -> Iterator[Line]:
    """Words in lines, as many in each as it has room for; a word that no line has room for is cut.

    Args:
        words: in their order.
        widths: of each line, by its number, in heights of a small x.
        hand: whose space between letters and words is kept.
        breaks: where words may be broken.
        hyphens: as many as are needed, each another; empty where none can be written.
    """
    todo = [(word, word.text) for word in reversed(words)]
    current = _Open()
    number = 0
    while todo:
        word, copied = todo.pop()
        most = DENSEST * max(2, round(widths(number)))
        begun = [letter for each in word.letters[:most] for letter in each]
        made = piece(word.text, begun, hand, word.underlined)
        room = widths(number) - current.end - (hand.word_space if current.pieces else 0.0)
        if made.width <= room and len(word.text) <= most:
            current.put(made, copied, hand)
            continue
        cut = _cut(word, most, made, room, hand, breaks, hyphens, bool(current.pieces))
        if cut is not None:
            first, rest = cut
            current.put(first, copied, hand)
            todo.append((rest, ""))
        elif current.pieces:
            todo.append((word, copied))
        else:  # a letter that is wider than the line
            current.put(made, copied, hand)
        yield current.line()
        current, number = _Open(), number + 1
    if current.pieces:
        yield current.line()


class _Open:
    """A line to which pieces are added."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.places: list[float] = []
        self.copied: list[str] = []
        self.end = 0.0

    def put(self, made: Piece, copied: str, hand: Hand) -> None:
        self.places.append(self.end + (hand.word_space if self.pieces else 0.0))
        self.pieces.append(made)
        self.copied.append(copied)
        self.end = self.places[-1] + made.width

    def line(self) -> Line:
        return Line(tuple(self.pieces), tuple(self.places), tuple(self.copied))


def _cut(
    word: Word,
    most: int,
    made: Piece,
    room: float,
    hand: Hand,
    breaks: Breaks,
    hyphens: Iterator[tuple[Glyph, ...]],
    more: bool,
) -> tuple[Piece, Word] | None:
    """As much of a word as there is room for, with a hyphen, and its rest; ``None``: it is better put on the next line.

    ``made``: the word in ink, or so many of its characters; ``more``: whether other words are on the line already, else
    the word is cut anywhere.
    """
    places = [place for place in breaks(word.text) if place <= most]
    if not more:
        places += range(min(len(word.text) - 1, most), 0, -1)
    # the right edge of the ink after each letter
    edges = np.maximum.accumulate([0.0, *(at + each.width for at, each in zip(made.places, made.letters, strict=True))])
    counts = np.cumsum([0, *(len(each) for each in word.letters[:most])])
    for place in places:
        if edges[counts[place]] > room:
            continue
        joined = word.text[place - 1] in "-/"
        hyphen = () if joined else next(hyphens)
        letters = [letter for each in word.letters[:place] for letter in each] + [*hyphen]
        first = piece(word.text[:place] + "-" * (not joined), letters, hand, word.underlined)
        if first.width <= room:
            return first, Word(word.text[place:], word.letters[place:], word.underlined)
    return None
