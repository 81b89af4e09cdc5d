"""How a condition's carriers enter the features of a network.

A carrier that is absent injects nothing, so the same networks without a condition are a plain GAN.
"""

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Widths
from condgan.core.output import Output
from condgan.networks import ops
from condgan.networks.base import DiscriminatorInjection, GeneratorInjection


class Stem(nn.Module):
    """The latent, with the condition where an injection puts it there, as the generator's first features.

    ``concat``: the vector is appended to the latent (Mirza & Osindero 2014). ``map``: the vector has a dense layer
    of its own, whose output is one more feature map, concatenated with the latent's.
    """

    def __init__(
        self,
        latent: int,
        features: int,
        space: tuple[int, ...],
        widths: Widths,
        injections: tuple[GeneratorInjection, ...],
    ) -> None:
        super().__init__()
        self.space = space
        self.concat = widths.vector if "concat" in injections else 0
        self.dense = nn.Linear(latent + self.concat, features * math.prod(space))
        self.map = DenseMap(widths.vector, space) if "map" in injections and widths.vector else None
        self.features = features + (self.map is not None)

    def forward(self, z: Float[Tensor, "b latent"], cond: Cond) -> Float[Tensor, "b features *space"]:
        if self.concat:
            z = append(z, cond)
        x = self.dense(z).unflatten(1, (-1, *self.space))
        return x if self.map is None else torch.cat([x, self.map(cond)], 1)


class DenseMap(nn.Module):
    """The vector through a dense layer to one feature map; for features without space, to one feature."""

    def __init__(self, vector: int, space: tuple[int, ...]) -> None:
        super().__init__()
        self.space = space
        self.dense = nn.Linear(vector, math.prod(space))

    def forward(self, cond: Cond) -> Float[Tensor, "b 1 *space"]:
        return self.dense(cond.vector).unflatten(1, (1, *self.space))


def append(x: Float[Tensor, "b c *space"], cond: Cond) -> Float[Tensor, "b d *space"]:
    """The vector as further channels, the same at every position (Reed et al. 2016, section 4.1)."""
    assert cond.vector is not None, "appending is built only where the condition has a vector"
    vector = cond.vector.to(x.dtype)
    return torch.cat([x, vector.view(*vector.shape, *[1] * (x.dim() - 2)).expand(-1, -1, *x.shape[2:])], 1)


class Affine(nn.Module):
    """Scale and shift after a normalisation, learned.

    ``affine``: chosen by the condition (Dumoulin et al. 2017, eq. 5). ``spade``: chosen by its map, at each position
    (Park et al. 2019, eq. 1).
    """

    def __init__(self, features: int, widths: Widths, injections: tuple[GeneratorInjection, ...], axes: int) -> None:
        """``axes``: number of axes of space of the features."""
        super().__init__()
        chosen = "affine" in injections and widths.vector > 0
        self.learned = nn.Parameter(torch.zeros(2 * features))
        self.choose = nn.Linear(widths.vector, 2 * features, bias=False) if chosen else None
        if self.choose is not None:
            nn.init.normal_(self.choose.weight, std=0.02)
        self.spatial = SpatialAffine(features, widths.map, axes) if "spade" in injections and widths.map else None

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Float[Tensor, "b c *space"]:
        modulation = self.learned[None]
        if self.choose is not None:
            modulation = modulation + self.choose(cond.vector)
        modulation = modulation.view(*modulation.shape, *[1] * (x.dim() - 2))
        if self.spatial is not None:
            modulation = modulation + self.spatial(cond, x.shape[2:])
        scale, shift = modulation.chunk(2, 1)
        return torch.addcmul(shift, x, 1 + scale)


class SpatialAffine(nn.Module):
    """Scales and shifts from a map brought to the features' size (Park et al. 2019, figure 3)."""

    HIDDEN = 32
    """Fewer than the paper's 128, for images that are smaller than its."""

    def __init__(self, features: int, map: int, axes: int) -> None:
        super().__init__()
        self.shared = ops.convolution(axes, map, self.HIDDEN, 3, padding=1)
        self.modulation = ops.convolution(axes, self.HIDDEN, 2 * features, 3, padding=1)

    def forward(self, cond: Cond, space: Sequence[int]) -> Float[Tensor, "b d *space"]:
        assert cond.map is not None, "built only where the condition has a map"
        # averaged, so that a small object leaves a trace at every size
        small = ops.adaptive_avg_pool(cond.map, space)
        return self.modulation(self.shared(small).relu())


class InputLayer(nn.Module):
    """The discriminator's input, concatenated with the condition where an injection puts it there.

    ``concat``: the vector as further channels. ``map``: the vector through a dense layer as one more channel. A map
    is always concatenated with the image: the discriminator sees their pair (Isola et al. 2017, section 3.2.2).
    """

    def __init__(self, shape: Shape, widths: Widths, injections: tuple[DiscriminatorInjection, ...]) -> None:
        super().__init__()
        self.spatial = widths.map
        self.concat = widths.vector if "concat" in injections else 0
        self.map = DenseMap(widths.vector, shape.space) if "map" in injections and widths.vector else None
        self.channels = shape.channels + self.concat + (self.map is not None) + self.spatial

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Float[Tensor, "b d *space"]:
        more = [] if self.map is None else [self.map(cond).to(x.dtype)]
        if self.spatial:
            assert cond.map is not None, "there is a width only where there is a map"
            more.append(cond.map.to(x.dtype))
        return torch.cat([append(x, cond) if self.concat else x, *more], 1)


class Joined(nn.Module):
    """Features of a dense network, concatenated with the condition.

    ``concat``: the vector through a hidden layer of its own (Mirza & Osindero 2014, section 4.1). ``map``: the vector
    through a dense layer to one feature.
    """

    def __init__(
        self,
        features: int,
        widths: Widths,
        injections: Sequence[str],
        layer: Callable[[int], tuple[nn.Module, int]],
    ) -> None:
        """``layer``: from the vector's width to the hidden layer and the width of what comes out of it."""
        super().__init__()
        self.layer: nn.Module | None = None
        width = 0
        if "concat" in injections and widths.vector:
            self.layer, width = layer(widths.vector)
        self.map = DenseMap(widths.vector, ()) if "map" in injections and widths.vector else None
        self.features = features + width + (self.map is not None)

    def forward(self, x: Float[Tensor, "b features"], cond: Cond) -> Float[Tensor, "b more"]:
        layer = [] if self.layer is None else [self.layer(cond.vector)]
        return torch.cat([x, *layer, *([] if self.map is None else [self.map(cond)])], 1)


class Head(nn.Module):
    """The discriminator's last features to its output.

    ``features``: the vector is appended to them. ``projection``: their inner product with the vector's image is added
    (Miyato & Koyama 2018, eq. 3). An auxiliary head predicts the condition from the image (Odena et al. 2017); with
    ``proxy`` it gives an embedding instead, of length 1, to be near to the vector (Kang et al. 2021, section 3).
    """

    def __init__(
        self, features: int, widths: Widths, injections: tuple[DiscriminatorInjection, ...], auxiliary: int
    ) -> None:
        super().__init__()
        self.concat = widths.vector if "features" in injections else 0
        self.alone = not widths.map and not {"concat", "map"} & {*injections}
        """Whether the condition enters here and nowhere before."""
        self.real = nn.Linear(features + self.concat, 1)
        projects = "projection" in injections and widths.vector
        self.project = nn.Linear(widths.vector, features, bias=False) if projects else None
        self.proxy = "proxy" in injections and widths.vector > 0
        self.auxiliary = nn.Linear(features, widths.vector if self.proxy else auxiliary) if auxiliary else None

    def forward(self, x: Float[Tensor, "b features"], cond: Cond) -> Output:
        logits = self.real(append(x, cond) if self.concat else x).squeeze(1)
        if self.project is not None:
            logits = logits + (self.project(cond.vector) * x).sum(1) / math.sqrt(x.shape[1])
        last = x if self.alone else None
        if self.auxiliary is None:
            return Output(logits, None, last=last)
        predicted = self.auxiliary(x)
        if not self.proxy:
            return Output(logits, predicted, last=last)
        assert cond.vector is not None, "proxies are built only where the condition has a vector"
        return Output(logits, unit(predicted), unit(cond.vector), last=last)


def unit(x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
    """Each at length 1, in float32."""
    return F.normalize(x.float(), dim=1)
