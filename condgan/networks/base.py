"""The contract of an architecture: a pair of networks for any shape and any condition."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal

from jaxtyping import Int64
from pydantic import PositiveInt
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.bundle import Bundle
from condgan.core.cond import Embedder, Widths
from condgan.core.output import Output
from condgan.core.registry import Registry
from condgan.core.spec import Spec

Player = Literal["generator", "discriminator"]
GeneratorInjection = Literal["concat", "map", "affine", "spade", "attend"]
"""``concat``: with the latent. ``map``: as an extra feature map, concatenated with the latent's. ``affine``: as the
scale and shift after each normalisation. ``spade``: the same by a map, at each position another. ``attend``: each
position attends to the tokens."""
DiscriminatorInjection = Literal["concat", "map", "features", "projection", "proxy"]
"""``concat``: with the input; a map always comes so. ``map``: as an extra feature map of the input. ``features``: with
the last features. ``projection``: by an inner product with the last features. ``proxy``: as what an embedding of the
image should be near to, by the auxiliary head."""


class Architecture(Spec, ABC):
    """How both networks are built. Bodies take features and a ``Cond``; they know no kind of condition."""

    timed: ClassVar[bool] = False
    """Of clips: whether its networks know the time of each frame, and so make as many as are asked for."""

    kind: str
    latent: PositiveInt = 64
    """Width of the latent vector z."""

    @property
    def noise(self) -> int:
        """Normal numbers that make up one sample's noise: the latent, and whatever else is left to chance."""
        return self.latent

    @property
    def motion_noise(self) -> int:
        """Of clips: how many of these numbers, the last ones, choose how they move and not what they show."""
        return 0

    def times(self, shape: Shape, n: int) -> Int64[Tensor, "n k"] | None:
        """Of clips: the frames of each of ``n`` that both networks see in a step, by chance from torch's own random
        state; ``None``: all."""
        return None

    @abstractmethod
    def reads(self, player: Player) -> frozenset[str]:
        """The carriers (vector, tokens, map) that reach that player's features."""

    @abstractmethod
    def unread(self, player: Player, carrier: str) -> str:
        """For people: that a carrier would be ignored by that player, and what to set."""

    @abstractmethod
    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        """A body ``(Float[b noise], Cond) -> Float[b c *space]`` in −1 … 1."""

    @abstractmethod
    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        """A body ``(Float[b c *space], Cond) -> Output``, with an auxiliary head of that many outputs: a layer called
        ``auxiliary``, a row of its weights an output."""


class Conditioned(nn.Module):
    """A body with the embedder of its condition: ``G(z, y)`` or ``D(x, y)``."""

    def __init__(self, body: nn.Module, embedder: Embedder) -> None:
        super().__init__()
        self.body = body
        self.embedder = embedder

    def forward(
        self, x: Tensor, bundle: Bundle, other: Bundle | None = None, own_loss: bool = False
    ) -> Tensor | Output | tuple[Tensor | Output, Tensor | None]:
        """What the body makes of a condition.

        Args:
            x: noise, or images.
            bundle: their conditions.
            other: conditions that a discriminator is asked about, too: its output then has the logits for them. Where
                the condition enters by the head alone, only that is computed again.
            own_loss: whether the embedder's own loss is returned as well.
        """
        found = self.body(x, self.embedder(bundle))
        if other is not None:
            cond = self.embedder(other)
            again = self.body(x, cond) if found.last is None else self.body.get_submodule("head")(found.last, cond)
            found = found._replace(others=again.logits)
        return (found, self.embedder.own_loss(bundle)) if own_loss else found


ARCHITECTURES: Registry[Architecture] = Registry(
    {
        "mlp": "condgan.networks.mlp:MLP",
        "maxout": "condgan.networks.maxout:Maxout",
        "dcgan": "condgan.networks.dcgan:DCGAN",
        "resnet": "condgan.networks.resnet:ResNet",
        "unet": "condgan.networks.unet:UNet",
        "spade": "condgan.networks.spade:Spade",
        "projected": "condgan.networks.projected:Projected",
        "video": "condgan.networks.video:Video",
    }
)
AnyArchitecture = Annotated[Architecture, ARCHITECTURES]
