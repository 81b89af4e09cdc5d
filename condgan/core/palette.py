"""Label maps: at each position the id of a class, and the colours in which people draw them."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image

from condgan.core.errors import DataError

Colour = tuple[int, int, int]
MOST = 256
"""Classes of a label map, at most: an id is one byte."""


class Palette(NamedTuple):
    """The classes of label maps, in the order of their ids."""

    names: tuple[str, ...]
    colours: tuple[Colour, ...]
    """Red, green and blue of each, 0 … 255."""
    by_colour: bool = False
    """Whether grey maps hold the colours of the classes, such as masks of 0 and 255, and not their ids."""

    def ids(self, image: Image.Image | np.ndarray, where: object) -> UInt8[np.ndarray, "h w"]:
        """The ids of a label map: of an index or palette image its values, of a colour image by the colours' order,
        of a one-hot array (h,w,k or k,h,w) its places.

        Raises:
            DataError: an id or a colour that is not in the list; not a label map at all.
        """
        if isinstance(image, Image.Image) and image.mode == "P" and self._draws(image):
            return self._of_colours(np.asarray(image.convert("RGB")), where)
        if isinstance(image, Image.Image) and self.by_colour and image.mode in ("1", "L"):
            return self._of_colours(np.asarray(image.convert("RGB")), where)
        pixels = image if isinstance(image, np.ndarray) else _values(image)
        drawn = isinstance(image, Image.Image) or (pixels.dtype == np.uint8 and pixels.max(initial=0) > 1)
        if pixels.ndim == 3 and pixels.shape[-1] in (3, 4) and drawn:
            return self._of_colours(pixels[..., :3], where)
        if pixels.ndim == 3:
            return self._of_one_hot(pixels, where)
        if pixels.ndim != 2 or not np.issubdtype(pixels.dtype, np.integer):
            raise DataError(
                f"no label map: {pixels.dtype} of shape {pixels.shape}",
                where=where,
                do="give one id a position, or one-hot arrays",
            )
        wrong = pixels[(pixels < 0) | (pixels >= len(self.names))]
        if wrong.size:
            raise DataError(
                f"id {wrong.max()} is out of range",
                where=where,
                do=f"ids must be 0 to {len(self.names) - 1}, one for each class; classes.txt names them, one a line",
            )
        return pixels.astype(np.uint8)

    def _draws(self, image: Image.Image) -> bool:
        """Whether all that an image with a palette shows are colours of classes: their order in it may be any."""
        return {colour for _, colour in image.convert("RGB").getcolors(MOST) or [(0, None)]} <= set(self.colours)

    def _of_colours(self, pixels: UInt8[np.ndarray, "h w 3"], where: object) -> UInt8[np.ndarray, "h w"]:
        known = _numbers(np.array(self.colours, np.uint8))
        order = known.argsort()
        numbers = _numbers(pixels)
        place = np.searchsorted(known[order], numbers).clip(max=len(known) - 1)
        unknown = known[order][place] != numbers
        if unknown.any():
            row, column = np.argwhere(unknown)[0]
            colour = tuple(pixels[row, column].tolist())
            raise DataError(
                f"colour {colour} is of no class",
                where=f"{where}, row {row}, column {column}",
                do="add it to classes.txt, a line 'red green blue name' for each class",
            )
        return order[place].astype(np.uint8)

    def _of_one_hot(self, pixels: np.ndarray, where: object) -> UInt8[np.ndarray, "h w"]:
        count = len(self.names)
        axis = 2 if pixels.shape[2] == count else 0
        if pixels.shape[axis] != count:
            raise DataError(
                f"a one-hot array of shape {pixels.shape}", where=where, do=f"give {count} channels, one for each class"
            )
        hot = pixels > 0
        if (hot.sum(axis) != 1).any():
            raise DataError("not one-hot", where=where, do="give one class at each position")
        return hot.argmax(axis).astype(np.uint8)

    def paint(self, ids: UInt8[np.ndarray, "*n h w"]) -> UInt8[np.ndarray, "*n h w 3"]:
        """The map in its colours."""
        return np.array(self.colours, np.uint8)[ids]

    def nearest(self, pixels: UInt8[np.ndarray, "*n h w 3"]) -> UInt8[np.ndarray, "*n h w"]:
        """The class whose colour is nearest to that of each position."""
        colours = np.array(self.colours, np.int64)
        # |p − c|² without its p²; in parts of an image, for the whole would be large
        flat = pixels.reshape(-1, 3).astype(np.int64)
        parts = [
            ((colours**2).sum(1) - 2 * part @ colours.T).argmin(1)
            for part in np.array_split(flat, -(-len(flat) // 65_536))
        ]
        return np.concatenate(parts).astype(np.uint8).reshape(pixels.shape[:-1])


def spread_out(count: int) -> tuple[Colour, ...]:
    """As many colours that are easy to tell apart."""
    hues = [colorsys.hsv_to_rgb(index * 0.618 % 1, 0.75, 1 - 0.35 * (index % 3) / 2) for index in range(count)]
    return tuple((round(255 * r), round(255 * g), round(255 * b)) for r, g, b in hues)


def colours_of(image: Image.Image, count: int) -> tuple[Colour, ...] | None:
    """The first colours of an image with a palette, where they differ; ``None`` of any other."""
    numbers = (image.getpalette("RGB") or [])[: 3 * count] if image.mode == "P" else []
    found = tuple((r, g, b) for r, g, b in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
    return found if len(set(found)) == count else None


def boundaries(instances: np.ndarray) -> Bool[np.ndarray, "h w"]:
    """Where an instance ends: positions whose neighbour, to the right or below, is of another (Wang et al. 2018,
    section 3.3)."""
    found = np.zeros(instances.shape, np.bool_)
    for axis in (0, 1):
        ours, theirs = ([slice(None)] * 2 for _ in range(2))
        ours[axis], theirs[axis] = slice(None, -1), slice(1, None)
        other = instances[tuple(ours)] != instances[tuple(theirs)]
        found[tuple(ours)] |= other
        found[tuple(theirs)] |= other
    return found


def parse(lines: Sequence[str], where: object) -> tuple[tuple[str, ...], tuple[Colour, ...] | None]:
    """Names and, where they stand there, colours of a list of classes: ``name``, ``r g b name`` or ``name r g b``.

    Raises:
        DataError: some lines have a colour and others none, or there are too many.
    """
    found = [_line(line.split()) for line in lines if line.strip() and not line.startswith("#")]
    names = tuple(name for name, _ in found)
    colours = tuple(colour for _, colour in found if colour is not None)
    if not 0 < len(names) <= MOST or len(set(names)) < len(names):
        raise DataError(f"{len(names)} classes, {len(set(names))} different ones", where=where, do=f"name 1 to {MOST}")
    if colours and (len(colours) < len(names) or len(set(colours)) < len(colours)):
        raise DataError("not a colour of its own for each class", where=where, do="give 'red green blue name' a line")
    return names, colours or None


def _line(words: list[str]) -> tuple[str, Colour | None]:
    for numbers, rest in ((words[:3], words[3:]), (words[-3:], words[:-3])):
        if rest and len(numbers) == 3 and all(each.isdecimal() and int(each) <= 255 for each in numbers):
            red, green, blue = map(int, numbers)
            return " ".join(rest), (red, green, blue)
    return " ".join(words), None


def _values(image: Image.Image) -> np.ndarray:
    if image.mode in ("P", "L", "I", "I;16", "1"):
        return np.asarray(image).astype(np.int64)
    return np.asarray(image.convert("RGB"))


def _numbers(colours: UInt8[np.ndarray, "*n 3"]) -> np.ndarray:
    """Each colour as one number."""
    red, green, blue = np.moveaxis(colours.astype(np.int64), -1, 0)
    return (red << 16) + (green << 8) + blue
