"""What the two players minimise, composed from named terms."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from pydantic import NonNegativeFloat, PositiveInt
from torch import Tensor

from condgan.core.spec import Spec
from condgan.core.verdict import Verdict
from condgan.losses.adversarial import LOSSES, LossName
from condgan.losses.paired import feature_matching, l1, mode_seeking
from condgan.losses.penalties import one_centred, zero_centred

Terms = dict[str, Float[Tensor, ""]]
Disagreement = Callable[[Verdict], Float[Tensor, " b"]]


class Gradients(NamedTuple):
    """The discriminator's gradients with respect to its input, where a penalty asks for them."""

    real: Tensor | None = None
    fake: Tensor | None = None
    between: Tensor | None = None


class Pair(NamedTuple):
    """A generated image beside the real one that was made from the same picture."""

    real: Tensor
    fake: Tensor
    of_real: Verdict
    of_fake: Verdict
    z: Tensor
    other: tuple[Tensor, Tensor] | None
    """Other noise and the image that it makes from the same picture, where diversity asks for it."""
    perceived: tuple[Sequence[Tensor], Sequence[Tensor]] | None = None
    """Another network's features of the real and the generated image, where they are asked for."""


class Objective(Spec):
    """An adversarial loss with its penalties and its auxiliary classification."""

    loss: LossName = "relativistic"
    """The adversarial loss."""
    r1: NonNegativeFloat = 0.0
    """Weight γ of the zero-centred gradient penalty at real samples."""
    r2: NonNegativeFloat = 0.0
    """Weight γ of the zero-centred gradient penalty at fake samples."""
    gradient_penalty: NonNegativeFloat = 0.0
    """Weight λ of the one-centred gradient penalty between real and fake samples (WGAN-GP: 10)."""
    every: PositiveInt = 1
    """Compute the penalties at each so many steps, with as many times the weight (Karras et al. 2020, section 3.2)."""
    auxiliary: NonNegativeFloat = 0.0
    """Weight of the auxiliary task, for both players; 0: no auxiliary head. It is to classify, or with the injection
    ``proxy`` to embed."""

    l1: NonNegativeFloat = 0.0
    """Weight of the mean absolute difference from the real image, where the condition is a picture (pix2pix: 100)."""
    feature_matching: NonNegativeFloat = 0.0
    """Weight of the difference of the discriminator's features of the real and the generated image (pix2pixHD: 10)."""
    perceptual: NonNegativeFloat = 0.0
    """Weight of the difference of another network's features of the real and the generated image (Johnson et al. 2016,
    eq. 2): of one given in Python, or of one that first learns from the training images how an image is turned."""
    diversity: NonNegativeFloat = 0.0
    """Weight of mode seeking: noise has to make a difference (Mao et al. 2019: 1). It draws two images for each one."""

    style: NonNegativeFloat = 0.05
    """Weight of the divergence of latents that are told from images, where the architecture learns a style (SPADE:
    0.05)."""

    @property
    def paired(self) -> bool:
        """Whether a generated image is held against the real one of its pair."""
        return bool(self.l1 or self.feature_matching or self.perceptual or self.diversity)

    def discriminator(self, real: Verdict, fake: Verdict, disagreement: Disagreement) -> Terms:
        """The discriminator's terms. It learns the auxiliary task from real samples alone."""
        terms = {"discriminator": LOSSES[self.loss].discriminator(real.logits, fake.logits).mean()}
        if real.auxiliary is not None:
            terms["auxiliary_real"] = self.auxiliary * disagreement(real).mean()
        return terms

    def generator(self, real: Verdict, fake: Verdict, disagreement: Disagreement) -> Terms:
        """The generator's terms."""
        terms = {"generator": LOSSES[self.loss].generator(real.logits, fake.logits).mean()}
        if fake.auxiliary is not None:
            terms["auxiliary_fake"] = self.auxiliary * disagreement(fake).mean()
        return terms

    def pair(self, pair: Pair) -> Terms:
        """The generator's terms that hold an image against that of its pair."""
        terms: Terms = {}
        if self.l1:
            terms["l1"] = self.l1 * l1(pair.real, pair.fake).mean()
        if self.feature_matching:
            matched = feature_matching(pair.of_real.features, pair.of_fake.features)
            terms["feature_matching"] = self.feature_matching * matched.mean()
        if pair.perceived is not None:
            terms["perceptual"] = self.perceptual * feature_matching(*pair.perceived).mean()
        if pair.other is not None:
            terms["diversity"] = self.diversity * mode_seeking(pair.fake, pair.other[1], pair.z, pair.other[0]).mean()
        return terms

    def penalties(self, gradients: Gradients) -> Terms:
        """The penalties on the discriminator, weighed for how rarely they are computed."""
        terms: Terms = {}
        if gradients.real is not None:
            terms["r1"] = self.every * self.r1 / 2 * zero_centred(gradients.real).mean()
        if gradients.fake is not None:
            terms["r2"] = self.every * self.r2 / 2 * zero_centred(gradients.fake).mean()
        if gradients.between is not None:
            terms["gradient_penalty"] = self.every * self.gradient_penalty * one_centred(gradients.between).mean()
        return terms


def total(terms: Terms) -> Float[Tensor, ""]:
    """The sum of all terms."""
    return torch.stack(list(terms.values())).sum()
