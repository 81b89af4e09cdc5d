"""Image files of any kind, size and depth to one uint8 tensor."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple, TypeVar

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from PIL import Image, ImageOps
from torch import Tensor

from condgan.core.batch import MODES
from condgan.core.errors import DataError
from condgan.core.levels import BYTE, Range, Reading, extremes, in_mode, range_of, to_bytes
from condgan.core.note import LEFT_OUT, READ, WRONG, Note
from condgan.data.picture import (
    Broken,
    Clip,
    Form,
    Frame,
    Picture,
    Series,
    form_of,
    frames_in,
    is_opaque,
    name_of,
    open_picture,
)

Found = TypeVar("Found")
Undecoded = Sequence[Picture] | np.ndarray
Fit = Literal["crop", "pad", "stretch"]

LONGEST_BY_DEFAULT = 64
"""Larger images are reduced to this unless a size is asked for: beyond it training takes more than minutes."""
MEMORY_LIMIT = 1 << 30
"""Bytes of decoded images beyond which they are kept in a memory-mapped file."""
PART = 1_000
"""Images of an array whose levels are looked at and changed at a time."""


class Unreadable(NamedTuple):
    """A picture that cannot be decoded."""

    place: int
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


class Decoded(NamedTuple):
    """The pictures that could be read, in their order, and those that could not."""

    images: UInt8[Tensor, "n c *space"]
    """Of clips frames stand before height and width."""
    kept: Int64[np.ndarray, " n"]
    """The index of each among all pictures."""
    sizes: Counter[tuple[int, ...]]
    """How many pictures there are of each height and width."""
    unreadable: tuple[Unreadable, ...] = ()
    reading: Reading = Reading()
    """How they were read."""
    notes: tuple[Note, ...] = ()
    """What people are to be told of it."""


def decode(
    pictures: Undecoded,
    size: tuple[int, int] | None,
    channels: int | None,
    fit: Fit,
    levels: Range | None = None,
    background: str = "white",
) -> Decoded:
    """Decode pictures to one shape, in threads; in memory, or memory-mapped where they are many.

    Args:
        pictures: files, bytes or arrays; or clips, of as many frames each.
        size: height and width; by default as they are, but at most 64.
        channels: 1, 3 or 4; by default as they are.
        fit: how a picture of another aspect is brought to the size.
        levels: those that become black and white; by default 0 to 255, and for pictures of more than 8 bits the
            range that the whole of them uses.
        background: the colour on which transparent pictures are laid where they lose their transparency.

    Raises:
        DataError: no picture can be read, or they differ in channels or depth and nothing says what to do.
    """
    if not isinstance(pictures, np.ndarray):
        return _decoded(pictures, size, channels, fit, levels, background)
    unknown = _of_unknown(pictures)
    pictures, levels = _array_of_bytes(pictures, levels)
    reading, notes = Reading(levels, background), (*_of_levels(levels), *unknown)
    whole = _channels_first(pictures)
    own = (whole.shape[2], whole.shape[3])
    if (size or default_size([own])) == own and channels in (None, whole.shape[1]):
        return Decoded(whole, np.arange(len(whole)), Counter({own: len(whole)}), (), reading, notes)
    found = _decoded(pictures, size, channels, fit, BYTE, background)  # they are in 8 bits now
    return found._replace(reading=reading, notes=(*notes, *found.notes))


def _decoded(
    pictures: Undecoded,
    size: tuple[int, int] | None,
    channels: int | None,
    fit: Fit,
    levels: Range | None,
    background: str,
) -> Decoded:
    """As ``decode``, each picture or clip by itself."""
    clips = [each for each in pictures if isinstance(each, Clip | Series)]
    frames = (len(clips[0].numbers),) if clips else ()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = list(pool.map(lambda index: attempt(form_of, pictures, index), range(len(pictures))))
        forms = {index: form for index, form in enumerate(seen) if not isinstance(form, Unreadable)}
        if not forms:
            raise DataError("no image can be read", where=seen[0], do="are these images?")
        sizes: Counter[tuple[int, ...]] = Counter((form.height, form.width) for form in forms.values())
        chosen, of_levels = _levels(forms, pictures, levels, pool)
        count, of_channels = _channels(forms, pictures, channels, background, pool)
        height, width = size or default_size(list(sizes.elements()))
        images = allocate((len(pictures), count, *frames, height, width))
        reading = Reading(chosen, background)

        def pixels(image: Image.Image | np.ndarray) -> np.ndarray:
            return _pixels(image, (height, width), MODES[count], fit, reading)

        def place(indices: Sequence[int]) -> list[Unreadable]:
            if len(indices) > 1 or frames:
                return _place_frames(pictures, indices, images, pixels, reading)
            found = attempt(lambda one: pixels(open_picture(one, reading)), pictures, indices[0])
            if isinstance(found, Unreadable):
                return [found]
            images[indices[0]] = found
            return []

        groups = _by_file(pictures, forms)
        decoded = pool.map(place, groups)
        followed = _with_progress(decoded, len(groups)) if frames else decoded
        broken = [each for each in seen if isinstance(each, Unreadable)] + [each for some in followed for each in some]
    kept = np.array(sorted(forms.keys() - {each.place for each in broken}), np.int64)
    for position, index in enumerate(kept):  # close the gaps in place: a memory map may be larger than memory
        if position != index:
            images[position] = images[index]
    notes = (*of_levels, *of_channels, *_of_frames(forms.values()))
    return Decoded(torch.from_numpy(images[: len(kept)]), kept, sizes, tuple(sorted(broken)), reading, notes)


def _by_file(pictures: Undecoded, chosen: Iterable[int]) -> list[list[int]]:
    """The places of some pictures, those together that are frames of one file: it is read once."""
    found: dict[Hashable, list[int]] = {}
    for index in chosen:
        picture = pictures[index]
        found.setdefault(picture.whole if isinstance(picture, Clip | Frame) else index, []).append(index)
    return [*found.values()]


def _place_frames(
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


def _with_progress(steps: Iterable[Found], count: int) -> Iterable[Found]:
    """The same, with a bar where a person looks: clips take long."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(steps, "decoding clips", count, console=console, transient=True, disable=not console.is_terminal)


def in_clips(found: Decoded, clips: int) -> Decoded:
    """Frames that were decoded one after another as so many clips."""
    frames = found.images.view(clips, -1, *found.images.shape[1:]).movedim(1, 2)
    images = allocate(tuple(frames.shape))
    np.copyto(images, frames.numpy())
    return found._replace(images=torch.from_numpy(images), kept=np.arange(clips))


def attempt(do: Callable[[Picture], Found], pictures: Undecoded, index: int) -> Found | Unreadable:
    try:
        return do(pictures[index])
    except Broken as error:
        return Unreadable(index, name_of(pictures[index], index), str(error))


def measure(pictures: Undecoded) -> list[tuple[int, int] | None]:
    """Height and width of each, from its header alone; ``None`` of one that is no image."""

    def look(index: int) -> tuple[int, int] | None:
        found = attempt(form_of, pictures, index)
        return None if isinstance(found, Unreadable) else (found.height, found.width)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(look, range(len(pictures))))


def default_size(sizes: Sequence[tuple[int, ...]]) -> tuple[int, int]:
    """Height and width that fit images of the given sizes: their own, else a square of the median's shorter side."""
    if len(set(sizes)) == 1:
        height, width = sizes[0]
    else:
        height = width = int(np.median([min(size) for size in sizes]))
    shrink = min(1.0, LONGEST_BY_DEFAULT / max(height, width))
    return max(1, round(height * shrink)), max(1, round(width * shrink))


def _array_of_bytes(images: np.ndarray, levels: Range | None) -> tuple[UInt8[np.ndarray, ...], Range]:
    """An array of images in 8 bits, and the range of its levels; a part at a time, for it may be large."""
    if not (np.issubdtype(images.dtype, np.number) or images.dtype == np.bool_) or np.iscomplexobj(images):
        raise DataError(f"pixels of type {images.dtype}", where="array of images", do="give numbers, such as uint8")
    if levels is None:
        levels = BYTE if images.dtype in (np.uint8, np.bool_) else _levels_of_array(images)
    if images.dtype == np.uint8 and levels == BYTE:
        return images, levels
    found = allocate(images.shape)
    for start in range(0, len(images), PART):
        found[start : start + PART] = to_bytes(images[start : start + PART], levels)
    return found, levels


def _levels_of_array(images: np.ndarray) -> Range:
    parts = [extremes(images[start : start + PART]) for start in range(0, len(images), PART)]
    return range_of(min(low for low, _ in parts), max(high for _, high in parts))


def _of_unknown(images: np.ndarray) -> list[Note]:
    """Whether an array has pixels that are no numbers."""
    if not np.issubdtype(images.dtype, np.inexact):
        return []
    parts = [images[start : start + PART] for start in range(0, len(images), PART)]
    count = sum(int((~np.isfinite(part)).any(tuple(range(1, part.ndim))).sum()) for part in parts)
    text = f"{count:,} images have pixels that are no numbers: NaN is read as black, infinity as black or white"
    return [Note("not-finite", text, WRONG)] if count else []


def _channels_first(images: UInt8[np.ndarray, ...]) -> UInt8[Tensor, "n c h w"]:
    """Arrays n,h,w[,c] to n,c,h,w."""
    images = images[:, None] if images.ndim == 3 else np.moveaxis(images, -1, 1)
    if images.shape[1] not in MODES:
        raise DataError(f"{images.shape[1]} channels", where="array of images", do="give 1, 3 or 4 channels, last")
    return torch.from_numpy(np.require(images, requirements=["C", "W"]))  # a file's bytes cannot be written to


def allocate(shape: tuple[int, ...]) -> np.ndarray:
    if np.prod(shape, dtype=np.int64) <= MEMORY_LIMIT:
        return np.empty(shape, np.uint8)
    # an unlinked file: the system frees it with the last reference, whatever ends the process
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, np.uint8, "w+", shape=shape)


def _levels(
    forms: Mapping[int, Form], pictures: Undecoded, asked: Range | None, pool: ThreadPoolExecutor
) -> tuple[Range, list[Note]]:
    """The range of levels: the one asked for, else that of all pictures of more than 8 bits together."""
    if asked is not None:
        return asked, _of_levels(asked)
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
    return chosen, _of_levels(chosen)


def extremes_of(picture: Picture) -> Range:
    """The least and the greatest level of a picture, of all frames of a clip.

    Raises:
        Broken: it cannot be read.
    """
    found = [extremes(np.asarray(each)) for each in frames_in(picture)]
    return min(low for low, _ in found), max(high for _, high in found)


def _of_levels(levels: Range) -> list[Note]:
    if levels == BYTE:
        return []
    low, high = levels
    return [Note("range", f"levels from {low:g} to {high:g} become 0 to 255; --data.range LOW-HIGH sets others", READ)]


def _channels(
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


def _of_frames(forms: Iterable[Form]) -> list[Note]:
    counts = [form.frames for form in forms if form.frames > 1]
    if not counts:
        return []
    what = f"{sum(counts) - len(counts):,} further frames of {len(counts):,} animated or multi-page files"
    return [Note("frames", f"{what}; --data.frames all makes each an image", LEFT_OUT)]


def _pixels(
    image: Image.Image | np.ndarray, size: tuple[int, int], mode: str, fit: Fit, reading: Reading
) -> UInt8[np.ndarray, "c h w"]:
    if isinstance(image, np.ndarray):  # its levels are in 8 bits
        image, reading = Image.fromarray(image), Reading(BYTE, reading.background)
    pixels = np.asarray(fitted(in_mode(image, mode, reading), size, fit, Image.Resampling.LANCZOS))
    return pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)


def fitted(image: Image.Image, size: tuple[int, int], fit: Fit, resample: Image.Resampling) -> Image.Image:
    """An image brought to height and width."""
    target = (size[1], size[0])
    if image.size == target:
        return image
    match fit:
        case "crop":
            return ImageOps.fit(image, target, resample)
        case "pad":
            return ImageOps.pad(image, target, resample)
        case "stretch":
            return image.resize(target, resample)
