"""Clips: animated files, films, folders of frames, and arrays, cut to one number of frames."""

from __future__ import annotations

import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from condgan.core.batch import Several, Values
from condgan.core.errors import DataError
from condgan.core.note import LEFT_OUT, READ, WRONG, Note, some
from condgan.data.archive import Member
from condgan.data.frames import Frames
from condgan.data.kept import timelines
from condgan.data.picture import Broken, Clip, Picture, Series, name_of, timeline
from condgan.data.timeline import Timeline
from condgan.data.undecoded import Undecoded

LONGEST = 16
"""Frames of a clip, unless more are asked for: a step takes as many images."""
APART = 1.05
"""How many times faster than another a clip may be before that is told."""
CHANNELS = (1, 3, 4)


class Cut(NamedTuple):
    """How clips are cut from what has frames."""

    length: int | None = None
    stride: int = 1
    rate: float | None = None


class Items(NamedTuple):
    """What has frames, and which pictures it is made of."""

    images: Undecoded
    """Animated files and films; series of single pictures; or an array n,t,h,w[,c]."""
    places: list[list[int]]
    """The pictures of each."""
    notes: tuple[Note, ...] = ()


def items_of(images: Undecoded) -> Items:
    """An animated file or a film is one by itself, and so are all single pictures of a folder, in the order of the
    numbers in their names; those beside animated files are no frames, and are left out."""
    if isinstance(images, np.ndarray):
        return Items(images, [[place] for place in range(len(images))])
    lines = _timelines(images)
    folders: dict[str, list[int]] = defaultdict(list)
    found: list[list[int]] = []
    animated: set[str] = set()
    for place, (image, line) in enumerate(zip(images, lines, strict=True)):
        if not isinstance(image, Path | Member):
            found.append([place])
            continue
        home = str(PurePosixPath(str(image)).parent)
        if line is None or len(line.places) == 1:
            folders[home].append(place)
        else:
            animated.add(home)
            found.append([place])
    single = [place for home, places in folders.items() if home in animated for place in places]
    broken = [place for place in single if lines[place] is None]
    found += [[place] for place in broken]  # what cannot be read is told where it is decoded
    loose = [place for place in single if lines[place] is not None]
    gaps = []
    for home, places in folders.items():
        if home not in animated:
            found.append(sorted(places, key=lambda place: in_order(name_of(images[place], place))))
            gaps += gap_in([name_of(images[place], place) for place in found[-1]])
    found.sort(key=lambda places: min(places))
    notes = []
    if gaps:
        notes.append(Note("gaps", f"folders in which numbers of frames are missing: {some(gaps)}", WRONG))
    if loose:
        text = f"{len(loose):,} single pictures beside animated files, the first {name_of(images[loose[0]], loose[0])}"
        notes.append(Note("single", text, LEFT_OUT))
    return Items([_together(images, places) for places in found], found, tuple(notes))


def require_same(values: Values, items: Items, name: str, where: str) -> None:
    """Refuse pictures of one folder that say different things: they are no frames of one clip.

    Raises:
        DataError: with the first of them.
    """
    for place, places in enumerate(items.places):
        if not _same(values, places):
            raise DataError(
                f"{len(places):,} single pictures differ in {name}: they are no frames of one clip",
                where=f"{where}: {name_of(items.images[place], place)}",
                do="put the frames of each clip into a folder of its own, or set data.frames to first",
            )


def _same(values: Values, places: Sequence[int]) -> bool:
    assert not isinstance(values, Several), "what a source reads is one value an item"
    if not isinstance(values, Tensor):
        return all(values[place] == values[places[0]] for place in places)
    found = values[torch.tensor(places)]
    return bool(((found == found[:1]) | (found.isnan() & found[:1].isnan())).all())


def _together(images: Sequence[Picture], places: Sequence[int]) -> Picture:
    if len(places) == 1:
        return images[places[0]]
    files = tuple(image for place in places if isinstance(image := images[place], Path | Member))
    return Series(files, tuple(range(len(files))))


def in_order(name: str) -> list[tuple[int, str]]:
    """A key by which ``frame10`` stands after ``frame9``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def gap_in(names: Sequence[str]) -> list[str]:
    """Between which two of some names, in their order, numbers are missing: the first place; none where there is none,
    or where the names have no numbers."""
    found = [re.findall(r"\d+", PurePosixPath(name).name) for name in names]
    if len(found) < 3 or not all(found):
        return []
    numbers = [int(each[-1]) for each in found]
    steps = [after - before for before, after in pairwise(numbers)]
    usual = min(steps)
    if usual < 1:  # numbers that say something else
        return []
    at = next((at for at, step in enumerate(steps) if step >= 2 * usual), None)
    return [] if at is None else [f"{names[at]} to {PurePosixPath(names[at + 1]).name}"]


def clips_of(images: Undecoded, cut: Cut, where: str, rate: float = 0.0) -> Frames:
    """Clips of one length, one after another in each item; what is left over and what is too short is left out.

    Args:
        images: animated files, films and series of pictures; or an array n,t,h,w[,c].
        cut: their length, by default as many frames as most items have, at most 16, and which frames are taken.
        where: the data's title, for messages.
        rate: frames a second of an array; 0: not known.

    Raises:
        DataError: there is none, or their rate is not known where another one is asked for.
    """
    lines = _of_array(images, where, rate) if isinstance(images, np.ndarray) else _timelines(images)
    known = [line for line in lines if line is not None]
    counts = [len(line.places) for line in known]
    if max(counts, default=0) == 1:
        raise DataError(
            f"no clips: all {len(images):,} are single pictures",
            where=where,
            do="give animated files, films, a folder of frames for each clip, or an array n,t,h,w; "
            "or set data.frames to first",
        )
    unknown = [place for place, line in enumerate(lines) if line is not None and not line.rate]
    if cut.rate is not None and unknown:
        raise DataError(
            "it is not known how many frames a second there are",
            where=f"{where}: {name_of(images[unknown[0]], unknown[0])}",
            do="leave data.rate out, and set data.stride to take every so many-th frame",
        )
    taken = [None if line is None else _taken(len(line.places), _step(line, cut)) for line in lines]
    lengths = [len(each) for each in taken if each is not None]
    usual = Counter(min(LONGEST, each) for each in lengths if each > 1)
    length = cut.length or max(usual, key=lambda each: (usual[each], each), default=2)
    if lengths and length > max(lengths):
        raise DataError(
            f"no clip has {length} frames",
            where=where,
            do=f"set data.length to {max(lengths)} or less" + " or data.stride to less" * (cut.stride > 1),
        )
    # what cannot be read is one clip, so that it is told where it is decoded
    parts = [
        [tuple(range(length))] if each is None or line is None else _parts(line, each, length)
        for each, line in zip(taken, lines, strict=True)
    ]
    rows = np.repeat(np.arange(len(images)), [len(each) for each in parts])
    numbers = np.concatenate([np.arange(len(each)) for each in parts])
    notes = tuple(_notes(images, lines, taken, length, cut))
    usual_rate = float(cut.rate or np.median([line.rate for line in known] or [0.0]) / cut.stride)
    found: Undecoded
    if isinstance(images, np.ndarray):  # all of its clips are alike
        found = images[:, np.array(parts[0], np.int64).reshape(-1, length)].reshape(-1, *images.shape[2:])
    else:
        found = [
            _part(images[row], part, line)
            for row, (each, line) in enumerate(zip(parts, lines, strict=True))
            for part in each
        ]
    return Frames(found, rows, numbers, usual_rate, notes)


def _timelines(images: Sequence[Picture]) -> list[Timeline | None]:
    """Of each file or series; ``None`` of one that cannot be read."""

    def all_of() -> list[Timeline | None]:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return [*pool.map(_timeline, images)]

    return timelines(images, all_of)


def _timeline(image: Picture) -> Timeline | None:
    if isinstance(image, Series):
        return Timeline(image.numbers, 0.0)
    try:
        return timeline(image)
    except Broken:
        return None


def _of_array(images: np.ndarray, where: str, rate: float) -> list[Timeline | None]:
    if images.ndim < 4 or (images.ndim == 4 and images.shape[-1] in CHANNELS):
        raise DataError(
            f"images of shape {images.shape}, no clips",
            where=where,
            do="give n,t,h,w or n,t,h,w,c; or set data.frames to first",
        )
    return [Timeline(tuple(range(images.shape[1])), rate)] * len(images)


def _step(line: Timeline, cut: Cut) -> float:
    return cut.stride if cut.rate is None else line.rate / cut.rate


def _taken(count: int, step: float) -> list[int]:
    """The frames that are taken of so many."""
    places = [math.floor(place * step + 1e-6) for place in range(int(count / step) + 2)]
    return [place for place in places if place < count]


def _parts(line: Timeline, taken: Sequence[int], length: int) -> list[tuple[int, ...]]:
    """The pictures in the file of each clip."""
    return [
        tuple(line.places[place] for place in taken[start : start + length])
        for start in range(0, len(taken) - length + 1, length)
    ]


def _part(image: Picture, numbers: tuple[int, ...], line: Timeline | None) -> Clip | Series:
    if isinstance(image, Series):
        return Series(image.files, numbers)
    assert isinstance(image, Path | Member | bytes), "what is no file has one frame, and no clip has so few"
    return Clip(image, numbers, line is not None and line.grey)


def _notes(
    images: Undecoded,
    lines: Sequence[Timeline | None],
    taken: Sequence[Sequence[int] | None],
    length: int,
    cut: Cut,
) -> list[Note]:
    """What is to be told of how clips are cut."""
    notes = []
    counts = {place: len(each) for place, each in enumerate(taken) if each is not None}
    if short := [place for place, count in counts.items() if count < length]:
        names = some((f"{name_of(images[place], place)} ({counts[place]})" for place in short), 3)
        least = min(counts.values())
        do = f"; --data.length {least} takes all" if least > 1 else ""
        notes.append(Note("short", f"{len(short):,} clips of fewer than {length} frames: {names}{do}", LEFT_OUT))
    rest = sum(count % length for count in counts.values() if count >= length)
    if rest:
        text = f"{rest:,} frames at the ends of clips that are no multiple of {length} frames long"
        notes.append(Note("rest", text, LEFT_OUT))
    longer = sum(count >= 2 * length for count in counts.values())
    if longer:
        text = f"{longer:,} of the clips are longer than {length} frames and are cut into several: data.length"
        notes.append(Note("cut", text, READ))
    known = [line for line in lines if line is not None]
    if uneven := sum(not line.even for line in known):
        text = f"{uneven:,} clips whose frames are shown for different times: each counts as one frame"
        notes.append(Note("uneven-frames", text, WRONG))
    if cut.rate is not None and any(_step(line, cut) < 1 / APART for line in known):
        text = "clips have fewer frames a second than data.rate asks for: some frames are there several times"
        notes.append(Note("rate", text, WRONG))
    rates = [line.rate for line in known if line.rate]
    if cut.rate is None and rates and max(rates) > APART * min(rates):
        do = f"; --data.rate {math.floor(min(rates) * 100) / 100:g} brings them to one"
        possible = len(rates) == len(known) and cut.stride == 1
        text = f"clips have from {min(rates):.3g} to {max(rates):.3g} frames a second{do * possible}"
        notes.append(Note("rates", text, WRONG))
    return notes
