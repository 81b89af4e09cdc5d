"""How far generated features are from real ones: 0 for equal distributions, without bound."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from condgan.core.errors import SettingsError

BLOCK = 500


class Gaussian(NamedTuple):
    """Mean and covariance of some features, float64."""

    mean: Float[np.ndarray, " d"]
    covariance: Float[np.ndarray, "d d"]


def gaussian(features: Float[Tensor, "n d"]) -> Gaussian:
    """The Gaussian of the same moments; the covariance divided by n − 1."""
    rows = features.detach().cpu().double().numpy()
    mean = rows.mean(0)
    apart = rows - mean
    return Gaussian(mean, apart.T @ apart / max(1, len(rows) - 1))


def gaussian_distance(a: Gaussian, b: Gaussian) -> float:
    """|μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁ C₂)^½), the distance of two Gaussians (Dowson & Landau 1982)."""
    # the roots of the eigenvalues of C₁ C₂ are those of C₁^½ C₂ C₁^½, which is symmetric: faster and never complex
    values, vectors = np.linalg.eigh(a.covariance)
    half = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    root = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ b.covariance @ half), 0)).sum()
    return float(np.square(a.mean - b.mean).sum() + np.trace(a.covariance) + np.trace(b.covariance) - 2 * root)


def frechet_distance(a: Float[Tensor, "n d"], b: Float[Tensor, "m d"]) -> float:
    """Fréchet distance of two sets of features (Heusel et al. 2017, eq. 6). Only on Inception's may it be called FID.

    Raises:
        SettingsError: too few features for a covariance, or NaN among them.
    """
    for features in (a, b):
        require_finite(features)
        require_enough(len(features), features.shape[1])
    return gaussian_distance(gaussian(a), gaussian(b))


def kernel_distance(a: Float[Tensor, "n d"], b: Float[Tensor, "m d"]) -> float:
    """Unbiased squared MMD with the kernel (x·y / d + 1)³ over all pairs (Bińkowski et al. 2018); may fall below 0.

    Raises:
        SettingsError: fewer than two of a kind, or NaN among them.
    """
    for features in (a, b):
        require_finite(features)
        if len(features) < 2:
            raise SettingsError("too few samples for a kernel distance", where=f"{len(features)} samples", do="give 2")
    within = sum(_kernel_sum_within(x) / (len(x) * (len(x) - 1)) for x in (a, b))
    return within - 2 * _kernel_sum(a, b) / (len(a) * len(b))


def _kernel_sum(a: Tensor, b: Tensor) -> float:
    """Over all pairs, some rows at a time; rounding errors of single products cancel out in float64."""
    return sum(_kernel(rows, b).sum(dtype=torch.float64).item() for rows in torch.split(a, BLOCK))


def _kernel_sum_within(x: Tensor) -> float:
    """Over all pairs of two different ones; each pair is computed once and counted twice."""
    total = 0.0
    for start in range(0, len(x), BLOCK):
        rows, after = x[start : start + BLOCK], x[start + BLOCK :]
        near = _kernel(rows, rows)
        total += (near.sum(dtype=torch.float64) - near.diagonal().sum(dtype=torch.float64)).item()
        total += 2 * _kernel(rows, after).sum(dtype=torch.float64).item()
    return total


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    linear = torch.addmm(torch.ones((), dtype=a.dtype), a, b.T, alpha=1 / a.shape[1])
    return (linear * linear).mul_(linear)


def require_enough(n: int, width: int) -> None:
    """Refuse a covariance that has no inverse.

    Raises:
        SettingsError: n samples are too few for so many features.
    """
    if n <= width:
        raise SettingsError(
            "too few samples for a covariance",
            where=f"{n:,} samples of {width} features",
            do=f"give at least {width + 1}",
        )


def require_finite(features: Tensor) -> None:
    """Refuse features that are no numbers.

    Raises:
        SettingsError: some are NaN or infinite.
    """
    bad = int((~torch.isfinite(features)).any(1).sum())
    if bad:
        raise SettingsError(
            "NaN or Inf in features",
            where=f"{bad:,} of {len(features):,} images",
            do="check the extractor and the images",
        )
