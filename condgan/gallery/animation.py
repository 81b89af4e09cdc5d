"""Pictures one after another."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from condgan.core import disk


def animate(pictures: Sequence[Path], out: Path, seconds: float = 0.4) -> None:
    """Pictures of one size as a GIF that rests on the last."""
    frames = [Image.open(picture).convert("RGB") for picture in pictures]
    times = [int(1000 * seconds)] * (len(frames) - 1) + [int(4000 * seconds)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0)
    disk.write(out, buffer.getvalue())
