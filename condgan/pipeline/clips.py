"""Of clips: which moments are asked for, how they move, and how they begin."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from PIL.Image import Resampling
from torch import Tensor

from condgan.conditions.condition import Condition
from condgan.core.batch import Shape
from condgan.core.errors import SettingsError
from condgan.core.note import some
from condgan.core.seeds import noise
from condgan.core.values import seeds_of, whole
from condgan.data.decode import fitted
from condgan.data.picture import loaded
from condgan.networks.base import Architecture
from condgan.pipeline.supplied import PICTURES

logger = logging.getLogger(__name__)

MOST = 4_096
"""Frames of a clip, at most."""


def clip_times(shape: Shape, timed: bool, frames: Any, loop: bool) -> Float[Tensor, " k"] | None:
    """The times of the frames, counted as in the training, from 0; ``None`` where nothing else is asked for.

    A loop is as many whole rounds of the training's length as are nearest to the frames: its frames are evenly over
    them.

    Raises:
        SettingsError: the generator makes images, or no such number of frames.
    """
    if frames is None and not loop:
        return None
    if shape.frames is None:
        what = "frames" if frames is not None else "loop"
        raise SettingsError("this generator makes images, not clips", where=what, do="leave it out")
    count = shape.frames if frames is None else whole(frames, "frames")
    if not timed:
        raise SettingsError(
            f"this generator makes {shape.frames} frames and no other number, nor loops",
            where="frames and loop",
            do="leave them out; one of architecture.kind video makes any",
        )
    if not 1 <= count <= MOST:
        raise SettingsError(f"{count} frames", where="frames", do=f"give 1 to {MOST:,}")
    times = torch.arange(count, dtype=torch.float32)
    if not loop:
        return times
    rounds = max(1, round(count / shape.frames))
    return times * (rounds * shape.frames / count)


def with_motion(
    architecture: Architecture, latents: Float[Tensor, "n noise"], motion: Iterable[int] | int
) -> Float[Tensor, "n noise"]:
    """Latents of clips that show what these show, and move as those of other seeds do, taken in turn.

    Raises:
        SettingsError: the generator makes images, or a seed is none.
    """
    if not architecture.motion_noise:
        raise SettingsError("this generator makes no clips", where="motion", do="leave it out")
    chosen = seeds_of(motion, "motion")
    if not chosen or min(chosen) < 0 or max(chosen) >= 2**63:
        raise SettingsError("seed out of range", where="motion", do="give numbers from 0 to 2^63 − 1")
    others = noise([chosen[place % len(chosen)] for place in range(len(latents))], architecture.noise)
    content = architecture.noise - architecture.motion_noise
    return torch.cat([latents[:, :content], others[:, content:]], 1)


def of_training_size(condition: Condition, shape: Shape, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of clips with their pictures opened, at the size of the training; what is of another size is told.

    Raises:
        DataError: one cannot be read.
    """
    names = {field.name for field in condition.form() if field.type in PICTURES}
    height, width = shape.size
    found, others = [], set()
    for place, row in enumerate(rows):
        given = {name: loaded(value, place) for name, value in row.items() if name in names and value is not None}
        others |= {each.size for each in given.values()} - {(width, height)}
        fit = {name: fitted(each, (height, width), "crop", Resampling.LANCZOS) for name, each in given.items()}
        found.append({**row, **fit})
    if others:
        sizes = some(f"{wide}×{high}" for wide, high in sorted(others))
        logger.warning("pictures of %s are brought to %d×%d, as in the training", sizes, width, height)
    return found
