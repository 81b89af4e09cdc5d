"""Regular patterns: what layers that enlarge leave in images at the frequencies of their grids (Odena et al. 2016)."""

import math

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

PERIODS = (2, 4, 8)
"""In pixels: what one, two and three doublings repeat."""
NEAR, FAR = 3, 5
"""Bins of the spectrum that are compared with a peak: those at least and at most so far from it."""
LEAST = 2 * (FAR + 1)
"""Pixels a side, below which a peak has no surroundings."""
PART = 500


def power(images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "h w"]:
    """The mean power spectrum of the grey levels (0 … 1), under a Hann window, for the borders are no pattern."""
    h, w = images.shape[2:]
    window = torch.outer(torch.hann_window(h, periodic=False), torch.hann_window(w, periodic=False))
    total = torch.zeros(h, w, dtype=torch.float64)
    for part in torch.split(images, PART):
        grey = part[:, :3].float().mean(1) / 255
        grey = (grey - grey.mean((1, 2), keepdim=True)) * window
        total += torch.fft.fft2(grey).abs().square().double().sum(0)
    return (total / len(images)).float()


def peaks(images: UInt8[Tensor, "n c *space"]) -> dict[str, float]:
    """How far the power at each frequency of a grid stands out from what surrounds it, as a ratio; about 1 of photos.

    The frequencies are all with a period of 2, 4 or 8 pixels down, across, or both; named by ``down×across``, ``-`` for
    none. Images with a side below ``LEAST``, and volumes, are not looked at.
    """
    if images.dim() != 4 or min(images.shape[2:]) < LEAST:
        return {}
    spectrum = power(images)
    found: dict[str, float] = {}
    for down in (None, *PERIODS):
        for across in (None, *PERIODS):
            if down or across:
                found[f"{down or '-'}×{across or '-'}"] = _prominence(spectrum, down, across)
    return found


def _prominence(spectrum: Float[Tensor, "h w"], *periods: int | None) -> float:
    """At a frequency that lies between two bins, of the higher one."""
    sides = spectrum.shape
    exact = [side / period if period else 0.0 for side, period in zip(sides, periods, strict=True)]
    places = [{math.floor(each), math.ceil(each)} for each in exact]
    top = max(float(spectrum[row % sides[0], column % sides[1]]) for row in places[0] for column in places[1])
    offsets = [torch.arange(-FAR, FAR + 1) for _ in sides]
    far = torch.maximum(offsets[0].abs()[:, None], offsets[1].abs()) >= NEAR
    row, column = ((round(each) + offset) % side for each, offset, side in zip(exact, offsets, sides, strict=True))
    return top / around if (around := float(spectrum[row][:, column][far].median())) else 1.0
