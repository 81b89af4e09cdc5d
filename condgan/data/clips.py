"""Clips: animated files, films, folders of frames, and arrays, cut to one number of frames."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from condgan.core.errors import DataError
from condgan.core.note import LEFT_OUT, READ, WRONG, Note, some
from condgan.data.archive import Member
from condgan.data.decode import Undecoded
from condgan.data.frames import Frames
from condgan.data.picture import Broken, Clip, Picture, Series, form_of, name_of, rate_of

LONGEST = 16
"""Frames of a clip, unless more are asked for: a step takes as many images."""
APART = 1.05
"""How many times faster than another a clip may be before that is told."""


class Cut(NamedTuple):
    """How clips are cut from what has frames."""

    length: int | None = None
    stride: int = 1
    rate: float | None = None


def items_of(images: Undecoded) -> list[list[int]]:
    """The places of the pictures of each item: an animated file is one by itself, and so are all single pictures of a
    folder, as numbered in their names."""
    if isinstance(images, np.ndarray):
        return [[place] for place in range(len(images))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = [*pool.map(_count, images)]
    items: dict[Any, list[int]] = {}
    for place, (image, count) in enumerate(zip(images, counts, strict=True)):
        alone = count != 1 or not isinstance(image, Path | Member)
        items.setdefault(place if alone else str(PurePosixPath(str(image)).parent), []).append(place)
    return [sorted(each, key=lambda place: in_order(name_of(images[place], place))) for each in items.values()]


def in_order(name: str) -> list[tuple[int, str]]:
    """A key by which ``frame10`` stands after ``frame9``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def together(images: Undecoded, items: Sequence[Sequence[int]]) -> Undecoded:
    """Each item as one: the animated file that it is, or a clip of all of its pictures."""
    if isinstance(images, np.ndarray):
        return images
    found: list[Picture] = []
    for places in items:
        files = tuple(images[place] for place in places)
        several = len(files) > 1 and all(isinstance(each, Path | Member | bytes) for each in files)
        found.append(Series(files, tuple(range(len(files)))) if several else files[0])  # type: ignore[arg-type]
    return found


def clips_of(images: Undecoded, cut: Cut, where: str) -> Frames:
    """Clips of one length, one after another in each item; what is left over and what is too short is left out.

    Args:
        images: animated files, or clips of files; or an array n,t,h,w[,c].
        cut: their length, by default as many frames as most items have, at most 16, and which frames are taken.
        where: the data's title, for messages.

    Raises:
        DataError: there is none, or their rate is not known where another one is asked for.
    """
    if isinstance(images, np.ndarray) and images.ndim < 4:
        raise DataError(f"images of shape {images.shape}, no clips", where=where, do="give n,t,h,w or n,t,h,w,c")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        array = isinstance(images, np.ndarray)
        counts = [images.shape[1]] * len(images) if isinstance(images, np.ndarray) else [*pool.map(_count, images)]
        rates = [0.0] * len(images) if array else [*pool.map(rate_of, images)]
    if max(counts) <= 1:
        raise DataError(
            f"no clips: all {len(images):,} are single pictures",
            where=where,
            do="give animated files, films, a folder of frames for each clip, or an array n,t,h,w; "
            "or set data.frames to first",
        )
    unknown = [place for place, (rate, count) in enumerate(zip(rates, counts, strict=True)) if count and not rate]
    if cut.rate is not None and unknown:
        raise DataError(
            "it is not known how many frames a second there are",
            where=f"{where}: {name_of(images[unknown[0]], unknown[0])}",
            do="leave data.rate out, and set data.stride to take every so many-th frame",
        )
    steps = [cut.stride if cut.rate is None else each / cut.rate for each in rates]
    taken = [_taken(count, step) if count else [] for count, step in zip(counts, steps, strict=True)]
    lengths = Counter(len(each) for each in taken if each)
    length = cut.length or min(LONGEST, max(lengths, key=lambda each: (lengths[each], each)))
    if length > max(lengths):
        raise DataError(
            f"no clip has {length} frames",
            where=where,
            do=f"set data.length to {max(lengths)} or less" + " or data.stride to less" * (cut.stride > 1),
        )
    # what cannot be read is told where it is decoded
    taken = [each or [*range(length)] for each in taken]
    parts = [[each[start : start + length] for start in range(0, len(each) - length + 1, length)] for each in taken]
    rows = np.repeat(np.arange(len(images)), [len(each) for each in parts])
    known = [rate for rate, count in zip(rates, counts, strict=True) if count]
    rate = float(cut.rate or np.median(known) / cut.stride)
    notes = tuple(_notes(images, taken, length, rates, steps))
    numbers = np.concatenate([np.arange(len(each)) for each in parts])
    found: Undecoded
    if isinstance(images, np.ndarray):  # all of its clips are alike
        found = images[:, np.array(parts[0])].reshape(-1, *images.shape[2:])
    else:
        found = [_part(images[row], part) for row, each in enumerate(parts) for part in each]
    return Frames(found, rows, numbers, rate, notes)


def _count(image: Picture) -> int:
    """Frames of a file or a clip; 0 where it cannot be read."""
    try:
        return len(image.numbers) if isinstance(image, Series) else form_of(image).frames
    except Broken:
        return 0


def _taken(count: int, step: float) -> list[int]:
    """The frames that are taken of so many."""
    places = [round(place * step) for place in range(int(count / step) + 1)]
    return [place for place in places if place < count]


def _part(image: Picture, numbers: Sequence[int]) -> Clip | Series:
    if isinstance(image, Series):
        return Series(image.files, tuple(image.numbers[number] for number in numbers))
    assert isinstance(image, Path | Member | bytes), "what is no file has one frame, and no clip has so few"
    return Clip(image, tuple(numbers))


def _notes(
    images: Undecoded, taken: Sequence[Sequence[int]], length: int, rates: Sequence[float], steps: Sequence[float]
) -> list[Note]:
    """What is to be told of how clips are cut."""
    notes = []
    counts = [len(each) for each in taken]
    if short := [place for place, count in enumerate(counts) if count < length]:
        names = some((f"{name_of(images[place], place)} ({counts[place]})" for place in short), 3)
        least = min(counts)
        do = f"; --data.length {least} takes all" if least > 1 else ""
        notes.append(Note("short", f"{len(short):,} clips of fewer than {length} frames: {names}{do}", LEFT_OUT))
    rest = sum(count % length for count in counts if count >= length)
    if rest:
        text = f"{rest:,} frames at the ends of clips that are no multiple of {length} frames long"
        notes.append(Note("rest", text, LEFT_OUT))
    longer = sum(count >= 2 * length for count in counts)
    if longer:
        text = f"{longer:,} of the clips are longer than {length} frames and are cut into several: data.length"
        notes.append(Note("cut", text, READ))
    if any(step < 1 for step in steps):
        text = "clips have fewer frames a second than data.rate asks for: some frames are there several times"
        notes.append(Note("rate", text, WRONG))
    known = [each for each in rates if each]
    if known and max(known) > APART * min(known) and steps == [steps[0]] * len(steps):
        text = f"clips have from {min(known):.3g} to {max(known):.3g} frames a second"
        notes.append(Note("rates", f"{text}; --data.rate {min(known):.3g} brings them to one", WRONG))
    return notes
