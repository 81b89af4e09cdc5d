"""Films (MP4 and the like), by PyAV: ``pip install 'condgan[video]'``."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeGuard

from PIL import Image

from condgan.data.archive import Member, content
from condgan.data.suffixes import FILMS, suffix_of

Film = Path | Member


def is_film(picture: object) -> TypeGuard[Film]:
    """Whether it is a file called like a film."""
    return isinstance(picture, Path | Member) and suffix_of(str(picture)) in FILMS


def size_of(film: Film) -> tuple[int, int, int]:
    """Height and width, as it is shown, and how many frames it has."""
    return _size_of(film, _stamp(film))


def timeline_of(film: Film) -> tuple[int, float]:
    """How many frames there are, and how many a second."""
    with _opened(film) as (_, stream):
        rate = float(stream.average_rate or 0)
    return size_of(film)[2], rate


def frames_of(film: Film, numbers: Sequence[int]) -> Iterator[Image.Image]:
    """Some frames, in ascending order, turned upright; one may be there several times."""
    wanted = iter(numbers)
    number = next(wanted, None)
    with _opened(film) as (container, stream):
        for place, frame in enumerate(container.decode(stream)):
            if number == place:
                image = _upright(frame)
                while number == place:
                    yield image
                    number = next(wanted, None)
            if number is None:
                return


def _stamp(film: Film) -> tuple[int, int]:
    found = (film.archive if isinstance(film, Member) else film).stat()
    return found.st_size, found.st_mtime_ns


@lru_cache(1024)
def _size_of(film: Film, stamp: tuple[int, int]) -> tuple[int, int, int]:
    with _opened(film) as (container, stream):
        first = _upright(next(container.decode(stream)))
        count = stream.frames
    if not count:  # some containers do not say
        with _opened(film) as (container, stream):
            count = sum(1 for _ in container.decode(stream))
    return first.height, first.width, count


def _upright(frame: Any) -> Image.Image:
    image: Image.Image = frame.to_image()
    turn = getattr(frame, "rotation", 0)
    return image.rotate(turn, expand=True) if turn else image


@contextmanager
def _opened(film: Film) -> Iterator[tuple[Any, Any]]:
    import av

    source = str(film) if isinstance(film, Path) else io.BytesIO(content(film))
    with av.open(source) as container:
        if not container.streams.video:
            raise ValueError("a film without pictures")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        yield container, stream
