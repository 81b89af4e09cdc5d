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

from condgan.core.errors import DataError, said
from condgan.core.palette import MOST, Colour, Palette, boundaries, colours_of, spread_out
from condgan.data.class_lists import list_in as list_in
from condgan.data.class_lists import read_list
from condgan.data.decode import Fit, allocate, fitted, measure
from condgan.data.picture import Broken, Picture, name_of, opened
from condgan.data.undecoded import Undecoded

IDS = ("1", "P", "L", "I", "I;16")
"""Pillow's modes of images whose numbers may be ids."""
FEW = 40
"""Ids up to which grey values, or those of a palette, are taken for classes where no list says so."""
RAW = Palette(tuple(map(str, range(MOST))), spread_out(MOST))
"""For label maps of which only the ids are asked for."""


def are_layouts(pictures: Sequence[Picture], listed: Path | None) -> bool:
    """Whether most of some pictures may be label maps; or all of them are of the same two colours, as masks are."""
    return 2 * sum(is_layout(each, listed) for each in pictures) > len(pictures) or two_colours(pictures) is not None


def few_colours(pictures: Sequence[Picture]) -> bool:
    """Whether most of some pictures have few colours, as label maps have, and photos have not."""
    counted = 0
    for picture in pictures:
        try:
            image = opened(picture)
        except Broken:
            continue
        counted += image.width * image.height > 4 * FEW and image.convert("RGB").getcolors(FEW) is not None
    return 2 * counted > len(pictures)


def two_colours(pictures: Sequence[Picture]) -> tuple[Colour, Colour] | None:
    """The two colours, the darker first, where pictures have no other; ``None`` where they have."""
    seen: set[Colour] = set()
    for picture in pictures:
        if len(seen) > 2 or isinstance(picture, np.ndarray):
            return None
        try:
            counted = opened(picture).convert("RGB").getcolors(2)
        except Broken:
            continue  # the others have to say
        if counted is None:
            return None
        seen |= {colour for _, colour in counted}  # type: ignore[misc]
    dark, bright = sorted(seen, key=sum) if len(seen) == 2 else (None, None)
    return None if dark is None or bright is None else (dark, bright)


def is_layout(picture: Picture, listed: Path | None) -> bool:
    """Whether a picture may be a label map: a one-hot array, a few ids, or nothing but colours of the list."""
    array = array_of(picture)
    if array is not None:
        return _is_map(array)
    names, colours = read_list(listed) if listed else ((), None)
    try:
        image = opened(picture)
    except Broken:
        return True  # the others have to say
    if image.mode in IDS:
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
    two = None if _are_ids(pictures, len(names)) else two_colours(pictures)
    if two is not None and len(names) in (0, 2):
        known = colours is not None and set(two) <= set(colours)
        return Palette(names or ("class 0", "class 1"), colours if known and colours else two, by_colour=True)
    if two is None and not names and not _are_ids(pictures, 0):
        odd = next(place for place, picture in enumerate(pictures) if not _are_ids([picture], 0))
        raise DataError(
            "label maps with levels that are no ids",
            where=name_of(pictures[odd], odd),
            do="save masks without smoothing, in two colours or as ids; or name the classes in classes.txt",
        )
    if not names:
        count = max(_classes(picture, place) for place, picture in enumerate(pictures))
        names = tuple(f"class {index}" for index in range(count))
    if colours is None and array_of(pictures[0]) is None:
        with _naming(pictures[0], 0):
            colours = colours_of(opened(pictures[0]), len(names))
    grey = colours is not None and all(len(set(colour)) == 1 for colour in colours)
    return Palette(names, colours or spread_out(len(names)), by_colour=grey and not _are_ids(pictures, len(names)))


def _are_ids(pictures: Sequence[Picture], classes: int) -> bool:
    """Whether the numbers in pictures are ids of so many classes, or of few where it is not known how many."""
    most = classes or FEW
    for picture in pictures:
        if array_of(picture) is not None:
            return True
        try:
            image = opened(picture)
        except Broken:
            continue
        if image.mode == "1" and classes == 0:
            return True
        if image.mode == "1" or (image.mode in IDS and image.getextrema()[1] >= most):  # type: ignore[operator]
            return False
        if image.mode not in IDS:
            return False
    return True


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


def _is_map(array: np.ndarray) -> bool:
    """Whether an array is one of ids, or one-hot; else it is a picture."""
    if array.ndim == 2:
        return array.dtype == np.bool_ or (np.issubdtype(array.dtype, np.integer) and int(array.max(initial=0)) < FEW)
    return array.ndim == 3 and bool(np.isin(array, (0, 1)).all())


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
        image = opened(picture)
    return palette.ids(image, where)


def numbers(picture: Picture, place: int = 0) -> Int32[np.ndarray, "h w"]:
    """Ids of instances, of 32 bits: Cityscapes has 26,000; colours count as numbers.

    Raises:
        DataError: it cannot be read.
    """
    found = array_of(picture)
    if found is None:
        with _naming(picture, place):
            found = np.asarray(opened(picture))
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
        raise DataError("cannot read label map", where=picture, do=said(error)) from None


@contextmanager
def _naming(picture: Picture, place: int) -> Iterator[None]:
    try:
        yield
    except Broken as error:
        raise DataError(
            f"cannot read label map: {error}", where=name_of(picture, place), do="replace or remove it"
        ) from None
