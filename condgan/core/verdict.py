"""What a discriminator says."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor


class Verdict(NamedTuple):
    """What a discriminator says of each sample."""

    logits: Float[Tensor, "b ..."]
    """The higher, the more real; one a sample, or one for each of its patches."""
    auxiliary: Float[Tensor, "b k"] | None
    """What an auxiliary head reads from the image about its condition; ``None`` without such a head."""
    proxy: Float[Tensor, "b k"] | None = None
    """Where what is read is an embedding: that of the condition, to which it should be near."""
    features: tuple[Float[Tensor, "b c ..."], ...] = ()
    """What it saw on the way to its logits, layer by layer, where a body gives it out."""

    def detach(self) -> Verdict:
        """The same without its graph."""
        auxiliary, proxy = (None if each is None else each.detach() for each in (self.auxiliary, self.proxy))
        return Verdict(self.logits.detach(), auxiliary, proxy, tuple(each.detach() for each in self.features))

    def halves(self) -> tuple[Verdict, Verdict]:
        """The verdict on the first half of the samples, and on the second."""
        parts = [(None, None) if each is None else each.chunk(2) for each in (self.auxiliary, self.proxy)]
        seen = [each.chunk(2) for each in self.features]
        auxiliary, proxy = parts
        ours, theirs = (
            Verdict(logits, auxiliary[half], proxy[half], tuple(each[half] for each in seen))
            for half, logits in enumerate(self.logits.chunk(2))
        )
        return ours, theirs
