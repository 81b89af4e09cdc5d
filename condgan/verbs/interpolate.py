"""``cg.interpolate``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8

from condgan.core.defaults import with_own_defaults
from condgan.core.errors import SettingsError
from condgan.core.values import seeds_of, whole
from condgan.gallery.interpolation import Interpolation, require_savable
from condgan.gallery.path import FINE, Times, even_speed, mixed, spherical, times_of
from condgan.pipeline import Pipeline
from condgan.pipeline.requests import Sweep, require_in_range
from condgan.pipeline.supplied import Where, values_of
from condgan.training.engine import pick

SEEDS = range(4)
"""Key points where nothing is named that they are to go through."""
MOST_KEYS = 10_000
"""Key points of a walk."""


class Walk(NamedTuple):
    """One path: what is asked for at each key point, and the seed there."""

    rows: Sequence[Mapping[str, Any]]
    seeds: Sequence[int]
    caption: str


@with_own_defaults
def interpolate(
    pipeline: str | Path | Pipeline,
    *,
    seeds: Iterable[int] | int | None = None,
    frames: int = 24,
    loop: bool = False,
    even: bool = False,
    each: Where = None,
    extrapolate: bool = False,
    out: str | Path | None = None,
    fps: float = 12.0,
    device: str = "auto",
    where: Where = None,
    **fields: Any,
) -> Interpolation:
    """Go from one image to the next: latents along great circles, embedded conditions in straight lines.

    The key points are the seeds, or the values of a field that has several, or both in turn. At a key point the image
    is exactly that of the pipeline for its seed and values.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        seeds: of the key points; one for all. By default 0, or 0 to 3 where no field has several values.
        frames: images from each key point to the next.
        loop: go back from the last key point to the first.
        even: choose the times so that each image differs from the one before as much as any other does. It takes eight
            times as many images, of which most are only looked at.
        each: a field with several values, as ``where`` has them: a walk for each, side by side.
        extrapolate: allow numbers beyond those of the training.
        out: .gif, .apng or .png, .webp, .mp4, or .npz; by default nothing is written.
        fps: frames a second.
        device: auto, cpu, cuda or mps.
        where: values by their public names, as for a pipeline.
        fields: the same by name. What is not named stays the same along a walk.

    Raises:
        SettingsError: no pipeline there, a name or a value that is not one of its form's, no path to go along, or
            ``out`` cannot be written.
        DiskError: the disk is full or fails.
    """
    if out is not None:
        require_savable(out, fps)
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    pipe.require_images("condgan interpolate")
    pipe.to(pick(device))
    frames = whole(frames, "frames")
    if frames < 1:
        raise SettingsError(f"{frames:,} frames", where="frames", do="give 1 or more, such as 24")
    if pipe.condition.spatial():
        raise SettingsError(
            "this generator makes images from pictures", where="pipeline", do="use condgan translate, with other seeds"
        )
    walks = _walks(pipe, fields, where, each, None if seeds is None else _keys(seeds), extrapolate)
    keys = len(walks[0].seeds)
    segments = keys if loop else keys - 1
    count = len(walks) * (segments * frames * (FINE if even else 1) + 1)
    pipe.require_memory(count, "frames", "give fewer, or fewer key points")
    ends = [(pipe.noise(walk.seeds), pipe.embed(walk.rows)) for walk in walks]

    def images(times: Times) -> list[UInt8[np.ndarray, "t h w c"]]:
        return [pipe.render(spherical(latents, times), mixed(cond, times)) for latents, cond in ends]

    times = even_speed(keys, frames, loop, images) if even else times_of(keys, frames, loop)
    found = Interpolation(np.stack(images(times), 1), times, tuple(walk.caption for walk in walks))
    if out is not None:
        found.save(out, fps)
    return found


def _keys(seeds: Iterable[int] | int) -> list[int]:
    """The seeds of key points.

    Raises:
        SettingsError: one is out of range, or there are too many.
    """
    found = seeds_of(seeds)
    if len(found) > MOST_KEYS:
        raise SettingsError(f"{len(found):,} key points", where="seeds", do=f"give up to {MOST_KEYS:,}")
    if found and not 0 <= min(found) <= max(found) < 2**63:
        raise SettingsError("seed out of range", where="seeds", do="give numbers from 0 to 2^63 − 1")
    return [*found]


def _walks(
    pipe: Pipeline,
    fields: Mapping[str, Any],
    where: Where,
    each: Where,
    seeds: list[int] | None,
    extrapolate: bool,
) -> list[Walk]:
    """The walks that are asked for, all of as many key points.

    Raises:
        SettingsError: two fields for ``each``, numbers of values that do not agree, or fewer than two key points.
    """
    form = pipe.condition.form()
    asked = {name: _listed(values) for name, values in values_of(form, (), fields, where).items()}
    sides = {name: _listed(values) for name, values in values_of(form, (), {}, each).items()} if each else {}
    if len(sides) > 1:
        raise SettingsError(f"{len(sides)} fields", where=f"each: {', '.join(sides)}", do="give one of them")
    if twice := [name for name in sides if name in asked]:
        raise SettingsError(f"two values for {twice[0]}", where=f"each, and {twice[0]}", do="give one of them")
    along = {name: values for name, values in asked.items() if len(values) > 1}
    seeds = seeds if seeds is not None else [0] if along else [*SEEDS]
    counts = {name: len(values) for name, values in along.items()} | ({"seeds": len(seeds)} if len(seeds) != 1 else {})
    if len({*counts.values()}) > 1:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        raise SettingsError("key points of several numbers", where=told, do="give as many of each, or one")
    keys = next(iter(counts.values()), 1)
    if keys < 2:
        raise SettingsError(
            "no path: one key point",
            where="seeds",
            do="give two seeds or more, such as 1,5,9, or two values of a field",
        )
    same = {name: values[0] for name, values in asked.items() if name not in along}
    found = []
    for side in [{name: value} for name, values in sides.items() for value in values] or [{}]:
        # what nobody names is the same at all key points
        first = {**same, **side, **{name: values[0] for name, values in along.items()}}
        (rest,) = pipe.completed(first, seeds[:1])
        rows = [{**rest, **{name: values[place] for name, values in along.items()}} for place in range(keys)]
        if not extrapolate:
            require_in_range(form, rows)
        caption = ", ".join(f"{name} {value}" for name, value in side.items())
        found.append(Walk(rows, seeds * keys if len(seeds) == 1 else seeds, caption))
    return found


def _listed(values: Sequence[Any] | Sweep) -> list[Any]:
    return [*values.values] if isinstance(values, Sweep) else [*values]
