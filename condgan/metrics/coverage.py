"""Do samples look real, and are all kinds of real images among them? Each share holds for one space of features."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from condgan.core.errors import SettingsError
from condgan.metrics.distances import require_finite
from condgan.metrics.neighbours import BLOCK, blocks, radii


class Coverage(NamedTuple):
    """All are 1 for real images, at best; density may exceed it."""

    precision: float
    """Share of samples within a real image's neighbourhood: do they look real?"""
    recall: float
    """Share of real images within a sample's neighbourhood: could the generator have made them?"""
    density: float
    """Real neighbourhoods that a sample lies in, over k: precision that outliers cannot inflate."""
    coverage: float
    """Share of real images with a sample in their neighbourhood: recall that outliers cannot inflate."""


def coverage(real: Float[Tensor, "n d"], generated: Float[Tensor, "m d"], k: int = 5) -> Coverage:
    """Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020), by k neighbours.

    Raises:
        SettingsError: not more than k of a kind, or NaN among them.
    """
    for features in (real, generated):
        require_finite(features)
        if len(features) <= k:
            raise SettingsError(
                f"too few samples for {k} neighbours", where=f"{len(features)} samples", do=f"give at least {k + 1}"
            )
    around_real, around_generated = radii(real, k), radii(generated, k)
    lies_in = torch.zeros(len(generated))
    reached, covered = [], []
    for rows, around in zip(blocks(real, generated), torch.split(around_real, BLOCK), strict=True):
        inside = rows <= around[:, None]
        lies_in += inside.sum(0)
        covered.append(inside.any(1))
        reached.append((rows <= around_generated).any(1))
    return Coverage(
        precision=(lies_in > 0).float().mean().item(),
        recall=torch.cat(reached).float().mean().item(),
        density=lies_in.mean().item() / k,
        coverage=torch.cat(covered).float().mean().item(),
    )
