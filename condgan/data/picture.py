"""One picture, wherever it lies: a file, a part or a frame of one, a file in an archive, bytes, or an array."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from condgan.core.errors import DataError
from condgan.core.levels import BYTE, Reading, extremes, has_alpha, is_deep, range_of, to_bytes
from condgan.data import film
from condgan.data.archive import Member, content
from condgan.data.film import is_film
from condgan.data.suffixes import ARRAY, formats, suffix_of
from condgan.data.timeline import Timeline, timeline_of


class Half(NamedTuple):
    """One of two pictures that stand side by side in one file."""

    whole: Path | Member | bytes
    right: bool


class Frame(NamedTuple):
    """One picture of an animated file, or of one of several pages."""

    whole: Path | Member | bytes
    number: int


class Clip(NamedTuple):
    """Some frames, in their order, of an animated file or a film."""

    whole: Path | Member | bytes
    numbers: tuple[int, ...]
    """Ascending; one may be there several times."""
    grey: bool = False
    """Whether it is, though the file stores colours."""

    @property
    def first(self) -> Frame:
        """Its first frame."""
        return Frame(self.whole, self.numbers[0])


class Series(NamedTuple):
    """Some frames, in their order, of several files each of which is a frame."""

    files: tuple[Path | Member | bytes, ...]
    numbers: tuple[int, ...]

    @property
    def first(self) -> Path | Member | bytes:
        """Its first frame."""
        return self.files[self.numbers[0]]


Picture = Path | Member | bytes | np.ndarray | Half | Frame | Clip | Series

MOST_PIXELS = 80_000_000
"""Pixels of one image, beyond which it is taken for a decompression bomb and refused."""
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # Pillow's begins above that

ORIENTATION = 0x0112
"""The EXIF tag that says how a photo is turned; 5 to 8 are on their side."""
GREY = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")
SEVERAL = ("GIF", "WEBP", "TIFF", "PNG", "AVIF")
"""Formats that hold several pictures of one kind; others hold previews."""


class Broken(Exception):
    """One picture cannot be read; the text is the reason."""


class Form(NamedTuple):
    """What the header of a picture says."""

    height: int
    width: int
    channels: int
    """1 or 3, without that of transparency."""
    alpha: bool = False
    """Whether it says of each position how transparent it is."""
    deep: bool = False
    """Whether its levels have more than 8 bits."""
    frames: int = 1


def name_of(picture: Picture, index: int) -> str:
    """The name of a picture for people: its file's, else its place."""
    if isinstance(picture, Half | Frame | Clip):
        return name_of(picture.whole, index)
    if isinstance(picture, Series):
        return str(Path(name_of(picture.first, index)).parent)
    return str(picture) if isinstance(picture, Path | Member) else f"item {index}"


def form_of(picture: Picture) -> Form:
    """What the header says; of a file nothing else is read, of an array all.

    Raises:
        Broken: it is no picture, or too large.
    """
    if isinstance(picture, Half):
        whole = form_of(picture.whole)
        return whole._replace(width=whole.width // 2)
    if isinstance(picture, Frame):
        return form_of(picture.whole)._replace(frames=1)
    if isinstance(picture, Clip | Series):
        form = form_of(picture.first)._replace(frames=1)
        return form._replace(channels=1) if isinstance(picture, Clip) and picture.grey else form
    if is_film(picture):
        with _reading():
            height, width, frames = film.size_of(picture)
            return Form(height, width, 3, frames=frames)
    array = array_of(picture)
    if array is not None:
        height, width, channels = (*array.shape, 1)[:3]
        return Form(height, width, min(channels, 3) if channels in (1, 3, 4) else channels, channels == 4, _deep(array))
    with (
        _reading(),
        _file(picture) as image,
    ):
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"{image.width}×{image.height} pixels, more than {MOST_PIXELS:,}")
        deep = is_deep(image.mode) or _is_deep_colour(image)  # before its data are read, as its EXIF may make them
        # of a TIFF the size in the header is that after it was turned
        on_its_side = image.format != "TIFF" and image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
        height, width = (image.width, image.height) if on_its_side else (image.height, image.width)
        frames = getattr(image, "n_frames", 1) if image.format in SEVERAL else 1
        channels = 1 if image.mode in GREY else 3
        return Form(height, width, channels, has_alpha(image), deep, frames)


def open_picture(picture: Picture, reading: Reading | None = None) -> Image.Image | np.ndarray:
    """A picture, turned upright. Arrays of more than 8 bits are brought to 8 where it is said how.

    Raises:
        Broken: it cannot be read.
    """
    if isinstance(picture, Half):
        image = opened(picture.whole)
        middle, rest = divmod(image.width, 2)
        if rest:
            raise Broken(f"{image.width} pixels wide, no two pictures of one width side by side")
        return image.crop((middle, 0, image.width, image.height) if picture.right else (0, 0, middle, image.height))
    if isinstance(picture, Clip | Series | Frame) or is_film(picture):
        return next(frames_in(picture, reading))
    array = array_of(picture)
    if array is not None:
        array = array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array
        return array if reading is None else to_bytes(array, reading.levels)
    with _reading(), _file(picture) as image:
        if _is_deep_colour(image):
            deep = _deep_colour(picture, image)
            return deep if reading is None else to_bytes(deep, reading.levels)
        return ImageOps.exif_transpose(image)


def frames_in(picture: Picture, reading: Reading | None = None) -> Iterator[Image.Image | np.ndarray]:
    """The frames of a clip, else the picture; as ``open_picture`` has them.

    Raises:
        Broken: one cannot be read, or is not there.
    """
    if isinstance(picture, Series):
        for number in picture.numbers:
            try:
                yield open_picture(picture.files[number], reading)
            except Broken as error:
                raise Broken(f"{Path(name_of(picture.files[number], number)).name}: {error}") from None
    elif isinstance(picture, Clip):
        yield from _frames(picture.whole, picture.numbers)
    elif isinstance(picture, Frame):
        yield from _frames(picture.whole, (picture.number,))
    elif is_film(picture):
        yield from _frames(picture, (0,))
    else:
        yield open_picture(picture, reading)


def _frames(whole: Path | Member | bytes, numbers: tuple[int, ...]) -> Iterator[Image.Image]:
    """Some frames of an animated file or a film."""
    if is_film(whole):
        count = 0
        with _reading():
            for frame in film.frames_of(whole, numbers):
                yield frame
                count += 1
        if count < len(numbers):
            raise Broken(f"frame {numbers[count]} is missing")
        return
    with _reading(), _file(whole) as image:
        for number in numbers:
            image.seek(number)
            yield ImageOps.exif_transpose(image)


def timeline(picture: Picture) -> Timeline:
    """When the frames of a file are shown; all of an animated file is decoded once.

    Raises:
        Broken: it cannot be read.
    """
    with _reading():
        if is_film(picture):
            count, rate = film.timeline_of(picture)
            return Timeline(tuple(range(count)), rate)
        if not isinstance(picture, Path | Member | bytes) or (form_of(picture).frames == 1 and not _is_webp(picture)):
            return Timeline((0,), 0.0)
        with _file(picture) as image:
            return timeline_of(image)


def _is_webp(picture: Path | Member | bytes) -> bool:
    """Whether a file may be one of condgan's own clips in which nothing moves."""
    return isinstance(picture, bytes) or suffix_of(str(picture)) == ".webp"


def _is_deep_colour(image: Image.Image) -> bool:
    """Whether a PNG in colour has 16 bits a channel, of which Pillow would keep the upper 8."""
    return image.format == "PNG" and any(
        str(each[3]).endswith(";16B") for each in getattr(image, "tile", []) if image.mode != "I;16"
    )


def _deep_colour(picture: Path | Member | bytes | np.ndarray, image: Image.Image) -> np.ndarray:
    """A PNG in colour with all its 16 bits."""
    from kornia_rs import io as rust

    assert not isinstance(picture, np.ndarray), "arrays are no files"
    whole = picture if isinstance(picture, bytes) else content(picture) if isinstance(picture, Member) else None
    whole = picture.read_bytes() if whole is None and isinstance(picture, Path) else whole
    if (
        image.mode not in ("RGB", "RGBA")
        or not hasattr(rust, "decode_image_png_u16")
        or "LA" in str(getattr(image, "tile", ""))
    ):
        raise ValueError("grey with alpha of 16 bits; save it with 8 bits, or without alpha")
    return np.asarray(rust.decode_image_png_u16(whole, (image.height, image.width), image.mode.lower()))


def opened(picture: Picture) -> Image.Image:
    """A picture as Pillow has it; of an array its own range of levels is taken.

    Raises:
        Broken: it cannot be read.
    """
    found = open_picture(picture)
    if isinstance(found, Image.Image):
        return found
    return Image.fromarray(to_bytes(found, range_of(*extremes(found)) if _deep(found) else BYTE))


def loaded(picture: Picture | Image.Image | str, place: int = 0) -> Image.Image:
    """A picture, whatever holds it.

    Raises:
        DataError: it is none, or cannot be read.
    """
    if isinstance(picture, Image.Image):
        return picture
    picture = Path(picture) if isinstance(picture, str) else picture
    try:
        form_of(picture)  # its header, before any of it is decoded
        return opened(picture)
    except Broken as error:
        raise DataError(
            f"cannot read image: {error}", where=name_of(picture, place), do="replace or remove it"
        ) from None


def is_opaque(picture: Picture) -> bool:
    """Whether nothing can be seen through a picture that has an alpha channel, or through any frame of a clip.

    Raises:
        Broken: it cannot be read.
    """
    if isinstance(picture, Clip | Series):
        return all(_is_opaque(each) for each in frames_in(picture) if isinstance(each, Image.Image))
    return _is_opaque(opened(picture))


def _is_opaque(image: Image.Image) -> bool:
    return image.convert("RGBA").getchannel("A").getextrema()[0] == 255


def frames_of(picture: Picture) -> int:
    """How many pictures a file holds; one where it cannot be read."""
    try:
        return form_of(picture).frames
    except Broken:
        return 1


def array_of(picture: Picture) -> np.ndarray | None:
    """An array, or a file of one (h,w or h,w,c; channels first are put last); ``None`` of any other picture.

    Raises:
        Broken: it is no array of a picture.
    """
    if isinstance(picture, np.ndarray):
        return picture
    if not isinstance(picture, Path | Member) or suffix_of(str(picture)) != ARRAY:
        return None
    with _reading():
        if isinstance(picture, Member):
            found = np.load(io.BytesIO(content(picture)), allow_pickle=False)
        else:
            found = np.load(picture, allow_pickle=False)
    if (not np.issubdtype(found.dtype, np.number) and found.dtype != np.bool_) or np.iscomplexobj(found):
        raise Broken(f"an array of {found.dtype}")
    if found.ndim == 3 and found.shape[0] in (1, 3, 4) and found.shape[-1] not in (1, 3, 4):
        found = np.moveaxis(found, 0, -1)
    odd = found.ndim == 3 and found.shape[-1] not in (1, 3, 4)
    if found.ndim not in (2, 3) or odd or not found.size or found.shape[0] * found.shape[1] > MOST_PIXELS:
        raise Broken(f"an array of shape {found.shape}")
    return found


def _deep(array: np.ndarray) -> bool:
    return array.dtype not in (np.uint8, np.bool_)


@contextmanager
def _reading() -> Iterator[None]:
    """Turn whatever a broken image makes Pillow raise into its reason."""
    try:
        yield
    except Broken:
        raise
    except Exception as error:  # decoders raise of any kind: each means that the file is damaged
        first = (str(error).splitlines() or [""])[0]
        raise Broken("not an image" if "cannot identify" in first else first or type(error).__name__) from None


def _file(picture: Path | Member | bytes | np.ndarray) -> Image.Image:
    """An image file, of which the header is read."""
    assert not isinstance(picture, np.ndarray), "arrays are no files"
    if isinstance(picture, Path):
        return Image.open(picture, formats=formats(picture.name))
    whole = content(picture) if isinstance(picture, Member) else picture
    return Image.open(io.BytesIO(whole), formats=formats(picture.name if isinstance(picture, Member) else ""))
