"""Losses of a generated image compared with the real one of its condition, or with another of its own."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Float
from pydantic import NonNegativeFloat
from torch import Tensor

from condgan.core.needs import DIVERGENCE, FEATURES, GROUND_TRUTH, NOISE, POSTERIOR, Need
from condgan.losses.base import Player, Step, Term

Features = Sequence[Float[Tensor, "b ..."]]
TURNS = "turns"
"""The network of a perceptual loss that learns from the training images themselves."""


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


def _ground_truth(term: str) -> Need:
    return Need(
        GROUND_TRUTH,
        f"objective.{term} compares with a true image for each condition: set --condition picture or layout",
    )


class L1(Term):
    """Mean absolute difference from the real image (Isola et al. 2017, eq. 3)."""

    kind: Literal["l1"] = "l1"
    weight: NonNegativeFloat = 100.0
    """Weight of the mean absolute difference from the real image, where the condition is a picture (pix2pix: 100)."""

    players: ClassVar[tuple[Player, ...]] = ("generator",)

    def needs(self) -> tuple[Need, ...]:
        return (_ground_truth("l1"),)

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        return l1(step.real, step.fake)


class FeatureMatching(Term):
    """Difference of the discriminator's features of the real and the generated image (Wang et al. 2018, eq. 4)."""

    kind: Literal["feature_matching"] = "feature_matching"
    weight: NonNegativeFloat = 10.0
    """Weight of the difference of the discriminator's features of the real and the generated image (pix2pixHD: 10)."""

    players: ClassVar[tuple[Player, ...]] = ("generator",)

    def needs(self) -> tuple[Need, ...]:
        patches = "objective.feature_matching needs a discriminator of patches: set architecture.kind to unet or spade"
        return (_ground_truth("feature_matching"), Need(FEATURES, patches))

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        return feature_matching(step.of_real.features, step.of_fake.features)


class Perceptual(Term):
    """Difference of another network's features of the real and the generated image (Johnson et al. 2016, eq. 2)."""

    kind: Literal["perceptual"] = "perceptual"
    weight: NonNegativeFloat = 1.0
    """Weight of the difference of another network's features of the real and the generated image (Johnson et al. 2016,
    eq. 2)."""
    network: str = TURNS
    """Whose features: ``turns``, a network that first learns from the training images how an image is turned; or a
    pretrained one, as ``architecture.network`` names it, such as efficientnet-lite0; or one given in Python."""

    players: ClassVar[tuple[Player, ...]] = ("generator",)

    def needs(self) -> tuple[Need, ...]:
        return (_ground_truth("perceptual"),)

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        assert step.perceive is not None, "a run without a network is refused"
        return feature_matching(step.perceive(step.real), step.perceive(step.fake))


class Diversity(Term):
    """Mode seeking: noise has to make a difference (Mao et al. 2019, eq. 3)."""

    kind: Literal["diversity"] = "diversity"
    weight: NonNegativeFloat = 1.0
    """Weight of mode seeking: noise has to make a difference (Mao et al. 2019: 1). It generates a second image for each
    condition."""

    players: ClassVar[tuple[Player, ...]] = ("generator",)

    def needs(self) -> tuple[Need, ...]:
        return (Need(NOISE, "objective.diversity is for generators with noise: set architecture.latent or dropout"),)

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        other, image = step.again()
        return mode_seeking(step.fake, image, step.z, other)


class Style(Term):
    """Divergence of the latents that are told from images from the standard normal distribution (Kingma & Welling 2014,
    appendix B)."""

    kind: Literal["style"] = "style"
    weight: NonNegativeFloat = 0.05
    """Weight of the divergence of latents that are told from images, where the architecture learns a style (SPADE:
    0.05)."""

    players: ClassVar[tuple[Player, ...]] = ("generator",)

    def provides(self) -> frozenset[str]:
        return frozenset({DIVERGENCE})

    def needs(self) -> tuple[Need, ...]:
        return (Need(POSTERIOR, "objective.style is for networks that learn a style: set architecture.style to true"),)

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        assert step.posterior is not None, "a recipe without a style is refused"
        return divergence(*step.posterior)
