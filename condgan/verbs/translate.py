"""``cg.translate``."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
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
    instances: str | Path | None = None,
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
        instances: a file, or a folder of files of the pictures' names, of instance ids, where the generator was trained
            with them; without, no boundary is drawn between two things of one class.
        seed: of the noise, the same for all.
        device: auto, cpu, cuda or mps.

    Yields:
        Each file written; or the error of a picture that could not be read, after which the others follow.

    Raises:
        SettingsError: no pipeline there, or one that takes no pictures; or ``out`` is where the pictures are.
        DataError: no pictures there, or not one map of instances for each.
        DiskError: the disk is full or fails.
    """
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    if not pipe.condition.pictures:
        raise SettingsError("this generator takes no pictures", where=pipeline, do="use condgan sample")
    if not 0 <= seed < 2**63:
        raise SettingsError("seed out of range", where="seed", do="give a number from 0 to 2^63 − 1")
    pictures, home = _pictures(given), Path(out)
    there, target = Path(given).resolve(), home.resolve()
    if target == there.parent if there.is_file() else str(given) != "-" and target.is_relative_to(there):
        raise SettingsError("the images would come among the pictures", where=out, do="choose another --out")
    named = _files(pictures, home, pipe)
    example = None if like is None else Path(like)
    if example is not None:
        pipe.style(example)  # what is wrong with it is not the pictures' fault
    beside: Sequence[Path | None] = [None] * len(named)
    if instances is not None:
        pipe.require_instances()
        beside = _partners(pictures, Path(instances))
    words = {"label": label, "like": example, "seeds": [seed]}
    return _made(pipe.to(pick(device)), zip(named, named.values(), beside, strict=True), words)


def count(given: str | Path) -> int:
    """How many pictures there are.

    Raises:
        DataError: none.
    """
    return len(_pictures(given))


def _files(pictures: dict[Path, Picture], home: Path, pipe: Pipeline) -> dict[Path, Picture]:
    """Pictures by the files that their images are saved in.

    Raises:
        SettingsError: two of them would be saved in one.
    """
    named: dict[Path, Picture] = {}
    for name, picture in pictures.items():
        keep = name.suffix.lower() in WRITTEN and pipe.palette is None
        file = home / (name if keep else name.with_suffix(".png"))
        if file in named:
            raise SettingsError(
                "two pictures of one name", where=file, do="rename one of them, or choose a kind that is kept"
            )
        named[file] = picture
    return named


def _partners(pictures: dict[Path, Picture], place: Path) -> list[Path]:
    """For each picture the file of the same name, whatever its kind, in a folder of instances.

    Raises:
        DataError: some have none.
    """
    if place.is_file() and len(pictures) == 1:
        return [place]
    there = {name.with_suffix(""): place / name for name in _pictures(place)} if place.is_dir() else {}
    alone = [str(name) for name in pictures if name.with_suffix("") not in there]
    if alone:
        raise DataError(
            f"{len(alone)} pictures without a map of instances",
            where=f"{place}: {', '.join(alone[:8])}{' …' * (len(alone) > 8)}",
            do="give one of the same name for each, or leave --instances out",
        )
    return [there[name.with_suffix("")] for name in pictures]


def _made(
    pipe: Pipeline, named: Iterable[tuple[Path, Picture, Path | None]], words: dict[str, Any]
) -> Iterator[Path | DataError]:
    for file, picture, instances in named:
        content = sys.stdin.buffer.read() if str(picture) == "-" else picture
        try:
            (image,) = pipe.translate([content], instances=None if instances is None else [instances], **words)
        except DataError as error:
            yield error
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            disk.write(file, _bytes(image, WRITTEN.get(file.suffix.lower(), "PNG"), pipe.palette))
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
    found = [*images_in(path), *sorted(path.rglob("*.npy"))]
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
