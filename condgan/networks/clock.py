"""The time of a frame, as networks get it."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

WAVES = 8
"""Frequencies, at most."""


class Clock(nn.Module):
    """A time as sines and cosines of whole numbers of waves in a clip (Vaswani et al. 2017, section 3.5)."""

    def __init__(self, frames: int) -> None:
        super().__init__()
        self.frames, self.waves = frames, max(1, min(WAVES, frames // 2))
        self.width = 2 * self.waves

    def forward(self, times: Float[Tensor, "b k"]) -> Float[Tensor, "b k w"]:
        whole = torch.arange(1, self.waves + 1, device=times.device, dtype=times.dtype)
        angles = 2 * math.pi / self.frames * (times % self.frames)[..., None] * whole
        return torch.cat([angles.sin(), angles.cos()], -1)
