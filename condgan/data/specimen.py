"""The letters on forms that people have filled in by hand, and scanned or photographed."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from pydantic import PositiveInt
from scipy import ndimage

from condgan.core import specimen
from condgan.core.errors import DataError
from condgan.core.note import LEFT_OUT, READ, Note
from condgan.core.specimen import BASELINE, BOX, HOLE, MARKER, MARKERS, Cell
from condgan.data.base import Records, Source, existing, place
from condgan.data.columns import LABEL, Classes
from condgan.data.listing import listing
from condgan.data.picture import Broken, form_of, opened

MOST_LOOKED, SMALLEST = 3, 700
"""Pictures of a folder that are looked at to find out whether they are forms; and the shorter side of one, at least."""
SIDE = 1_400
"""The longer side of a page on which markers are looked for, in pixels."""
FILLED, SQUARE = 0.6, 1.6
"""Of a marker: the share of its box that is black, at least, and how much longer one side may be than the other."""
FINE = 8
"""Points in a millimetre at which letters are read."""
EMPTY, PALE = 0.0008, 0.15
"""How much ink is in a box on average, at least; and what is paler than this is paper."""
EDGE = 0.6
"""Millimetres at the edges of a box that are not read."""
ROOM, MOST = 0.94, 99.5
"""Share of the height of an image from the lowest of all letters to the highest, and how many of a hundred there is
room for: capitals with dots are few."""


class Sheet(NamedTuple):
    """A page as it was found."""

    grey: Float[np.ndarray, "h w"]
    """The paper is 1 everywhere, black 0."""
    matrix: Float[np.ndarray, "3 3"]
    """From millimetres on the form to pixels, in homogeneous coordinates x, y, 1."""
    page: int


class Specimen(Source):
    """Scans or photos of the form of ``condgan write --form``: an image for each letter that somebody wrote, all in one
    size and on one line."""

    kind: Literal["specimen"] = "specimen"
    path: str
    """A folder of pictures of filled-in pages."""
    characters: str = specimen.LETTERS + specimen.SIGNS + specimen.ACCENTED
    """Those of the form."""
    times: PositiveInt = 3
    """How often each stands on it."""
    side: PositiveInt = 48
    """Pixels of an image, which is square."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        if path is None or not path.is_dir():
            return None
        pictures = [each for each in sorted(path.iterdir()) if each.suffix.lower() in (".png", ".jpg", ".jpeg", ".tif")]
        looked = [each for each in pictures[:MOST_LOOKED] if _may_be_form(each)]
        return cls(path=str(path)) if looked and any(_is_form(each) for each in looked) else None

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        found = listing(existing(self.path))
        letters: list[tuple[str, Float[np.ndarray, "h w"]]] = []
        empty = 0
        for name in found.images:
            sheet = sheet_of(opened(found.at(name)), name)
            for cell in specimen.cells(self.characters, self.times):
                if cell.page == sheet.page:
                    ink = ink_in(sheet, cell)
                    if ink.mean() < EMPTY or ink.max() < 0.5:
                        empty += 1
                    else:
                        letters.append((cell.character, ink))
        if not letters:
            raise DataError("forms without a letter", where=self.path, do="fill them in with a dark pen")
        names = tuple(dict.fromkeys(character for character, _ in letters))
        ids = np.array([names.index(character) for character, _ in letters])
        notes = [Note("forms", f"{len(found.images)} filled-in pages, {len(letters):,} letters of {len(names)}", READ)]
        if empty:
            notes.append(Note("empty", f"{empty:,} empty boxes", LEFT_OUT))
        return Records(
            in_one_size([ink for _, ink in letters], self.side), {LABEL: Classes(ids, names)}, notes=(*notes,)
        )


def _may_be_form(picture: Path) -> bool:
    """Whether it is as large as a scanned page, and upright like one or on its side."""
    try:
        form = form_of(picture)
    except Broken:
        return False
    short, long = sorted((form.height, form.width))
    return short >= SMALLEST and 1.2 <= long / short <= 1.7


def _is_form(picture: Path) -> bool:
    try:
        sheet_of(opened(picture), picture.name)
    except (DataError, Broken, OSError):
        return False
    return True


def sheet_of(picture: Image.Image, name: str) -> Sheet:
    """A page in a picture of it, whichever way it is turned.

    Raises:
        DataError: the four black squares, or its number, are not found.
    """
    # printed guides are as light as the paper in one of the colours, which ink is in none
    grey = _flat(np.asarray(picture.convert("RGB"), np.float32).max(2) / 255)
    corners = _markers(grey)
    advice = "scan the whole page, flat, with its four black squares, and leave out pictures of anything else"
    if corners is None:
        raise DataError("no filled-in form: its four black squares are not found", where=name, do=advice)
    for turn in range(4):
        matrix = _homography(np.array(MARKERS), np.roll(corners, -turn, 0))
        hole = _darkness(grey, matrix, *MARKERS[0], HOLE / 2)
        around = [_darkness(grey, matrix, *middle, HOLE / 2) for middle in MARKERS[1:]]
        page = specimen.page_of(
            [
                _darkness(grey, matrix, *specimen.middle_of_bit(place), specimen.BIT / 2) > 0.5
                for place in range(specimen.BITS)
            ]
        )
        if hole < 0.4 and min(around) > 0.6 and page is not None:
            return Sheet(grey, matrix, page)
    raise DataError("no filled-in form: the number of its page is not found", where=name, do=advice)


def _flat(grey: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """A page in even light: divided by the paper, which is the lightest of what is near."""
    step = max(1, min(grey.shape) // 200)
    small = grey[: len(grey) // step * step, : grey.shape[1] // step * step]
    small = small.reshape(len(small) // step, step, -1, step).mean((1, 3))
    paper = ndimage.gaussian_filter(ndimage.maximum_filter(small, 15), 5)
    large = ndimage.zoom(paper, (grey.shape[0] / paper.shape[0], grey.shape[1] / paper.shape[1]), order=1)
    return np.clip(grey / np.maximum(large, 0.05), 0, 1)


def _markers(grey: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "4 2"] | None:
    """The middles x, y of the black squares, clockwise from the one nearest to the upper left corner of the picture."""
    step = max(1, round(max(grey.shape) / SIDE))
    small = grey[::step, ::step]
    parts, count = ndimage.label(small < 0.5)
    if not count:
        return None
    expected = MARKER / specimen.HEIGHT * max(small.shape)
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(parts), 1):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if not expected / 2.5 < min(height, width) <= max(height, width) < expected * 1.8:
            continue
        filled = (parts[rows, columns] == number).mean()
        if filled > FILLED and max(height, width) < SQUARE * min(height, width):
            found.append(((columns.start + columns.stop - 1) / 2, (rows.start + rows.stop - 1) / 2))
    if len(found) < 4:
        return None
    points = np.array(found)
    height, width = small.shape
    ends = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    chosen = [int(np.abs(points - end).sum(1).argmin()) for end in ends]
    return points[chosen] * step if len({*chosen}) == 4 else None


def _homography(millimetres: Float[np.ndarray, "4 2"], pixels: Float[np.ndarray, "4 2"]) -> Float[np.ndarray, "3 3"]:
    """The projective map that takes four points to four others."""
    rows = []
    for (x, y), (u, v) in zip(millimetres, pixels, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    found = np.linalg.lstsq(np.array(rows), pixels.reshape(-1), rcond=None)[0]
    return np.append(found, 1.0).reshape(3, 3)


def _read(
    grey: Float[np.ndarray, "h w"],
    matrix: Float[np.ndarray, "3 3"],
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " m"],
) -> Float[np.ndarray, "m n"]:
    """The page at a grid of points in millimetres; what lies outside is paper."""
    points = np.stack([*np.meshgrid(x, y), np.ones((len(y), len(x)))]).reshape(3, -1)
    u, v, w = matrix @ points
    return ndimage.map_coordinates(grey, [v / w, u / w], order=1, mode="constant", cval=1.0).reshape(len(y), len(x))


def _darkness(
    grey: Float[np.ndarray, "h w"], matrix: Float[np.ndarray, "3 3"], x: float, y: float, side: float
) -> float:
    """How dark a square is on average, from 0 to 1."""
    along = np.linspace(-side / 2, side / 2, 7)
    return 1 - float(_read(grey, matrix, x + along, y + along).mean())


def ink_in(sheet: Sheet, cell: Cell) -> Float[np.ndarray, "h w"]:
    """How much ink is where in a box, from 0 to 1; its edges are paper."""
    width, height = (round(side * FINE) for side in BOX)
    x, y = cell.x + (np.arange(width) + 0.5) / FINE, cell.y + (np.arange(height) + 0.5) / FINE
    ink = np.clip((1 - _read(sheet.grey, sheet.matrix, x, y) - PALE) / (0.75 - PALE), 0, 1)
    edge = round(EDGE * FINE)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
    return ink


def in_one_size(letters: list[Float[np.ndarray, "h w"]], side: int) -> UInt8[np.ndarray, "n side side"]:
    """Letters, black on white, each in the middle of its image from left to right, on one line and in one scale, which
    leaves room for nearly all."""
    rows = [np.flatnonzero((ink > 0.5).any(1)) for ink in letters]
    line = BASELINE * BOX[1] * FINE
    above = max(1.0, np.percentile([line - each[0] for each in rows], MOST))
    below = max(1.0, np.percentile([each[-1] + 1 - line for each in rows], MOST))
    unit = (above + below) / ROOM
    top = line - above - (unit - above - below) / 2
    found = []
    for ink in letters:
        columns = np.flatnonzero((ink > 0.5).any(0))
        left = (columns[0] + columns[-1] + 1 - unit) / 2
        box = (left, top, left + unit, top + unit)
        image = Image.fromarray((255 * ink).round().astype(np.uint8))
        padded = Image.new("L", (image.width * 3, image.height * 3))
        padded.paste(image, (image.width, image.height))
        shifted = tuple(float(each + move) for each, move in zip(box, itertools.cycle(image.size), strict=False))
        small = padded.resize((side, side), Image.Resampling.LANCZOS, box=shifted)  # type: ignore[arg-type]
        found.append(255 - np.asarray(small))
    return np.stack(found)
