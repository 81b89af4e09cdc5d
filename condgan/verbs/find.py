"""``cg.find``."""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from PIL.Image import Image
from torch import Tensor

from condgan.core import disk
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import SettingsError, nearest
from condgan.core.form import FormField
from condgan.data.picture import Picture
from condgan.gallery import grid, png
from condgan.pipeline import Pipeline
from condgan.pipeline.like import images_of
from condgan.pipeline.sheets import steps_of
from condgan.pipeline.supplied import Where, values_of
from condgan.training.engine import pick
from condgan.training.inversion import invert

CANDIDATES, COMBINATIONS = 4_096, 48
"""Values that are tried of what is not given: at most so many, and so many of fields that may be left out."""
NEAR = 20.0
"""PSNR in dB below which an image that was found is another one."""

logger = logging.getLogger(__name__)


class Match(NamedTuple):
    """What a generator makes that is nearest to an image."""

    given: UInt8[np.ndarray, "h w c"]
    """At the size of the training."""
    found: UInt8[np.ndarray, "h w c"]
    values: Mapping[str, Any]
    """What it is asked to be, by public name."""
    latent: Float[Tensor, " noise"]
    psnr: float
    """Peak signal-to-noise ratio in dB: 30 is hardly told apart, under 20 is another image."""
    under: Mapping[str, UInt8[np.ndarray, "h w c"]]
    """The same latent with other values of one field, by ``NAME VALUE``."""

    def sheet(self) -> Image:
        """The image, what was found, and that with other values."""
        images = {"given": self.given, f"{self.psnr:.0f} dB": self.found, **self.under}
        return grid(np.stack([*images.values()]), len(images), [*images])

    def save(self, out: str | Path) -> Path:
        """Save as a picture (.png), or as arrays (.npz): given, found, under, latent, psnr.

        Raises:
            SettingsError: another suffix, or no write permission.
            DiskError: the disk is full or fails.
        """
        path = require_suffix(out)
        buffer = io.BytesIO()
        if path.suffix.lower() == ".npz":
            arrays: dict[str, Any] = {
                "given": self.given,
                "found": self.found,
                "latent": self.latent.numpy(),
                "psnr": self.psnr,
            }
            if self.under:
                arrays |= {"under": np.stack([*self.under.values()]), "under_names": np.array([*self.under], str)}
            np.savez_compressed(buffer, allow_pickle=False, **arrays)
        else:
            buffer.write(png(self.sheet()))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            disk.write(path, buffer.getvalue())
        except OSError as error:
            raise disk.refusal(error, "cannot write what was found", path, "choose another --out") from None
        return path


@with_own_defaults
def find(
    pipeline: str | Path | Pipeline,
    image: Picture | Image | str,
    *,
    under: str | None = None,
    out: str | Path | None = None,
    device: str = "auto",
    where: Where = None,
    **fields: Any,
) -> Match:
    """Find the latent from which a generator makes an image, and what it is to be asked for, unless that is given.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        image: a path, an opened image, an array h,w[,c], or the bytes of an image file.
        under: a field whose other values the same latent is shown with; by default the first that has choices.
        out: .png or .npz; by default nothing is written.
        device: auto, cpu, cuda or mps.
        where: values by their public names, as for a pipeline: one of each.
        fields: the same by name. What is not named is looked for, but for texts.

    Raises:
        SettingsError: no pipeline there, a name or a value that is not one of its form's, or ``out`` cannot be written.
        DataError: the image cannot be read.
        DiskError: the disk is full or fails.
    """
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    pipe.require_images("condgan find")
    if pipe.condition.spatial() or not pipe.architecture.noise:
        raise SettingsError(
            "this generator makes images from pictures, not from noise", where="pipeline", do="use condgan translate"
        )
    form = pipe.condition.form()
    shown = _field(form, under)
    if isinstance(image, list | tuple) and len(image) != 1:
        raise SettingsError(f"{len(image)} images", where="image", do="give one at a time")
    given = images_of(image, pipe.shape, pipe.reading)
    asked: dict[str, Any] = {}
    for name, values in values_of(form, (), fields, where).items():
        if len(values := [*getattr(values, "values", values)]) > 1:
            raise SettingsError(f"{len(values)} values for {name}", where=name, do="give one, or leave it out")
        asked[name] = values[0]
    for field in form:
        if field.type == "text" and field.name not in asked:
            raise SettingsError(
                "a text is not looked for",
                where=field.name,
                do=f'give it: --{field.name} "…"; in Python {field.name}="…"',
            )
    if out is not None:
        require_suffix(out)
    pipe.to(pick(device))
    rows = candidates(pipe, asked)
    best = invert(pipe.generator, given[0], pipe.embed(rows), len(rows), pipe.architecture.noise)
    row, latent = rows[best.place], best.latent
    others = {f"{shown.name} {value}": {**row, shown.name: value} for value in steps_of(shown)} if shown else {}
    images = pipe.render(latent.expand(1 + len(others), -1), pipe.embed([row, *others.values()]))
    target = pipe.exact(given[0].movedim(0, -1).numpy())
    match = Match(
        given=target,
        found=images[0],
        values=row,
        latent=latent,
        psnr=psnr(target, images[0]),
        under=dict(zip(others, images[1:], strict=True)),
    )
    if match.psnr < NEAR:
        logger.warning("the generator cannot make this image: the nearest that was found is %.1f dB away", match.psnr)
    if out is not None:
        match.save(out)
    return match


def require_suffix(out: str | Path) -> Path:
    """Where to save, if that can be.

    Raises:
        SettingsError: another suffix than .png or .npz.
    """
    path = Path(out)
    if path.suffix.lower() not in (".png", ".npz"):
        raise SettingsError(
            f"cannot save what was found as {path.suffix or 'a folder'}", where=path, do="use .png or .npz"
        )
    return path


def candidates(pipe: Pipeline, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the image may be asked to be: each class, or combinations of the training."""
    classes = max([1, *(len(field.choices) for field in pipe.condition.form() if field.name not in asked)])
    if classes > CANDIDATES:
        logger.warning("only %d of %d classes are tried: name some of its values", CANDIDATES, classes)
    count = min(CANDIDATES, max(classes, COMBINATIONS if pipe.condition.fieldwise else 1))
    return [*{repr(row): row for row in pipe.completed(asked, range(count))}.values()]


def psnr(one: UInt8[np.ndarray, "h w c"], other: UInt8[np.ndarray, "h w c"]) -> float:
    """Peak signal-to-noise ratio of two images in dB; infinite where they are the same."""
    error = np.square(one.astype(np.float64) - other.astype(np.float64)).mean()
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def _field(form: tuple[FormField, ...], name: str | None) -> FormField | None:
    """The field whose values are shown.

    Raises:
        SettingsError: there is none of that name, or it has no values to show.
    """
    if name is None:
        return next((field for field in form if field.choices), None)
    found = next((field for field in form if field.name == name), None)
    if found is None:
        raise SettingsError(f"no field {name}", where="under", do=nearest(name, [field.name for field in form]))
    if not steps_of(found):
        raise SettingsError(f"{name} has no values to show", where="under", do="leave it out")
    return found
