"""Whether colours are as frequent as they should be, wherever they are."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

BINS, WIDEST = 25, 110.0
"""Bins a side, an odd number so that no colour at all lies within one, and the largest a and b of Lab they reach."""
PART = 500


def colour_histogram(images: UInt8[Tensor, "n 3 h w"]) -> Float[Tensor, "a b"]:
    """The shares of all positions by Lab's a and b (Isola et al. 2017, figure 7, has them one by one)."""
    from kornia.color import rgb_to_lab

    counts = torch.zeros(BINS * BINS, dtype=torch.float64)
    for part in torch.split(images, PART):
        chroma = rgb_to_lab(part.float() / 255)[:, 1:]
        a, b = ((chroma + WIDEST) * (BINS / (2 * WIDEST))).long().clamp(0, BINS - 1).unbind(1)
        counts += torch.bincount((a * BINS + b).flatten(), minlength=BINS * BINS)
    return (counts / counts.sum()).view(BINS, BINS).float()


def histogram_distance(one: Float[Tensor, "a b"], other: Float[Tensor, "a b"]) -> float:
    """Total variation: the share of positions whose colour would have to change; 0 alike, 1 nothing in common."""
    return (one - other).abs().sum().item() / 2
