"""What a discriminator says."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor


class Verdict(NamedTuple):
    """What a discriminator says of each sample."""

    logits: Float[Tensor, " b"]
    """The higher, the more real."""
    auxiliary: Float[Tensor, "b k"] | None
    """What an auxiliary head reads from the image about its condition; ``None`` without such a head."""
