"""Parzen-window log-likelihood as the papers of 2014 gave it (Breuleux et al. 2011; Goodfellow et al. 2014, table 1).

It says little by itself (Theis et al. 2016): a few averages of training images can beat the real images themselves.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from condgan.metrics.neighbours import blocks

SIGMAS = tuple(round(0.05 * 10 ** (step / 20), 4) for step in range(21))
"""Widths to choose from, in units of the full range of a pixel: 0.05 … 0.5."""


class Parzen(NamedTuple):
    """The likelihood of unseen images under Gaussians around samples."""

    sigma: float
    curve: tuple[float, ...]
    """Mean log-likelihood of the validation images for each of the widths."""
    log_likelihood: Float64[Tensor, " n"]
    """Of each test image, in nats."""


def parzen_log_likelihood(
    samples: Float[Tensor, "s d"], points: Float[Tensor, "n d"], sigmas: Sequence[float]
) -> Float64[Tensor, "w n"]:
    """Log-likelihood of points under a mixture of Gaussians of width σ around samples, for each σ; in nats.

    Args:
        samples: pixels, 0 … 1.
        points: as the samples.
        sigmas: widths in the same units.
    """
    count, width = samples.shape
    found = []
    for block in blocks(points, samples):
        squared = block.square_()
        least = squared.min(1).values  # taken out, as logsumexp does: the nearest sample's term becomes 1
        above = squared.sub_(least[:, None])
        sums = [above.mul(-0.5 / sigma**2).exp_().sum(1).double().log() for sigma in sigmas]
        found.append(torch.stack([each - least / (2 * sigma**2) for each, sigma in zip(sums, sigmas, strict=True)]))
    norms = [math.log(count) + width / 2 * math.log(2 * math.pi * sigma**2) for sigma in sigmas]
    return torch.cat(found, 1) - torch.tensor(norms, dtype=torch.float64)[:, None]


def parzen(
    samples: Float[Tensor, "s d"],
    validation: Float[Tensor, "v d"],
    test: Float[Tensor, "n d"],
    sigmas: Sequence[float] = SIGMAS,
) -> Parzen:
    """Choose σ by the validation images, and measure on the test images with that one."""
    curve = parzen_log_likelihood(samples, validation, sigmas).mean(1)
    sigma = sigmas[int(curve.argmax())]
    return Parzen(sigma, tuple(curve.tolist()), parzen_log_likelihood(samples, test, [sigma])[0])
