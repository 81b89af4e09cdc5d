"""Many images as one picture."""

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

from condgan.core.errors import SettingsError
from condgan.gallery.captions import write

SMALLEST = 56
"""Images smaller than this are enlarged by a whole factor, so that people can see them."""
MOST = 4096
"""Images in one picture, at most."""
PAPER, INK = "white", "#333333"


class Placed(NamedTuple):
    """An image on a sheet, and where its upper left corner is."""

    pixels: UInt8[np.ndarray, "h w c"]
    x: int
    y: int


class Words(NamedTuple):
    """A text on a sheet, the upper left corner of it, and how wide it may be."""

    text: str
    x: int
    y: int
    room: int


class Sheet(NamedTuple):
    """Images and words where they stand, in pixels; to be drawn as a picture or as a PDF."""

    width: int
    height: int
    scale: int
    """By how much images are enlarged."""
    images: tuple[Placed, ...]
    words: tuple[Words, ...]


def sheet(
    images: UInt8[np.ndarray, "n h w c"],
    columns: int | None = None,
    names: Sequence[str] | None = None,
    lines: Sequence[str] = (),
) -> Sheet:
    """Images in rows of ``columns`` (default: about as many as rows), with their names.

    Where each column holds one name throughout, the names stand above the columns; else below each image.

    Args:
        images: n,h,w,c with 1, 3 or 4 channels.
        columns: images in a row.
        names: one for each image, empty where it has none.
        lines: one for each row, to stand above it.

    Raises:
        SettingsError: there are no images, or too many.
    """
    if not 0 < len(images) <= MOST:
        raise SettingsError(
            f"cannot show {len(images)} images in one picture", do=f"ask for 1 to {MOST}, or for arrays"
        )
    columns = columns or int(np.ceil(np.sqrt(len(images))))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height, width = images.shape[1:3]
    scale = max(1, -(-SMALLEST // max(height, width)))
    names = list(names or [])
    heads = names[:columns] if all(name == names[i % columns] for i, name in enumerate(names)) else []
    captions = [] if heads else names
    gap, line = 2, 15
    head, foot = (line if any(heads) else 0), (line if any(captions) else 0)
    above = line if any(lines) else 0
    step_x, step_y = width * scale + gap, height * scale + gap + foot + above
    placed, words = [], []
    for index, pixels in enumerate(images):
        x, y = gap + index % columns * step_x, gap + head + above + index // columns * step_y
        placed.append(Placed(pixels, x, y))
        if foot:
            words.append(Words(captions[index], x, y + height * scale, step_x - 2))
    for column, name in enumerate(heads if head else []):
        words.append(Words(name, gap + column * step_x, 1, step_x - 2))
    for row, text in enumerate(lines if above else []):
        words.append(Words(text, gap, gap + head + row * step_y, columns * step_x - 2))
    return Sheet(columns * step_x + gap, rows * step_y + gap + head, scale, tuple(placed), tuple(words))


def drawn(made: Sheet) -> Image.Image:
    """A sheet as a picture."""
    mode = "RGBA" if any(each.pixels.shape[2] == 4 for each in made.images) else "RGB"
    paper = Image.new(mode, (made.width, made.height), PAPER)
    draw = ImageDraw.Draw(paper)
    for pixels, x, y in made.images:
        paper.paste(enlarged(pixels, made.scale).convert(mode), (x, y))
    for text, x, y, room in made.words:
        write(draw, (x, y), text, room, INK)
    return paper


def enlarged(pixels: UInt8[np.ndarray, "h w c"], scale: int) -> Image.Image:
    """An image so many times as large, each pixel a square."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    return image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)


def grid(
    images: UInt8[np.ndarray, "n h w c"],
    columns: int | None = None,
    names: Sequence[str] | None = None,
    lines: Sequence[str] = (),
) -> Image.Image:
    """The ``sheet`` of some images as a picture."""
    return drawn(sheet(images, columns, names, lines))


def png(image: Image.Image) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def columns_of(named: Mapping[str, UInt8[np.ndarray, "n h w c"]], columns: int | None = None) -> Image.Image:
    """Several images of each item side by side, such as source, generated and ground truth.

    Args:
        named: for each column its name and its images n,h,w,c, as many and of the same height and width in each; with
            1, 3 or 4 channels, all of which are brought to colour.
        columns: images in a row; by default one of each name.

    Returns:
        A row for each item and a column for each name, with the names above the columns; or, where there are fewer
        columns, the images one after another, each above its name.

    Raises:
        SettingsError: there are no images, or too many.
    """
    names = list(named)
    shown = [_coloured(images) for images in named.values()]
    rows = np.stack(shown, 1).reshape(-1, *shown[0].shape[1:])
    return grid(rows, columns or len(names), names * len(shown[0]))


def _coloured(images: UInt8[np.ndarray, "n h w c"]) -> UInt8[np.ndarray, "n h w 3"]:
    """In three channels: grey as it is, transparency on white."""
    if images.shape[3] == 4:
        alpha = images[..., 3:].astype(np.float32) / 255
        return (images[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)
    return np.broadcast_to(images, (*images.shape[:3], 3))
