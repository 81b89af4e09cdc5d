"""Does what is exported make the same images?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from condgan.core.errors import SettingsError
from condgan.exports.program import IMAGES, VALUES, Portable, inputs, run
from condgan.pipeline import Pipeline

SIZES = (1, 2, 7, 64)
"""Samples at a time."""
MOST, LEAST = 1e-3, 0.999
"""The largest difference, of the range −1 … 1, and the share of equal bytes, from which on images are the same."""
Run = Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]]
"""From inputs to outputs, by their names."""


class Parity(NamedTuple):
    """How near the outputs are to those of the generator in PyTorch."""

    largest: float
    """The largest difference of a value, of the range −1 … 1."""
    equal: float
    """Share of the bytes of the images that are equal."""
    images: int
    """Samples that were compared."""
    psnr: float = math.inf
    """Of the images, in dB; infinite where all bytes are equal."""

    def __str__(self) -> str:
        near = f"largest difference {self.largest:.1e}, equal bytes {self.equal:.4%}"
        return f"{self.images} samples compared: {near}, PSNR {self.psnr:.1f} dB"


def compared(pipeline: Pipeline, exported: Run, sizes: tuple[int, ...] = SIZES) -> Parity:
    """Compare what is exported with the generator, for values by chance and several numbers of samples."""
    portable, largest, equal, squares, total = Portable(pipeline), 0.0, 0, 0.0, 0
    for size in sizes:
        given = inputs(pipeline, size, seed=size)
        images, values = run(portable, given)
        found = exported({name: each.numpy() for name, each in given.items()})
        largest = max(largest, _apart(torch.from_numpy(found[VALUES]), values))
        apart = torch.from_numpy(found[IMAGES]).double() - images
        equal += int((apart == 0).sum())
        squares += apart.square().sum().item()
        total += apart.numel()
    psnr = 10 * math.log10(255**2 * total / squares) if squares else math.inf
    return Parity(largest, equal / total, sum(sizes), psnr)


def _apart(found: Tensor, values: Tensor) -> float:
    apart = (found - values).abs().max().item()
    return apart if apart == apart else float("inf")


def require_parity(parity: Parity) -> None:
    """Refuse what makes other images.

    Raises:
        SettingsError: it does.
    """
    if parity.largest > MOST or parity.equal < LEAST:
        raise SettingsError(
            "the exported generator makes other images",
            where=str(parity),
            do="export to another format, and report it with the versions of torch and onnxscript",
        )
