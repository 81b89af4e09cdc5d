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

    def detach(self) -> Verdict:
        """The same without its graph."""
        return Verdict(self.logits.detach(), None if self.auxiliary is None else self.auxiliary.detach())

    def halves(self) -> tuple[Verdict, Verdict]:
        """The verdict on the first half of the samples, and on the second."""
        first, second = self.logits.chunk(2)
        if self.auxiliary is None:
            return Verdict(first, None), Verdict(second, None)
        ours, theirs = self.auxiliary.chunk(2)
        return Verdict(first, ours), Verdict(second, theirs)
