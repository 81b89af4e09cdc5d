"""Gradient penalties: pure functions of D's gradient with respect to its input, and the terms made of them."""

from typing import ClassVar, Literal

from jaxtyping import Float
from pydantic import NonNegativeFloat
from torch import Tensor

from condgan.losses.base import Place, Player, Step, Term

Gradient = Float[Tensor, "b *shape"]


def zero_centred(gradient: Gradient) -> Float[Tensor, " b"]:
    """Squared norm: R1 at real and R2 at fake samples (Mescheder et al. 2018, eq. 9 and 10, without γ / 2)."""
    return gradient.flatten(1).square().sum(1)


def one_centred(gradient: Gradient) -> Float[Tensor, " b"]:
    """Squared distance of the norm from one, between real and fake (Gulrajani et al. 2017, eq. 3, without λ)."""
    # the small constant keeps the square root's own gradient finite where the norm is zero
    return ((gradient.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).square()


class R1(Term):
    """Zero-centred gradient penalty at real samples (Mescheder et al. 2018, eq. 9)."""

    kind: Literal["r1"] = "r1"
    weight: NonNegativeFloat = 1.0
    """Weight γ of the zero-centred gradient penalty at real samples."""

    players: ClassVar[tuple[Player, ...]] = ("discriminator",)
    places: ClassVar[frozenset[Place]] = frozenset({"real"})

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        return zero_centred(step.gradients["real"]) / 2


class R2(Term):
    """Zero-centred gradient penalty at generated samples (Mescheder et al. 2018, eq. 10)."""

    kind: Literal["r2"] = "r2"
    weight: NonNegativeFloat = 1.0
    """Weight γ of the zero-centred gradient penalty at generated samples."""

    players: ClassVar[tuple[Player, ...]] = ("discriminator",)
    places: ClassVar[frozenset[Place]] = frozenset({"fake"})

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        return zero_centred(step.gradients["fake"]) / 2


class GradientPenalty(Term):
    """One-centred gradient penalty between real and generated samples (Gulrajani et al. 2017, eq. 3)."""

    kind: Literal["gradient_penalty"] = "gradient_penalty"
    weight: NonNegativeFloat = 10.0
    """Weight λ of the one-centred gradient penalty between real and generated samples (WGAN-GP: 10)."""

    players: ClassVar[tuple[Player, ...]] = ("discriminator",)
    places: ClassVar[frozenset[Place]] = frozenset({"between"})

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        return one_centred(step.gradients["between"])
