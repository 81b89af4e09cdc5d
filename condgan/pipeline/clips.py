"""Of clips: which moments are asked for."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from condgan.core.batch import Shape
from condgan.core.errors import SettingsError
from condgan.core.values import whole

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
