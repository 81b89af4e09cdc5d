"""Fully connected networks."""

import itertools
import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from jaxtyping import Float
from pydantic import Field, PositiveInt, model_validator
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.output import Output
from condgan.networks.base import DiscriminatorInjection, Player
from condgan.networks.blocks import Activation, Norm, activation, norm
from condgan.networks.inject import Affine, Head, InputLayer, Stem
from condgan.networks.injected import InjectedArchitecture


class MLP(InjectedArchitecture):
    """Fully connected layers over the flattened image, as in Goodfellow et al. 2014."""

    always_read: ClassVar[Mapping[Player, frozenset[str]]] = {}

    kind: Literal["mlp"] = "mlp"
    latent: PositiveInt = 100
    """Width of the latent vector z."""
    generator_injection: tuple[Literal["concat", "map", "affine"], ...] = ("concat",)
    """How the condition enters the generator, one way or several: concat, map, affine."""
    discriminator_injection: tuple[DiscriminatorInjection, ...] = ("concat",)
    """How the condition enters the discriminator, none, one way or several: concat, map, features, projection,
    proxy."""
    generator_widths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (256, 512, 1024)
    """Widths of the generator's hidden layers."""
    discriminator_widths: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (1024, 512, 256)
    """Widths of the discriminator's hidden layers."""
    generator_activation: Activation = "leaky-relu"
    """Activation between the generator's layers."""
    discriminator_activation: Activation = "leaky-relu"
    """Activation between the discriminator's layers."""
    slope: float | None = None
    """Slope of the leaky ReLU below zero, by default 0.2."""
    norm: Norm = "none"
    """Normalisation of the generator's hidden features."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """Share of the discriminator's hidden features left out in training."""

    @model_validator(mode="after")
    def _slope_is_used(self) -> Self:
        if self.slope is not None and "leaky-relu" not in (self.generator_activation, self.discriminator_activation):
            raise ValueError("slope is of a leaky ReLU: set an activation to leaky-relu, or leave slope out")
        return self

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return Generator(self, shape, widths)

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        return Discriminator(self, shape, widths, auxiliary)


class Generator(nn.Module):
    """Latent → hidden layers → image."""

    def __init__(self, spec: MLP, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.shape = shape
        first, *rest = spec.generator_widths
        self.stem = Stem(spec.latent, first, (), widths, spec.generator_injection)
        sizes = [self.stem.features, *rest]
        self.dense = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, rest, strict=False))
        self.norms = nn.ModuleList(norm(spec.norm, size, 0) for size in sizes)
        self.affines = nn.ModuleList(Affine(size, widths, spec.generator_injection, 0) for size in sizes)
        self.act = activation(spec.generator_activation, spec.slope)
        self.image = nn.Linear(sizes[-1], shape.channels * math.prod(shape.space))

    def forward(self, z: Float[Tensor, "b latent"], cond: Cond) -> Float[Tensor, "b c *space"]:
        x = self.stem(z, cond)
        for layer, normalise, affine in zip([nn.Identity(), *self.dense], self.norms, self.affines, strict=True):
            x = self.act(affine(normalise(layer(x)), cond))
        return self.image(x).tanh().unflatten(1, (self.shape.channels, *self.shape.space))


class Discriminator(nn.Module):
    """Image → hidden layers → output."""

    def __init__(self, spec: MLP, shape: Shape, widths: Widths, auxiliary: int) -> None:
        super().__init__()
        flat = Shape(shape.channels * math.prod(shape.space), ())
        self.input = InputLayer(flat, widths._replace(map=0), spec.discriminator_injection)
        sizes = [self.input.channels, *spec.discriminator_widths]
        self.layers = nn.Sequential()
        for a, b in itertools.pairwise(sizes):
            act = activation(spec.discriminator_activation, spec.slope)
            self.layers.extend([nn.Linear(a, b), act, nn.Dropout(spec.dropout)])
        self.head = Head(sizes[-1], widths, spec.discriminator_injection, auxiliary)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Output:
        return self.head(self.layers(self.input(x.flatten(1), cond)), cond)
