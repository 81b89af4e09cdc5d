"""Label maps of any kind to ids: index and palette PNG, colour images with a list of colours, one-hot arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int32, UInt8
from PIL import Image
from torch import Tensor

from condgan.core.bounds import read_text
from condgan.core.errors import DataError
from condgan.core.palette import MOST, Palette, boundaries, colours_of, parse, spread_out
from condgan.data.decode import Broken, Fit, Picture, Undecoded, allocate, fitted, measure, name_of, open_picture

LISTS = ("classes.txt", "labels.txt", "label_colors.txt")
"""Files of class names, one a line, with or without a colour."""
FEW = 40
"""Ids up to which grey values, or those of a palette, are taken for classes where no list says so."""
RAW = Palette(tuple(map(str, range(MOST))), spread_out(MOST))
"""For label maps of which only the ids are asked for."""


def list_in(folder: Path) -> Path | None:
    """The list of classes of a folder, or of the one that it lies in."""
    return next((home / name for home in (folder, folder.parent) for name in LISTS if (home / name).is_file()), None)


def is_layout(picture: Picture, listed: Path | None) -> bool:
    """Whether a picture may be a label map: a one-hot array, a few ids, or nothing but colours of the list."""
    if array_of(picture) is not None:
        return True
    names, colours = read_list(listed) if listed else ((), None)
    try:
        image = open_picture(picture)
    except Broken:
        return True  # the others have to say
    if image.mode in ("1", "P", "L", "I", "I;16"):
        values = np.asarray(image)
        # where there is a list, a map with an id that is not in it is to be told of, not taken for a photo
        return len(np.unique(values)) <= max(FEW, len(names)) if names else int(values.max()) < FEW
    if colours is None:
        return False
    try:
        Palette(names, colours).ids(image, "")
    except DataError:
        return False
    return True


def palette_of(pictures: Sequence[Picture], listed: Path | None) -> Palette:
    """The classes of label maps, by their list where there is one, else by the ids in them.

    Raises:
        DataError: colours without a list that says what they mean, or none can be read.
    """
    names, colours = read_list(listed) if listed else ((), None)
    if not names:
        count = max(_classes(picture, place) for place, picture in enumerate(pictures))
        names = tuple(f"class {index}" for index in range(count))
    if colours is None and array_of(pictures[0]) is None:
        with _naming(pictures[0], 0):
            colours = colours_of(open_picture(pictures[0]), len(names))
    return Palette(names, colours or spread_out(len(names)))


def read_list(file: Path) -> tuple[tuple[str, ...], tuple[tuple[int, int, int], ...] | None]:
    """Names and, where given, colours.

    Raises:
        DataError: it cannot be read, or is no list of classes.
    """
    try:
        return parse(read_text(file).splitlines(), file)
    except (OSError, ValueError) as error:
        raise DataError("cannot read the list of classes", where=file, do=str(error)) from None


def decode_ids(pictures: Undecoded, palette: Palette, size: tuple[int, int], fit: Fit) -> UInt8[Tensor, "n 1 h w"]:
    """Label maps as ids, at one size.

    Raises:
        DataError: a map cannot be read, or an id or a colour is of no class; with the file's name.
    """
    return _placed(pictures, 1, size, lambda picture, index: _fitted(_ids(picture, palette, index), size, fit)[None])


def decode_coloured(pictures: Undecoded, palette: Palette, size: tuple[int, int], fit: Fit) -> UInt8[Tensor, "n 3 h w"]:
    """Label maps as images in the colours of their classes, at one size.

    Raises:
        DataError: as ``decode_ids``.
    """

    def coloured(picture: Picture, index: int) -> np.ndarray:
        return np.moveaxis(palette.paint(_fitted(_ids(picture, palette, index), size, fit)), -1, 0)

    return _placed(pictures, 3, size, coloured)


def decode_boundaries(pictures: Undecoded, size: tuple[int, int], fit: Fit) -> UInt8[Tensor, "n 1 h w"]:
    """Of maps of instances, where an instance ends, at one size.

    Raises:
        DataError: a map cannot be read; with the file's name.
    """
    return _placed(
        pictures, 1, size, lambda picture, index: boundaries(_fitted(numbers(picture, index), size, fit))[None]
    )


def _placed(
    pictures: Undecoded, channels: int, size: tuple[int, int], read: Callable[[Picture, int], np.ndarray]
) -> UInt8[Tensor, "n k h w"]:
    """What ``read`` makes of each picture, in threads."""
    found = allocate((len(pictures), channels, *size))

    def place(index: int) -> None:
        found[index] = read(pictures[index], index)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(place, range(len(pictures))))
    return torch.from_numpy(found)


def _fitted(ids: np.ndarray, size: tuple[int, int], fit: Fit) -> np.ndarray:
    """Ids at another size, none of them mixed with its neighbours."""
    return np.asarray(fitted(Image.fromarray(ids), size, fit, Image.Resampling.NEAREST))


def extents(pictures: Undecoded) -> list[tuple[int, int] | None]:
    """Height and width of pictures and label maps; ``None`` of what cannot be read."""
    arrays = [array_of(picture) for picture in pictures]
    return [seen if array is None else _extent(array) for array, seen in zip(arrays, measure(pictures), strict=True)]


def _extent(array: np.ndarray) -> tuple[int, int] | None:
    """Of ids, or of one-hot channels, which are first or last and fewer than positions."""
    if array.ndim == 2:
        return array.shape[0], array.shape[1]
    first = array.ndim == 3 and array.shape[0] < array.shape[2]
    return None if array.ndim != 3 else (array.shape[1], array.shape[2]) if first else (array.shape[0], array.shape[1])


def _classes(picture: Picture, place: int) -> int:
    """How many classes a label map tells of."""
    array = array_of(picture)
    if array is not None and array.ndim == 3:
        return min(array.shape[0], array.shape[2])
    return 1 + int(_ids(picture, RAW, place).max())


def _ids(picture: Picture, palette: Palette, place: int) -> UInt8[np.ndarray, "h w"]:
    where = name_of(picture, place)
    array = array_of(picture)
    if array is not None:
        return palette.ids(array, where)
    with _naming(picture, place):
        image = open_picture(picture)
    return palette.ids(image, where)


def numbers(picture: Picture, place: int = 0) -> Int32[np.ndarray, "h w"]:
    """Ids of instances, of 32 bits: Cityscapes has 26,000; colours count as numbers.

    Raises:
        DataError: it cannot be read.
    """
    found = array_of(picture)
    if found is None:
        with _naming(picture, place):
            found = np.asarray(open_picture(picture))
    found = found.astype(np.int32)
    if found.ndim == 3:
        found = found[..., :3] @ np.array([1 << 16, 1 << 8, 1], np.int32)[-min(3, found.shape[2]) :]
    return found.astype(np.int32)


def array_of(picture: Picture) -> np.ndarray | None:
    """An array, or a file of one."""
    if isinstance(picture, np.ndarray):
        return picture
    if not isinstance(picture, Path) or picture.suffix != ".npy":
        return None
    try:
        return np.load(picture, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError("cannot read label map", where=picture, do=str(error).splitlines()[0]) from None


@contextmanager
def _naming(picture: Picture, place: int) -> Iterator[None]:
    try:
        yield
    except Broken as error:
        raise DataError(
            f"cannot read label map: {error}", where=name_of(picture, place), do="replace or remove it"
        ) from None
