"""What a run will take, measured on a few of its steps."""

import sys
import time
from typing import NamedTuple

import psutil
import torch

from condgan.core.defaults import with_own_defaults
from condgan.data.dataset import Dataset
from condgan.recipe import Recipe
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer

ENOUGH = 10.0
"""Seconds of measuring, at most."""


class Estimate(NamedTuple):
    """Time and memory of a run."""

    images_per_second: float
    minutes: float
    """For the whole budget."""
    memory: int
    """Peak bytes: of the process, on a GPU of its memory."""


@with_own_defaults
def estimate(recipe: Recipe, dataset: Dataset, device: str = "auto") -> Estimate:
    """Take some steps, without a folder, and say what the whole will take.

    Raises:
        SettingsError: the device is not there.
    """
    trainer = Trainer(recipe, dataset, accelerator(device, recipe.training.precision))
    trainer.step()  # the first allocates
    images, seconds = trainer.images, trainer.seconds
    started = time.monotonic()
    while trainer.steps <= max(8, recipe.objective.every) and time.monotonic() - started < ENOUGH:
        trainer.step()
    rate = (trainer.images - images) / (trainer.seconds - seconds)
    training = recipe.training
    return Estimate(rate, training.minutes or training.images / rate / 60, _peak(trainer.engine.device))


def _peak(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
