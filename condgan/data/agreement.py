"""What many pictures have in common: levels, channels, and whether anything shows through them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from condgan.core.batch import MODES
from condgan.core.errors import DataError
from condgan.core.levels import BYTE, Range, extremes, range_of
from condgan.core.note import LEFT_OUT, READ, Note
from condgan.data.picture import Form, Picture, frames_in, is_opaque, name_of
from condgan.data.undecoded import Undecoded, Unreadable, attempt


def levels_of(
    forms: Mapping[int, Form], pictures: Undecoded, asked: Range | None, pool: ThreadPoolExecutor
) -> tuple[Range, list[Note]]:
    """The range of levels: the one asked for, else that of all pictures of more than 8 bits together."""
    if asked is not None:
        return asked, of_levels(asked)
    deep = [index for index, form in forms.items() if form.deep]
    if not deep:
        return BYTE, []
    found = list(pool.map(lambda index: attempt(extremes_of, pictures, index), deep))
    known = [each for each in found if not isinstance(each, Unreadable)]
    if not known:
        return BYTE, []
    chosen = range_of(min(low for low, _ in known), max(high for _, high in known))
    if len(deep) < len(forms) and chosen != BYTE:
        odd = next(index for index in forms if index not in set(deep))
        raise DataError(
            f"{len(deep):,} images of more than 8 bits, {len(forms) - len(deep):,} of 8",
            where=f"{name_of(pictures[odd], odd)} has 8",
            do="convert them to one depth",
        )
    return chosen, of_levels(chosen)


def extremes_of(picture: Picture) -> Range:
    """The least and the greatest level of a picture, of all frames of a clip.

    Raises:
        Broken: it cannot be read.
    """
    found = [extremes(np.asarray(each)) for each in frames_in(picture)]
    return min(low for low, _ in found), max(high for _, high in found)


def of_levels(levels: Range) -> list[Note]:
    if levels == BYTE:
        return []
    low, high = levels
    return [Note("range", f"levels from {low:g} to {high:g} become 0 to 255; --data.range LOW-HIGH sets others", READ)]


def channels_of(
    forms: Mapping[int, Form], pictures: Undecoded, asked: int | None, background: str, pool: ThreadPoolExecutor
) -> tuple[int, list[Note]]:
    """How many channels the decoded pictures have, and what becomes of transparency."""
    clear = [index for index, form in forms.items() if form.alpha]
    if asked is not None:
        seen = bool(clear) and asked != 4 and not _all_opaque(clear, pictures, pool)
        text = f"what is transparent in {len(clear):,} images shows {background}: --data.background"
        return asked, [Note("transparency", text, READ)] if seen else []
    opaque = bool(clear) and _all_opaque(clear, pictures, pool)
    counts = Counter(4 if form.alpha and not opaque else form.channels for form in forms.values())
    (most, _), *others = counts.most_common()
    if others:
        odd = next(
            index for index, form in forms.items() if (4 if form.alpha and not opaque else form.channels) != most
        )
        raise DataError(
            f"images of mixed channels: {', '.join(f'{n} with {c}' for c, n in counts.most_common())}",
            where=name_of(pictures[odd], odd),
            do="choose with data.channels (1, 3 or 4) and all are converted",
        )
    if most not in MODES:
        first = next(iter(forms))
        raise DataError(
            f"images of {most} channels", where=name_of(pictures[first], first), do="give 1, 3 or 4 channels"
        )
    text = f"{len(clear):,} images have an alpha channel that hides nothing: it is left out"
    return most, [Note("opaque", text, READ)] if opaque else []


def _all_opaque(clear: Sequence[int], pictures: Undecoded, pool: ThreadPoolExecutor) -> bool:
    """Whether no picture shows anything through; most that do show it soon."""
    for part in np.array_split(np.array(clear), -(-len(clear) // 64)):
        found = pool.map(lambda index: attempt(is_opaque, pictures, int(index)), part)
        if not all(each is True or isinstance(each, Unreadable) for each in found):
            return False
    return True


def of_frames(forms: Iterable[Form]) -> list[Note]:
    counts = [form.frames for form in forms if form.frames > 1]
    if not counts:
        return []
    what = f"{sum(counts) - len(counts):,} further frames of {len(counts):,} animated or multi-page files"
    return [Note("frames", f"{what}; --data.frames all makes each an image", LEFT_OUT)]
