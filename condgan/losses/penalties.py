"""Gradient penalties as pure functions of D's gradient with respect to its input: one value per sample."""

from jaxtyping import Float
from torch import Tensor

Gradient = Float[Tensor, "b *shape"]


def zero_centred(gradient: Gradient) -> Float[Tensor, " b"]:
    """Squared norm: R1 at real and R2 at fake samples (Mescheder et al. 2018, eq. 9 and 10, without γ / 2)."""
    return gradient.flatten(1).square().sum(1)


def one_centred(gradient: Gradient) -> Float[Tensor, " b"]:
    """Squared distance of the norm from one, between real and fake (Gulrajani et al. 2017, eq. 3, without λ)."""
    # the small constant keeps the square root's own gradient finite where the norm is zero
    return ((gradient.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).square()
