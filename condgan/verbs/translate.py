"""``cg.translate``."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from condgan.core import disk
from condgan.core.defaults import step_by_step, with_own_defaults
from condgan.core.errors import DataError, SettingsError
from condgan.core.form import FormField
from condgan.core.note import LEFT_OUT, Note
from condgan.core.palette import Palette
from condgan.core.values import whole
from condgan.data.listing import listing
from condgan.data.picture import Picture, frames_of
from condgan.pipeline import Pipeline
from condgan.pipeline.supplied import PICTURES, Where, chosen, together
from condgan.training.engine import pick

logger = logging.getLogger(__name__)

WRITTEN = {".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
"""Kinds of files that are kept; of any other a PNG is made."""


@with_own_defaults
def translate(
    pipeline: str | Path | Pipeline,
    source: str | Path,
    out: str | Path,
    *,
    like: str | Path | None = None,
    seed: int = 0,
    device: str = "auto",
    where: Where = None,
    **fields: Any,
) -> Iterator[Path | DataError]:
    """Generate an image from each picture of a file or a folder, and save it under the same name and at the same size.

    The pipeline and the pictures are looked for at once; they are worked through as the results are taken.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        source: a file, a folder (also the folders in it), or ``-`` for one picture on the standard input.
        out: folder for the images. Those of label maps and of kinds that cannot be written become PNG.
        like: an example of the style, where the generator has learned to tell one.
        seed: of the noise, the same for all.
        device: auto, cpu, cuda or mps.
        where: as for a pipeline.
        fields: other values by their public names, the same for all, such as a label. What is a picture, too, such as
            ``instances``, is a file, or a folder of files of the pictures' names.

    Yields:
        Each file written; or the error of a picture that could not be read, after which the others follow.

    Raises:
        SettingsError: no pipeline there, or one that takes no pictures; or ``out`` is where the pictures are.
        DataError: no pictures there, or not one partner for each.
        DiskError: the disk is full or fails.
    """
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    pipe.require_images("condgan translate")
    form = pipe.condition.form()
    main = next((field for field in form if field.type in PICTURES), None)
    if main is None:
        raise SettingsError("this generator takes no pictures", where=pipeline, do="use condgan sample")
    seed = whole(seed, "seed")
    if not 0 <= seed < 2**63:
        raise SettingsError("seed out of range", where="seed", do="give a number from 0 to 2^63 − 1")
    pictures, home = _pictures(source), Path(out)
    for note in left_out(source):
        logger.warning("%s", note)
    _apart(source, home)
    named = _files(pictures, home, pipe)
    example = None if like is None else Path(like)
    if example is not None:
        pipe.examples_of(example)  # what is wrong with it is not the pictures' fault
    asked = _asked(form, together(form, fields, where))
    maps = {field.name for field in form if field.type in PICTURES and field.name in asked}
    partners = {name: _partners(pictures, name, Path(asked.pop(name))) for name in maps}
    rows = [
        (file, picture, {**asked, **{name: found[place] for name, found in partners.items()}})
        for place, (file, picture) in enumerate(named.items())
    ]
    return step_by_step(_made(pipe.to(pick(device)), main.name, rows, example, seed))


def count(source: str | Path) -> int:
    """How many pictures there are.

    Raises:
        DataError: none.
    """
    return len(_pictures(source))


def _apart(source: str | Path, home: Path) -> None:
    """Refuse a folder for the images that lies among the pictures.

    Raises:
        SettingsError: it does.
    """
    there, target = Path(source).resolve(), home.resolve()
    if target == there.parent if there.is_file() else str(source) != "-" and target.is_relative_to(there):
        raise SettingsError("the images would come among the pictures", where=home, do="choose another --out")


def _asked(form: Sequence[FormField], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are given, each of a field that the generator takes.

    Raises:
        SettingsError: one that it does not take.
    """
    names = [field.name for field in form]
    asked = {name: value for name, value in chosen(form, values).items() if value is not None}
    for name in asked:
        if name not in names:
            raise SettingsError(
                f"this generator was trained without {name}",
                where=f"{name} {asked[name]!r}",
                do=f"leave it out; it takes {', '.join(names)}",
            )
    return asked


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


def _partners(pictures: dict[Path, Picture], field: str, place: Path) -> list[Path]:
    """For each picture the file of the same name, whatever its kind, in a folder.

    Raises:
        DataError: some have none.
    """
    if place.is_file() and len(pictures) == 1:
        return [place]
    there = {name.with_suffix(""): place / name for name in _pictures(place)} if place.is_dir() else {}
    alone = [str(name) for name in pictures if name.with_suffix("") not in there]
    if alone:
        raise DataError(
            f"{len(alone)} pictures without {field}",
            where=f"{place}: {', '.join(alone[:8])}{' …' * (len(alone) > 8)}",
            do=f"give one of the same name for each, or leave --{field} out",
        )
    return [there[name.with_suffix("")] for name in pictures]


def _made(
    pipe: Pipeline, main: str, rows: Iterable[tuple[Path, Picture, dict[str, Any]]], like: Path | None, seed: int
) -> Generator[Path | DataError, None, None]:
    for file, picture, others in rows:
        content = sys.stdin.buffer.read() if str(picture) == "-" else picture
        try:
            image = pipe(where={main: [content], **others}, like=like, seeds=[seed]).images[0]
        except DataError as error:
            yield error
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            disk.write(file, _bytes(image, WRITTEN.get(file.suffix.lower(), "PNG"), pipe.palette))
        except OSError as error:
            raise disk.refusal(error, "cannot write image", file, "choose another --out") from None
        yield file


def _pictures(source: str | Path) -> dict[Path, Picture]:
    """Pictures by the names under which their images are saved."""
    if str(source) == "-":
        return {Path("stdin.png"): Path("-")}
    path = Path(source)
    if not path.exists():
        raise DataError("no such file or folder", where=path, do="check the path")
    if path.is_file():
        return {Path(path.name): path}
    found = listing(path, links="follow")
    if not found.images:
        told = "; ".join(note.text for note in found.left_out())
        raise DataError("no pictures", where=path, do=told or "give image files, such as .png or .jpg")
    return {Path(name): found.home / name for name in found.images}


def left_out(source: str | Path) -> list[Note]:
    """What of a folder, or of the files in it, is not translated."""
    path = Path(source)
    if str(source) == "-" or not path.exists():
        return []
    notes = [*listing(path, links="follow").left_out()] if path.is_dir() else []
    counts = [count for picture in _pictures(source).values() if (count := frames_of(picture)) > 1]
    if counts:
        what = f"{sum(counts) - len(counts):,} further frames of {len(counts):,} animated or multi-page files"
        notes.append(Note("frames", what, LEFT_OUT))
    return notes


def _bytes(pixels: np.ndarray, format: str, palette: Palette | None) -> bytes:
    """An image as the bytes of a file; a label map as one of ids with their colours."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    if palette is not None:
        image = Image.fromarray(palette.nearest(pixels))
        image.putpalette(np.array(palette.colours, np.uint8).tobytes())
    elif format == "JPEG":
        image = image.convert("RGB") if image.mode == "RGBA" else image
    buffer = io.BytesIO()
    image.save(buffer, format, **({"quality": 95} if format in ("JPEG", "WEBP") else {}))
    return buffer.getvalue()
