"""The contract of an architecture: a pair of networks for any shape and any condition."""

from abc import ABC, abstractmethod
from typing import Literal

from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.cond import Embedder, Widths
from condgan.core.spec import Spec
from condgan.core.verdict import Verdict

GeneratorInjection = Literal["concat", "map", "affine"]
DiscriminatorInjection = Literal["none", "concat", "map", "features", "projection"]


class Architecture(Spec, ABC):
    """How both networks are built. Bodies take features and a ``Cond``; they know no kind of condition."""

    latent: int = 64
    """Width of the latent vector z."""
    generator_injection: GeneratorInjection = "affine"
    """How the condition enters the generator: concatenated with the latent; as an extra feature map beside the
    latent's; or as the scale and shift after each normalisation."""
    discriminator_injection: DiscriminatorInjection = "projection"
    """How the condition enters the discriminator: not at all; concatenated with the input; as an extra map beside
    the input; concatenated with the last features; or by projection on the last features."""

    @abstractmethod
    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        """A body ``(Float[b latent], Cond) -> Float[b c *space]`` in −1 … 1."""

    @abstractmethod
    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        """A body ``(Float[b c *space], Cond) -> Verdict``, with an auxiliary head of that many outputs."""


class Conditioned(nn.Module):
    """A body with the embedder of its condition: ``G(z, y)`` or ``D(x, y)``."""

    def __init__(self, body: nn.Module, embedder: Embedder) -> None:
        super().__init__()
        self.body = body
        self.embedder = embedder

    def forward(self, x: Tensor, encoded: Tensor) -> Tensor | Verdict:
        return self.body(x, self.embedder(encoded))
