"""The fully connected networks of the first conditional GAN."""

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import torch
from jaxtyping import Float
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.output import Output
from condgan.networks.base import DiscriminatorInjection, Player
from condgan.networks.blocks import drop
from condgan.networks.inject import Affine, Head, Joined
from condgan.networks.injected import InjectedArchitecture


class Maxout(InjectedArchitecture):
    """Image and condition each through a hidden layer, then a joint one (Mirza & Osindero 2014, section 4.1).

    ``concat`` is the condition's own hidden layer; ``map`` is one more feature.
    """

    always_read: ClassVar[Mapping[Player, frozenset[str]]] = {}

    kind: Literal["maxout"] = "maxout"
    latent: PositiveInt = 100
    """Width of the latent vector z."""
    generator_injection: tuple[Literal["concat", "map", "affine"], ...] = ("concat",)
    """How the condition enters the generator, one way or several: concat, map, affine."""
    discriminator_injection: tuple[DiscriminatorInjection, ...] = ("concat",)
    """How the condition enters the discriminator, none, one way or several: concat, map, features, projection,
    proxy."""
    generator_widths: tuple[PositiveInt, PositiveInt, PositiveInt] = (200, 1000, 1200)
    """ReLU units of the generator: the latent's, the condition's, the joint layer's."""
    discriminator_widths: tuple[PositiveInt, PositiveInt, PositiveInt] = (240, 50, 240)
    """Maxout units of the discriminator: the image's, the condition's, the joint layer's."""
    pieces: tuple[PositiveInt, PositiveInt, PositiveInt] = (5, 5, 4)
    """Linear pieces of each of the discriminator's units (Goodfellow et al. 2013, eq. 2)."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Share of the hidden features left out, of both networks. The generator's are left out in sampling too: it learns
    to take its noise from there. Which ones comes with z, so that a seed says it all."""

    @property
    def noise(self) -> int:
        return self.latent + (sum(self.generator_widths) if self.dropout else 0)

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return Generator(self, shape, widths)

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        return Discriminator(self, shape, widths, auxiliary)


class Units(nn.Module):
    """A dense layer each of whose features is the largest of some linear pieces."""

    def __init__(self, ins: int, outs: int, pieces: int, dropout: float) -> None:
        super().__init__()
        self.pieces = pieces
        self.dense = nn.Linear(ins, outs * pieces)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "b ins"]) -> Float[Tensor, "b outs"]:
        return self.dropout(self.dense(x).unflatten(1, (-1, self.pieces)).amax(2))


class Generator(nn.Module):
    """Latent and condition → a hidden layer each → a joint one → image."""

    def __init__(self, spec: Maxout, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.shape = shape
        latent, condition, joint = spec.generator_widths

        def dense(ins: int, outs: int) -> nn.Module:
            return nn.Sequential(nn.Linear(ins, outs), nn.ReLU())

        self.split = [spec.latent, spec.noise - spec.latent - joint, joint] if spec.dropout else [spec.latent]
        self.dropout = spec.dropout
        self.latent = dense(spec.latent, latent)
        self.joined = Joined(latent, widths, spec.generator_injection, lambda ins: (dense(ins, condition), condition))
        self.joint = nn.Linear(self.joined.features, joint)
        self.affine = Affine(joint, widths, spec.generator_injection, 0)
        self.image = nn.Sequential(nn.Linear(joint, shape.channels * math.prod(shape.space)), nn.Sigmoid())

    def forward(self, z: Float[Tensor, "b noise"], cond: Cond) -> Float[Tensor, "b c *space"]:
        z, *chances = torch.split(z, self.split, 1)
        x = self.joined(self.latent(z), cond)
        if chances:
            x = drop(x, chances[0], self.dropout)
        x = self.affine(self.joint(x), cond).relu()
        if chances:
            x = drop(x, chances[1], self.dropout)
        return self.image(x).mul(2).sub(1).unflatten(1, (self.shape.channels, *self.shape.space))


class Discriminator(nn.Module):
    """Image and condition → maxout units each → joint ones → output."""

    def __init__(self, spec: Maxout, shape: Shape, widths: Widths, auxiliary: int) -> None:
        super().__init__()
        image, condition, joint = spec.discriminator_widths
        of_image, of_condition, of_joint = spec.pieces
        self.image = Units(shape.channels * math.prod(shape.space), image, of_image, spec.dropout)
        self.joined = Joined(
            image,
            widths,
            spec.discriminator_injection,
            lambda ins: (Units(ins, condition, of_condition, spec.dropout), condition),
        )
        self.joint = Units(self.joined.features, joint, of_joint, spec.dropout)
        self.head = Head(joint, widths, spec.discriminator_injection, auxiliary)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Output:
        return self.head(self.joint(self.joined(self.image(x.flatten(1)), cond)), cond)
