"""What a discriminator says."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor


class Verdict(NamedTuple):
    """What a discriminator says of each sample."""

    logits: Float[Tensor, " b"]
    """The higher, the more real."""
    auxiliary: Float[Tensor, "b k"] | None
    """What an auxiliary head reads from the image about its condition; ``None`` without such a head."""
    proxy: Float[Tensor, "b k"] | None = None
    """Where what is read is an embedding: that of the condition, to which it should be near."""

    def detach(self) -> Verdict:
        """The same without its graph."""
        auxiliary, proxy = (None if each is None else each.detach() for each in self[1:])
        return Verdict(self.logits.detach(), auxiliary, proxy)

    def halves(self) -> tuple[Verdict, Verdict]:
        """The verdict on the first half of the samples, and on the second."""
        ours, theirs = zip(*((None, None) if each is None else each.chunk(2) for each in self), strict=True)
        return Verdict(*ours), Verdict(*theirs)
