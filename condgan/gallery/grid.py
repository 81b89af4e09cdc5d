"""Many images as one picture."""

import io
from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from condgan.core.errors import SettingsError

SMALLEST = 56
"""Images smaller than this are enlarged by a whole factor, so that people can see them."""
MOST = 4096
"""Images in one picture, at most."""
PAPER, INK = "white", "#333333"


def grid(
    images: UInt8[np.ndarray, "n h w c"], columns: int | None = None, names: Sequence[str] | None = None
) -> Image.Image:
    """Images in rows of ``columns`` (default: about as many as rows), with their names.

    Where each column holds one name throughout, the names stand above the columns; else below each image.

    Args:
        images: n,h,w,c with 1, 3 or 4 channels.
        columns: images in a row.
        names: one for each image, empty where it has none.
    """
    if not 0 < len(images) <= MOST:
        raise SettingsError(
            f"cannot draw {len(images)} images in one picture", do=f"ask for 1 to {MOST}, or for arrays"
        )
    columns = columns or int(np.ceil(np.sqrt(len(images))))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height, width = images.shape[1:3]
    scale = max(1, -(-SMALLEST // max(height, width)))
    font = ImageFont.load_default(11)
    names = list(names or [])
    heads = names[:columns] if all(name == names[i % columns] for i, name in enumerate(names)) else []
    captions = [] if heads else names
    gap, line = 2, 15
    head, foot = (line if any(heads) else 0), (line if any(captions) else 0)
    step_x, step_y = width * scale + gap, height * scale + gap + foot
    mode = "RGBA" if images.shape[3] == 4 else "RGB"
    paper = Image.new(mode, (columns * step_x + gap, rows * step_y + gap + head), PAPER)
    draw = ImageDraw.Draw(paper)
    for index, pixels in enumerate(images):
        x, y = gap + index % columns * step_x, gap + head + index // columns * step_y
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        paper.paste(image.resize((width * scale, height * scale), Image.Resampling.NEAREST).convert(mode), (x, y))
        if foot:
            draw.text((x, y + height * scale), _short(captions[index], font, step_x), INK, font)
    for column, name in enumerate(heads if head else []):
        draw.text((gap + column * step_x, 1), _short(name, font, step_x), INK, font)
    return paper


def png(image: Image.Image) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _short(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """As much of a name as fits."""
    while text and font.getlength(text) > width - 2:
        text = text[:-1]
    return text
