"""When each frame of an animated file is shown: files hold a frame that lasts only once."""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image

from condgan.core.marked import marked

NEAR, MOST = 0.1, 4_096
"""By how much of the shortest time a frame may last longer than a whole number of these, or less; and most frames."""


class Timeline(NamedTuple):
    """An animated file as frames that all last as long."""

    places: tuple[int, ...]
    """Of each frame: which of the pictures in the file it shows."""
    rate: float
    """Frames a second; 0 where that is not known."""
    grey: bool = False
    """Whether condgan says that it is."""
    even: bool = True
    """Whether the pictures last whole numbers of the same time; else each counts as one frame."""


def timeline_of(image: Image.Image) -> Timeline:
    """The timeline of an opened file; all of it is decoded once."""
    count = getattr(image, "n_frames", 1)
    found = marked(image.info.get("xmp") or b"")
    lasting = []
    for place in range(count):
        image.seek(place)
        image.load()
        lasting.append(float(image.info.get("duration") or 0))
    if found is not None and found.milliseconds:
        times = [max(1, round(each / found.milliseconds)) for each in lasting] if count > 1 else [found.frames]
        if sum(times) == found.frames <= MOST:
            return Timeline(_repeated(times), 1000 / found.milliseconds, found.grey)
    shortest = min(lasting)
    if not shortest:
        return Timeline(tuple(range(count)), 0.0)
    times = [max(1, round(each / shortest)) for each in lasting]
    even = all(abs(each - n * shortest) <= NEAR * shortest for each, n in zip(lasting, times, strict=True))
    if not even or sum(times) > MOST:
        return Timeline(tuple(range(count)), 1000 * count / sum(lasting), even=False)
    return Timeline(_repeated(times), 1000 * sum(times) / sum(lasting))


def _repeated(times: list[int]) -> tuple[int, ...]:
    return tuple(place for place, n in enumerate(times) for _ in range(n))
