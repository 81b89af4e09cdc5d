"""Pictures one after another, as a file."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.core.marked import Marked
from condgan.gallery.captions import write

logger = logging.getLogger(__name__)
SUFFIXES = (".gif", ".png", ".apng", ".webp", ".mp4")
"""Kinds of files that hold an animation. A ``.png`` with several pictures is an APNG."""
LINE, INK = 15, "#333333"
"""Pixels for a text below a picture, and its colour."""
FASTER = 1.05
"""By how much a GIF may be faster or slower than it is asked to be, before that is told."""
COLOURS, SAMPLED = 256, 1 << 20
"""Of a GIF, and pixels of all its pictures that its palette is chosen from."""


def animate(pictures: Sequence[Path], out: Path, lines: Sequence[str] = (), seconds: float = 0.4) -> None:
    """Pictures of one size as an animation that rests on the last; ``lines``: a text below each."""
    frames = [Image.open(picture).convert("RGB") for picture in pictures]
    if lines:
        frames = [_titled(frame, line) for frame, line in zip(frames, lines, strict=True)]
    disk.write(out, encoded(frames, out.suffix, [seconds] * (len(frames) - 1) + [4 * seconds]))


def _titled(picture: Image.Image, line: str) -> Image.Image:
    paper = Image.new("RGB", (picture.width, picture.height + LINE), "white")
    paper.paste(picture)
    write(ImageDraw.Draw(paper), (3, picture.height), line, picture.width - 6, INK)
    return paper


def clip(frames: Sequence[Image.Image], seconds: float) -> bytes:
    """One clip as lossless WebP that is read back as it is: with its transparency, and with all of its frames, though
    such a file holds those that follow each other and are the same only once."""
    buffer = io.BytesIO()
    told = Marked(len(frames), round(1000 * seconds), frames[0].mode == "L").written()
    pictures = [frame if frame.mode == "RGBA" else frame.convert("RGB") for frame in frames]
    options: dict[str, Any] = {"lossless": True, "exact": True, "method": 4, "xmp": told}
    pictures[0].save(
        buffer, "WEBP", save_all=True, append_images=pictures[1:], duration=round(1000 * seconds), loop=0, **options
    )
    return buffer.getvalue()


def encoded(frames: Sequence[Image.Image], suffix: str, seconds: Sequence[float]) -> bytes:
    """An animation, which begins again at its end, as the bytes of a file.

    Args:
        frames: pictures of one size; transparency is laid on white.
        suffix: the kind of file, one of ``SUFFIXES``.
        seconds: how long each is shown; of an MP4 the first holds for all. A GIF rounds to hundredths.

    Raises:
        SettingsError: another kind of file, or an MP4 where PyAV is not installed.
    """
    pictures = [_opaque(frame) for frame in frames]
    if suffix == ".mp4":
        return _mp4(pictures, seconds[0])
    if suffix not in SUFFIXES:
        raise SettingsError(f"cannot save an animation as {suffix}", where="out", do=f"use {', '.join(SUFFIXES)}")
    times = [round(1000 * each) for each in seconds]
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        ".gif": ("GIF", {"optimize": False, "disposal": 1}),
        ".webp": ("WEBP", {"lossless": True, "method": 4}),
    }
    kind, options = ways.get(suffix, ("PNG", {"default_image": False}))
    if suffix == ".gif":
        pictures = in_one_palette(pictures)
        options["palette"] = pictures[0].getpalette()
        given = times
        times = [10 * max(2, round(each / 10)) for each in times]  # browsers slow down what is faster
        if sum(times) > FASTER * sum(given) or FASTER * sum(times) < sum(given):
            logger.warning("a GIF has hundredths of a second: %.3g frames a second", 1000 * len(times) / sum(times))
    buffer = io.BytesIO()
    pictures[0].save(buffer, kind, save_all=True, append_images=pictures[1:], duration=times, loop=0, **options)
    return buffer.getvalue()


def in_one_palette(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    """Pictures in the colours of one palette, so that none of them flickers: all that they have, or else the best 256.

    Dots would move from one picture to the next, so colours are not mixed of several.
    """
    pixels = np.concatenate([np.asarray(each).reshape(-1, 3) for each in pictures])
    colours = np.unique(pixels[:: max(1, len(pixels) // SAMPLED)], axis=0)
    exact = len(colours) <= COLOURS and len(np.unique(pixels, axis=0)) <= COLOURS
    if exact:
        return [_by_number(each, colours) for each in pictures]
    chosen = pixels[:: max(1, len(pixels) // SAMPLED)]
    palette = Image.fromarray(chosen[None]).quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]


def _by_number(picture: Image.Image, colours: UInt8[np.ndarray, "k 3"]) -> Image.Image:
    """A picture in a palette that has all its colours, in ascending order."""
    known = {tuple(colour): number for number, colour in enumerate(colours.tolist())}
    own, places = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_inverse=True)
    numbers = np.array([known[tuple(colour)] for colour in own.tolist()], np.uint8)[places.reshape(-1)]
    found = Image.fromarray(numbers.reshape(picture.height, picture.width), "P")
    found.putpalette(colours.tobytes())
    return found


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _mp4(pictures: Sequence[Image.Image], seconds: float) -> bytes:
    """As H.264, whose sides are even: an odd one gets another line of white."""
    try:
        import av
    except ImportError:
        raise SettingsError(
            "no MP4", where="this Python lacks PyAV", do="pip install 'condgan[video]', or use .gif, .webp or .apng"
        ) from None
    width, height = (side + side % 2 for side in pictures[0].size)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(1 / seconds).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "12"}
        for picture in pictures:
            even = Image.new("RGB", (width, height), "white")
            even.paste(picture)
            for packet in stream.encode(av.VideoFrame.from_image(even)):  # type: ignore[no-untyped-call]
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return buffer.getvalue()
