"""Image files of any kind, size and depth to one uint8 tensor."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from PIL import Image, ImageOps
from torch import Tensor

from condgan.core.batch import MODES
from condgan.core.errors import DataError
from condgan.core.levels import BYTE, Range, Reading, extremes, in_mode, range_of, to_bytes
from condgan.core.note import WRONG, Note
from condgan.data.agreement import channels_of, levels_of, of_frames, of_levels
from condgan.data.picture import Clip, Series, form_of, open_picture
from condgan.data.placing import by_file, place_frames, with_progress
from condgan.data.undecoded import Undecoded, Unreadable, attempt

Fit = Literal["crop", "pad", "stretch"]

LONGEST_BY_DEFAULT = 64
"""Larger images are reduced to this unless a size is asked for: beyond it training takes more than minutes."""
MEMORY_LIMIT = 1 << 30
"""Bytes of decoded images beyond which they are kept in a memory-mapped file."""
PART = 1_000
"""Images of an array whose levels are looked at and changed at a time."""


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
    reading, notes = Reading(levels, background), (*of_levels(levels), *unknown)
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
        chosen, of_levels = levels_of(forms, pictures, levels, pool)
        count, of_channels = channels_of(forms, pictures, channels, background, pool)
        height, width = size or default_size(list(sizes.elements()))
        images = allocate((len(pictures), count, *frames, height, width))
        reading = Reading(chosen, background)

        def pixels(image: Image.Image | np.ndarray) -> np.ndarray:
            return _pixels(image, (height, width), MODES[count], fit, reading)

        def place(indices: Sequence[int]) -> list[Unreadable]:
            if len(indices) > 1 or frames:
                return place_frames(pictures, indices, images, pixels, reading)
            found = attempt(lambda one: pixels(open_picture(one, reading)), pictures, indices[0])
            if isinstance(found, Unreadable):
                return [found]
            images[indices[0]] = found
            return []

        groups = by_file(pictures, forms)
        decoded = pool.map(place, groups)
        followed = with_progress(decoded, len(groups)) if frames else decoded
        broken = [each for each in seen if isinstance(each, Unreadable)] + [each for some in followed for each in some]
    kept = np.array(sorted(forms.keys() - {each.place for each in broken}), np.int64)
    for position, index in enumerate(kept):  # close the gaps in place: a memory map may be larger than memory
        if position != index:
            images[position] = images[index]
    notes = (*of_levels, *of_channels, *of_frames(forms.values()))
    return Decoded(torch.from_numpy(images[: len(kept)]), kept, sizes, tuple(sorted(broken)), reading, notes)


def in_clips(found: Decoded, clips: int) -> Decoded:
    """Frames that were decoded one after another as so many clips."""
    frames = found.images.view(clips, -1, *found.images.shape[1:]).movedim(1, 2)
    images = allocate(tuple(frames.shape))
    np.copyto(images, frames.numpy())
    return found._replace(images=torch.from_numpy(images), kept=np.arange(clips))


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
