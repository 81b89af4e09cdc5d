"""The vectors of many attributes at once: one module for all of a kind, so that forty fields are no forty layers.

They have no weights of their own. What reads a vector is linear in the networks: the columns of its weights are each
value's row, each yes-or-no's signed vector, each number's curve, and each field's own *unknown*.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

WAVES = 3
"""Of a number: pairs of sine and cosine, each of twice the frequency of the one before; the first pair goes half way
round over the range of the data. More would tell near values apart faster, but leave gaps between values open."""


class Block(nn.Module):
    """The vectors of all fields of one kind."""

    def __init__(self, owners: Sequence[int], slots: Sequence[int]) -> None:
        super().__init__()
        self.owners = list(owners)
        """The field of each element."""
        self.slots: Tensor
        self.register_buffer("slots", torch.tensor(slots), persistent=False)


class OneHots(Block):
    """Zeros with a single one for each field."""

    def __init__(self, fields: Sequence[tuple[int, int, int]]) -> None:
        """``fields``: of each its index, the place of its value, and how many values there are."""
        owners = [index for index, _, width in fields for _ in range(width)]
        super().__init__(owners, [slot for _, slot, _ in fields])
        starts = torch.tensor([0, *(width for _, _, width in fields[:-1])]).cumsum(0)
        self.starts: Tensor
        self.register_buffer("starts", starts, persistent=False)

    def forward(self, value: Float[Tensor, "b s"]) -> Float[Tensor, "b d"]:
        places = value[:, self.slots].long() + self.starts
        return value.new_zeros(value.shape[0], len(self.owners)).scatter_(1, places, 1.0)


class Signs(Block):
    """1 for yes, −1 for no, and what is between for how much."""

    def __init__(self, fields: Sequence[tuple[int, int]]) -> None:
        """``fields``: of each its index, and the place of its value."""
        super().__init__(*zip(*fields, strict=True))

    def forward(self, value: Float[Tensor, "b s"]) -> Float[Tensor, "b d"]:
        return 2 * value[:, self.slots] - 1


class Waves(Block):
    """Each number, −1 … 1, with sines and cosines of it (Fourier features, Tancik et al. 2020)."""

    def __init__(self, fields: Sequence[tuple[int, int]], scales: Sequence[tuple[float, float]]) -> None:
        """``fields``: of each its index, and the place of its value. ``scales``: the numbers that become −1 and 1."""
        owners, slots = zip(*fields, strict=True)
        super().__init__(owners * (1 + 2 * WAVES), slots)
        self.zero: Tensor
        self.one: Tensor
        zero, one = torch.tensor(scales).T
        self.register_buffer("zero", zero, persistent=False)
        self.register_buffer("one", one, persistent=False)

    def forward(self, value: Float[Tensor, "b s"]) -> Float[Tensor, "b d"]:
        x = scaled(value[:, self.slots], (self.zero, self.one))
        angles = [x * (math.pi / 2 * 2**power) for power in range(WAVES)]
        return torch.cat([x, *(wave for each in angles for wave in (each.sin(), each.cos()))], 1)


def scaled(value: Tensor, scale: tuple[Any, Any]) -> Tensor:
    """Numbers as −1 … 1."""
    zero, one = scale
    return (value - zero) / (one - zero) * 2 - 1
