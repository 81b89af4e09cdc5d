"""Losses of a generated image against the real one of its pair; one value a sample, 0 where both agree."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

Features = Sequence[Float[Tensor, "b ..."]]


def l1(real: Float[Tensor, "b c ..."], fake: Float[Tensor, "b c ..."]) -> Float[Tensor, " b"]:
    """Mean absolute difference, of images in −1 … 1 (Isola et al. 2017, eq. 3)."""
    return (real.float() - fake.float()).abs().flatten(1).mean(1)


def feature_matching(real: Features, fake: Features) -> Float[Tensor, " b"]:
    """Mean absolute difference of a network's features, layer by layer (Wang et al. 2018, eq. 4)."""
    return torch.stack([l1(ours, theirs) for ours, theirs in zip(real, fake, strict=True)]).mean(0)


def divergence(mean: Float[Tensor, "b z"], log_variance: Float[Tensor, "b z"]) -> Float[Tensor, " b"]:
    """Kullback-Leibler divergence from the standard normal distribution (Kingma & Welling 2014, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)


def mode_seeking(
    one: Float[Tensor, "b c ..."], other: Float[Tensor, "b c ..."], z: Float[Tensor, "b z"], z2: Float[Tensor, "b z"]
) -> Float[Tensor, " b"]:
    """How little two images of one condition differ for how much their noise does (Mao et al. 2019, eq. 3, inverted
    as in the authors' code)."""
    return 1 / (l1(one, other) / l1(z, z2) + 1e-5)
