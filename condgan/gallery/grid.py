"""Many images as one picture."""

import io
from collections.abc import Mapping, Sequence

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


def grid(
    images: UInt8[np.ndarray, "n h w c"],
    columns: int | None = None,
    names: Sequence[str] | None = None,
    lines: Sequence[str] = (),
) -> Image.Image:
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
    mode = "RGBA" if images.shape[3] == 4 else "RGB"
    paper = Image.new(mode, (columns * step_x + gap, rows * step_y + gap + head), PAPER)
    draw = ImageDraw.Draw(paper)
    for index, pixels in enumerate(images):
        x, y = gap + index % columns * step_x, gap + head + above + index // columns * step_y
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        paper.paste(image.resize((width * scale, height * scale), Image.Resampling.NEAREST).convert(mode), (x, y))
        if foot:
            write(draw, (x, y + height * scale), captions[index], step_x - 2, INK)
    for column, name in enumerate(heads if head else []):
        write(draw, (gap + column * step_x, 1), name, step_x - 2, INK)
    for row, text in enumerate(lines if above else []):
        write(draw, (gap, gap + head + row * step_y), text, columns * step_x - 2, INK)
    return paper


def png(image: Image.Image) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def columns_of(named: Mapping[str, UInt8[np.ndarray, "n h w c"]]) -> Image.Image:
    """Several images of each item side by side, such as source, generated and ground truth.

    Args:
        named: for each column its name and its images n,h,w,c, as many and of the same height and width in each; with
            1, 3 or 4 channels, all of which are brought to colour.

    Returns:
        A row for each item and a column for each name, with the names above the columns.

    Raises:
        SettingsError: there are no images, or too many.
    """
    names = list(named)
    shown = [_coloured(images) for images in named.values()]
    rows = np.stack(shown, 1).reshape(-1, *shown[0].shape[1:])
    return grid(rows, len(names), names * len(shown[0]))


def _coloured(images: UInt8[np.ndarray, "n h w c"]) -> UInt8[np.ndarray, "n h w 3"]:
    """In three channels: grey as it is, transparency on white."""
    if images.shape[3] == 4:
        alpha = images[..., 3:].astype(np.float32) / 255
        return (images[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)
    return np.broadcast_to(images, (*images.shape[:3], 3))
