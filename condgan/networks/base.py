"""The contract of an architecture: a pair of networks for any shape and any condition."""

from abc import ABC, abstractmethod
from typing import Literal, NamedTuple

from jaxtyping import Float
from pydantic import PositiveInt
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.cond import Embedder, Widths
from condgan.core.spec import Spec
from condgan.core.verdict import Verdict

GeneratorInjection = Literal["concat", "map", "affine", "spade"]
"""``concat``: with the latent. ``map``: as an extra feature map beside the latent's. ``affine``: as the scale and
shift after each normalisation. ``spade``: the same by a picture, at each position another."""
DiscriminatorInjection = Literal["concat", "map", "features", "projection", "proxy"]
"""``concat``: with the input; a picture always comes so. ``map``: as an extra map beside the input. ``features``: with
the last features. ``projection``: by an inner product with the last features. ``proxy``: as what an embedding of the
image should be near to, by the auxiliary head."""


class Architecture(Spec, ABC):
    """How both networks are built. Bodies take features and a ``Cond``; they know no kind of condition."""

    latent: PositiveInt = 64
    """Width of the latent vector z."""
    generator_injection: tuple[GeneratorInjection, ...] = ("concat", "affine")
    """How the condition enters the generator, one way or several: concat, map, affine, spade."""
    discriminator_injection: tuple[DiscriminatorInjection, ...] = ("projection",)
    """How the condition enters the discriminator, none, one way or several: concat, map, features, projection,
    proxy."""

    @property
    def label_in_input(self) -> bool:
        """Whether the discriminator's input brings the label along: an auxiliary task would be learned from that."""
        return not {"concat", "map"}.isdisjoint(self.discriminator_injection)

    @property
    def noise(self) -> int:
        """Normal numbers that make up one sample's noise: the latent, and whatever else is left to chance."""
        return self.latent

    @property
    def reads_pictures(self) -> bool:
        """Whether the generator takes in a condition that is a picture."""
        return "spade" in self.generator_injection

    @property
    def learns_style(self) -> bool:
        """Whether a generator's body has a ``style``: ``Float[b c *space] -> Style``, which tells z from an image."""
        return False

    @abstractmethod
    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        """A body ``(Float[b noise], Cond) -> Float[b c *space]`` in −1 … 1."""

    @abstractmethod
    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        """A body ``(Float[b c *space], Cond) -> Verdict``, with an auxiliary head of that many outputs."""


class Style(NamedTuple):
    """The normal distribution of the latents by which an image may have come about (Kingma & Welling 2014, eq. 9)."""

    mean: Float[Tensor, "b latent"]
    log_variance: Float[Tensor, "b latent"]

    def draw(self, noise: Float[Tensor, "b latent"]) -> Float[Tensor, "b latent"]:
        """A latent of it, from standard normal noise."""
        return self.mean + (0.5 * self.log_variance).exp() * noise


class Conditioned(nn.Module):
    """A body with the embedder of its condition: ``G(z, y)`` or ``D(x, y)``."""

    def __init__(self, body: nn.Module, embedder: Embedder) -> None:
        super().__init__()
        self.body = body
        self.embedder = embedder

    def forward(self, x: Tensor, encoded: Tensor) -> Tensor | Verdict:
        return self.body(x, self.embedder(encoded))
