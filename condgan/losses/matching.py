"""Losses that tell whether an image and its condition belong together, and what a condition learns by itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from jaxtyping import Float
from pydantic import NonNegativeFloat
from torch import Tensor
from torch.nn import functional as F

from condgan.core.needs import JOINT, MISMATCHES, OWN_LOSS, READS, SOMETHING, Need
from condgan.losses.base import Player, Step, Term


class Matching(Term):
    """Matching-aware discriminator (Reed et al. 2016, section 4.2): a real image with the condition of another one is
    to have a lower logit than with its own. The conditions of a batch are rolled by one; those that ask for the same
    are no mismatch."""

    kind: Literal["matching"] = "matching"
    weight: NonNegativeFloat = 1.0
    """Weight of the loss by which the discriminator tells the condition of a real image from that of another."""

    players: ClassVar[tuple[Player, ...]] = ("discriminator",)

    def provides(self) -> frozenset[str]:
        return frozenset({MISMATCHES})

    def needs(self) -> tuple[Need, ...]:
        reads = (
            "objective.matching compares conditions, and the discriminator reads none: set --condition, and add "
            "projection to architecture.discriminator_injection"
        )
        return (Need(READS, reads), Need(SOMETHING, reads))

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        assert step.of_real.others is not None and step.mismatched is not None, "it was asked for"
        # as a pair of the relativistic loss, so that it is of one scale whatever the adversarial loss is
        right, wrong = (
            each.float().reshape(len(each), -1).mean(1) for each in (step.of_real.logits, step.of_real.others)
        )
        return F.softplus(wrong - right) * step.mismatched


class SkipGram(Term):
    """What the condition learns from itself while the networks learn from images: of a text, which words stand near
    each other (Mikolov et al. 2013, eq. 4; learned jointly as proposed by Mirza & Osindero 2014, section 5)."""

    kind: Literal["skip_gram"] = "skip_gram"
    weight: NonNegativeFloat = 0.1
    """Weight of skip-gram on the captions, which is learned by both networks together with all else."""

    players: ClassVar[tuple[Player, ...]] = ("discriminator", "generator")

    def needs(self) -> tuple[Need, ...]:
        learns = (
            "objective.skip_gram is for words that are learned: set --condition text, with its encoder left at words "
            "and frozen at false"
        )
        return (Need(OWN_LOSS, learns),)

    def provides(self) -> frozenset[str]:
        return frozenset({JOINT})

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        assert step.own_loss is not None, "a recipe without such a condition is refused"
        return step.own_loss
