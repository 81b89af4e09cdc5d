"""Frames of files to their places in an array: each file is read once for all of its clips."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np
from PIL import Image

from condgan.core.levels import Reading
from condgan.data.picture import Broken, Clip, Frame, Series, frames_in, name_of
from condgan.data.undecoded import Found, Undecoded, Unreadable


def by_file(pictures: Undecoded, chosen: Iterable[int]) -> list[list[int]]:
    """The places of some pictures, those together that are frames of one file: it is read once."""
    found: dict[Hashable, list[int]] = {}
    for index in chosen:
        picture = pictures[index]
        found.setdefault(picture.whole if isinstance(picture, Clip | Frame) else index, []).append(index)
    return [*found.values()]


def place_frames(
    pictures: Undecoded,
    indices: Sequence[int],
    images: np.ndarray,
    pixels: Callable[[Image.Image | np.ndarray], np.ndarray],
    reading: Reading,
) -> list[Unreadable]:
    """Decode clips, or frames, of one file into their places; those that cannot be read."""
    wanted: dict[int, list[tuple[int, int | None]]] = {}
    for place in indices:
        picture = pictures[place]
        assert isinstance(picture, Clip | Series | Frame), "others are read by themselves"
        numbers = picture.numbers if isinstance(picture, Clip | Series) else (picture.number,)
        for frame, number in enumerate(numbers):
            wanted.setdefault(number, []).append((place, None if isinstance(picture, Frame) else frame))
    order, first = sorted(wanted), pictures[indices[0]]
    assert isinstance(first, Clip | Series | Frame), "others are read by themselves"
    whole = Series(first.files, tuple(order)) if isinstance(first, Series) else Clip(first.whole, tuple(order))
    done = 0
    try:
        for number, image in zip(order, frames_in(whole, reading), strict=True):
            found = pixels(image)
            for place, position in wanted[number]:
                if position is None:
                    images[place] = found
                else:
                    images[place, :, position] = found
            done += 1
    except Broken as error:
        lost = sorted({place for number in order[done:] for place, _ in wanted[number]})
        return [Unreadable(place, name_of(pictures[place], place), str(error)) for place in lost]
    return []


def with_progress(steps: Iterable[Found], count: int) -> Iterable[Found]:
    """The same, with a bar where a person looks: clips take long."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(steps, "decoding clips", count, console=console, transient=True, disable=not console.is_terminal)
