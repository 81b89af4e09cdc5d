"""Latents inferred from images."""

import math
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.networks import ops
from condgan.networks.blocks import norm, pyramid

SLOPE = 0.2


class Posterior(NamedTuple):
    """The normal distribution of the latents by which an image may have come about (Kingma & Welling 2014, eq. 9)."""

    mean: Float[Tensor, "b latent"]
    log_variance: Float[Tensor, "b latent"]

    def sample(self, noise: Float[Tensor, "b latent"]) -> Float[Tensor, "b latent"]:
        """A latent of it, from standard normal noise."""
        return self.mean + (0.5 * self.log_variance).exp() * noise


class PosteriorEncoder(nn.Module):
    """Image → strided convolutions → the distribution of its latent."""

    def __init__(self, shape: Shape, latent: int, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        axes, sizes, ins = len(shape.space), pyramid(shape.space, 4), shape.channels
        for level in range(len(sizes) - 1):
            outs = max(16, channels >> max(0, len(sizes) - 2 - level))
            # the first keeps what colours there are: a normalised image has none
            normalise = norm("instance" if level else "none", outs, axes)
            self.layers.extend([ops.convolution(axes, ins, outs, 3, 2, 1), normalise, nn.LeakyReLU(SLOPE)])
            ins = outs
        self.moments = nn.Linear(ins * math.prod(sizes[0]), 2 * latent)

    def forward(self, images: Float[Tensor, "b c *space"]) -> Posterior:
        return Posterior(*self.moments(self.layers(images).flatten(1)).float().chunk(2, 1))
