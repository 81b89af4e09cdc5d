"""Image files of any kind, size and depth to one uint8 tensor."""

import io
import os
import struct
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from PIL import Image, ImageOps
from torch import Tensor

from condgan.core.batch import MODES
from condgan.core.errors import DataError

Found = TypeVar("Found")


class Half(NamedTuple):
    """One of two pictures that stand side by side in one file."""

    whole: Path | bytes
    right: bool


Picture = Path | bytes | np.ndarray | Half
Undecoded = Sequence[Picture] | np.ndarray
Fit = Literal["crop", "pad", "stretch"]

LONGEST_BY_DEFAULT = 64
"""Larger images are reduced to this unless a size is asked for: beyond it training takes more than minutes."""
MOST_PIXELS = 80_000_000
"""Pixels of one image, beyond which it is taken for a decompression bomb and refused."""
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # Pillow's begins above that
MEMORY_LIMIT = 1 << 30
"""Bytes of decoded images beyond which they are kept in a memory-mapped file."""

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""What is looked for in a file, whatever its name; Pillow alone would hand PostScript to an interpreter."""

ORIENTATION = 0x0112
"""The EXIF tag that says how a photo is turned; 5 to 8 are on their side."""
CHANNELS = {"1": 1, "L": 1, "I": 1, "I;16": 1, "I;16B": 1, "LA": 4, "PA": 4, "RGBA": 4, "RGBa": 4}


class Unreadable(NamedTuple):
    """A picture that cannot be decoded."""

    place: int
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


class Decoded(NamedTuple):
    """The pictures that could be read, in their order, and those that could not."""

    images: UInt8[Tensor, "n c h w"]
    kept: Int64[np.ndarray, " n"]
    """The index of each among all pictures."""
    sizes: Counter[tuple[int, ...]]
    """How many pictures there are of each height and width."""
    unreadable: tuple[Unreadable, ...] = ()


class Broken(Exception):
    """One picture cannot be read; the text is the reason."""


def decode(pictures: Undecoded, size: tuple[int, int] | None, channels: int | None, fit: Fit) -> Decoded:
    """Decode pictures to one shape, in threads; in memory, or memory-mapped where they are many.

    Raises:
        DataError: no picture can be read, or they differ in channels and none are asked for.
    """
    if isinstance(pictures, np.ndarray):
        whole = _channels_first(pictures)
        own = (whole.shape[2], whole.shape[3])
        if (size or default_size([own])) == own and channels in (None, whole.shape[1]):
            return Decoded(whole, np.arange(len(whole)), Counter({own: len(whole)}))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = list(pool.map(lambda index: attempt(_form, pictures, index), range(len(pictures))))
        forms = {index: form for index, form in enumerate(seen) if not isinstance(form, Unreadable)}
        if not forms:
            raise DataError("no image can be read", where=seen[0], do="are these images?")
        sizes: Counter[tuple[int, ...]] = Counter((form.height, form.width) for form in forms.values())
        count = channels or _common_channels(forms, pictures)
        height, width = size or default_size(list(sizes.elements()))
        images = allocate((len(pictures), count, height, width))

        def place(index: int) -> Unreadable | None:
            found = attempt(lambda one: _pixels(open_picture(one), (height, width), MODES[count], fit), pictures, index)
            if isinstance(found, Unreadable):
                return found
            images[index] = found
            return None

        broken = [each for each in (*seen, *pool.map(place, forms)) if isinstance(each, Unreadable)]
    kept = np.array(sorted(forms.keys() - {each.place for each in broken}), np.int64)
    for position, index in enumerate(kept):  # close the gaps in place: a memory map may be larger than memory
        if position != index:
            images[position] = images[index]
    return Decoded(torch.from_numpy(images[: len(kept)]), kept, sizes, tuple(sorted(broken)))


def attempt(do: Callable[[Picture], Found], pictures: Undecoded, index: int) -> Found | Unreadable:
    try:
        return do(pictures[index])
    except Broken as error:
        return Unreadable(index, name_of(pictures[index], index), str(error))


def measure(pictures: Undecoded) -> list[tuple[int, int] | None]:
    """Height and width of each, from its header alone; ``None`` of one that is no image."""

    def look(index: int) -> tuple[int, int] | None:
        found = attempt(_form, pictures, index)
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


def _channels_first(images: np.ndarray) -> UInt8[Tensor, "n c h w"]:
    """Arrays n,h,w[,c] of 8 or 16 bits to n,c,h,w of 8."""
    images = _eight_bits(images)
    images = images[:, None] if images.ndim == 3 else np.moveaxis(images, -1, 1)
    if images.shape[1] not in MODES:
        raise DataError(f"{images.shape[1]} channels", where="array of images", do="give 1, 3 or 4 channels, last")
    return torch.from_numpy(np.require(images, requirements=["C", "W"]))  # a file's bytes cannot be written to


def _eight_bits(pixels: np.ndarray) -> np.ndarray:
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * 255
    if pixels.dtype == np.uint16:  # 16 bits hold 257 times 8 bits: 65535 / 257 = 255
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise DataError(f"pixels of type {pixels.dtype}", where="array of images", do="give uint8 or uint16")
    return pixels


def allocate(shape: tuple[int, ...]) -> np.ndarray:
    if np.prod(shape, dtype=np.int64) <= MEMORY_LIMIT:
        return np.empty(shape, np.uint8)
    # an unlinked file: the system frees it with the last reference, whatever ends the process
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, np.uint8, "w+", shape=shape)


def name_of(picture: Picture, index: int) -> str:
    if isinstance(picture, Half):
        return name_of(picture.whole, index)
    return str(picture) if isinstance(picture, Path) else f"item {index}"


@contextmanager
def _reading() -> Iterator[None]:
    """Turn whatever a broken image makes Pillow raise into its reason."""
    try:
        yield
    except (OSError, ValueError, SyntaxError, TypeError, struct.error, Image.DecompressionBombError) as error:
        first = (str(error).splitlines() or [""])[0]
        raise Broken("not an image" if "cannot identify" in first else first or type(error).__name__) from None


def _file(picture: Path | bytes) -> Image.Image:
    return Image.open(picture if isinstance(picture, Path) else io.BytesIO(picture), formats=FORMATS)


def open_picture(picture: Picture) -> Image.Image:
    if isinstance(picture, np.ndarray):
        pixels = picture[..., 0] if picture.ndim == 3 and picture.shape[-1] == 1 else picture
        return Image.fromarray(_eight_bits(pixels))
    if isinstance(picture, Half):
        image = open_picture(picture.whole)
        middle, rest = divmod(image.width, 2)
        if rest:
            raise Broken(f"{image.width} pixels wide, no two pictures of one width side by side")
        return image.crop((middle, 0, image.width, image.height) if picture.right else (0, 0, middle, image.height))
    with (
        _reading(),
        _file(picture) as image,
    ):
        return ImageOps.exif_transpose(image)


def opened(picture: Picture | Image.Image | str, place: int = 0) -> Image.Image:
    """A picture, whatever holds it.

    Raises:
        DataError: it is none, or cannot be read.
    """
    if isinstance(picture, Image.Image):
        return picture
    picture = Path(picture) if isinstance(picture, str) else picture
    try:
        _form(picture)  # its header, before any of it is decoded
        return open_picture(picture)
    except Broken as error:
        raise DataError(
            f"cannot read image: {error}", where=name_of(picture, place), do="replace or remove it"
        ) from None


class _Form(NamedTuple):
    height: int
    width: int
    channels: int


def _form(picture: Picture) -> _Form:
    """Height, width and channels; of a file, its header alone is read."""
    if isinstance(picture, np.ndarray):
        return _Form(picture.shape[0], picture.shape[1], picture.shape[2] if picture.ndim == 3 else 1)
    if isinstance(picture, Half):
        height, width, channels = _form(picture.whole)
        return _Form(height, width // 2, channels)
    with (
        _reading(),
        _file(picture) as image,
    ):
        if image.mode == "F":
            raise ValueError("floating-point numbers; save it with 8 or 16 bits")
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"{image.width}×{image.height} pixels, more than {MOST_PIXELS:,}")
        turned = image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
        height, width = (image.width, image.height) if turned else (image.height, image.width)
        clear = "transparency" in image.info and image.mode in ("P", "RGB")
        return _Form(height, width, 4 if clear else CHANNELS.get(image.mode, 3))


def _common_channels(forms: Mapping[int, _Form], pictures: Undecoded) -> int:
    counts = Counter(form.channels for form in forms.values())
    (most, _), *others = counts.most_common()
    if others:
        odd = next(index for index, form in forms.items() if form.channels != most)
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
    return most


def _pixels(image: Image.Image, size: tuple[int, int], mode: str, fit: Fit) -> UInt8[np.ndarray, "c h w"]:
    pixels = np.asarray(fitted(levelled(image).convert(mode), size, fit, Image.Resampling.LANCZOS))
    return pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0)


def levelled(image: Image.Image) -> Image.Image:
    """An image of 16 bits in 8; any other as it is."""
    if not image.mode.startswith("I"):
        return image
    # Pillow reads some 16-bit files as 32-bit integers
    return Image.fromarray(_eight_bits(np.asarray(image).clip(0, 65535).astype(np.uint16)))


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
