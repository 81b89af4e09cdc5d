"""``cg.translate``."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from condgan.core import disk
from condgan.core.errors import DataError, SettingsError
from condgan.core.palette import Palette
from condgan.data.decode import Picture
from condgan.data.folder import SUFFIXES, images_in
from condgan.pipeline import Pipeline
from condgan.training.engine import pick

WRITTEN = {".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
"""Kinds of files that are kept; of any other a PNG is made."""


def translate(
    pipeline: str | Path | Pipeline,
    given: str | Path,
    out: str | Path,
    *,
    label: str | int | None = None,
    like: str | Path | None = None,
    seed: int = 0,
    device: str = "auto",
) -> Iterator[Path | DataError]:
    """Make an image from each picture of a file or a folder, and save it under the same name and at the same size.

    The pipeline and the pictures are looked for at once; they are worked through as the results are taken.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        given: a file, a folder (also the folders in it), or ``-`` for one picture on the standard input.
        out: folder for the images. Those of label maps and of kinds that cannot be written become PNG.
        label: the class beside the pictures, where the generator takes one.
        like: an example of the style, where the generator has learnt to tell one.
        seed: of the noise, the same for all.
        device: auto, cpu, cuda or mps.

    Yields:
        Each file written; or the error of a picture that could not be read, after which the others follow.

    Raises:
        SettingsError: no pipeline there, or one that takes no pictures; or ``out`` is where the pictures are.
        DataError: no pictures there.
        DiskError: the disk is full or fails.
    """
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    if not pipe.condition.pictures:
        raise SettingsError("this generator takes no pictures", where=pipeline, do="use condgan sample")
    pictures, home = _pictures(given), Path(out)
    if str(given) != "-" and home.resolve() in {Path(given).resolve(), Path(given).resolve().parent}:
        raise SettingsError("the pictures would be overwritten", where=out, do="choose another --out")
    return _made(
        pipe.to(pick(device)),
        pictures,
        home,
        {"label": label, "like": None if like is None else Path(like), "seeds": [seed]},
    )


def count(given: str | Path) -> int:
    """How many pictures there are.

    Raises:
        DataError: none.
    """
    return 1 if str(given) == "-" else len(_pictures(given))


def _made(
    pipe: Pipeline, pictures: dict[Path, Picture], home: Path, words: dict[str, Any]
) -> Iterator[Path | DataError]:
    for name, picture in pictures.items():
        content = sys.stdin.buffer.read() if str(picture) == "-" else picture
        try:
            (image,) = pipe.translate([content], **words)
        except DataError as error:
            yield error
            continue
        suffix = name.suffix if name.suffix.lower() in WRITTEN and pipe.palette is None else ".png"
        file = home / name.with_suffix(suffix)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            disk.write(file, _bytes(image, WRITTEN.get(suffix.lower(), "PNG"), pipe.palette))
        except OSError as error:
            raise disk.refusal(error, "cannot write image", file, "choose another --out") from None
        yield file


def _pictures(given: str | Path) -> dict[Path, Picture]:
    """Pictures by the names under which their images are saved."""
    if str(given) == "-":
        return {Path("stdin.png"): Path("-")}
    path = Path(given)
    if not path.exists():
        raise DataError("no such file or folder", where=path, do="check the path")
    if path.is_file():
        return {Path(path.name): path}
    found = images_in(path)
    if not found:
        raise DataError("no pictures", where=path, do=f"give files of {', '.join(sorted(SUFFIXES))}")
    return {each.relative_to(path): each for each in found}


def _bytes(pixels: np.ndarray, kind: str, palette: Palette | None) -> bytes:
    """An image as the bytes of a file; a label map as one of ids with their colours."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    if palette is not None:
        image = Image.fromarray(palette.nearest(pixels))
        image.putpalette(np.array(palette.colours, np.uint8).tobytes())
    elif kind == "JPEG":
        image = image.convert("RGB") if image.mode == "RGBA" else image
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": 95} if kind in ("JPEG", "WEBP") else {}))
    return buffer.getvalue()
