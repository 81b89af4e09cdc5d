"""What a discriminator gives out."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor


class Output(NamedTuple):
    """What a discriminator says of each sample."""

    logits: Float[Tensor, "b ..."]
    """The higher, the more real; one a sample, or one for each of its patches."""
    auxiliary: Float[Tensor, "b k"] | None
    """What an auxiliary head predicts of the condition from the image; ``None`` without such a head."""
    proxy: Float[Tensor, "b k"] | None = None
    """Where the head predicts an embedding: that of the condition, to which it should be near."""
    features: tuple[Float[Tensor, "b c ..."], ...] = ()
    """The features of each layer, where a body gives them out."""

    last: Float[Tensor, "b d"] | None = None
    """The features that the head takes, where the condition enters by it alone."""
    others: Float[Tensor, "b ..."] | None = None
    """The logits of the same images for other conditions, where these are asked about."""

    def detach(self) -> Output:
        """The same without its graph."""
        auxiliary, proxy = (None if each is None else each.detach() for each in (self.auxiliary, self.proxy))
        return Output(self.logits.detach(), auxiliary, proxy, tuple(each.detach() for each in self.features))

    def _rest(self, half: int) -> tuple[Tensor | None, Tensor | None]:
        last, others = (None if each is None else each.chunk(2)[half] for each in (self.last, self.others))
        return last, others

    def halves(self) -> tuple[Output, Output]:
        """The output for the first half of the samples, and for the second."""
        auxiliary, proxy = ((None, None) if each is None else each.chunk(2) for each in (self.auxiliary, self.proxy))
        features = [each.chunk(2) for each in self.features]
        first, second = (
            Output(logits, auxiliary[half], proxy[half], tuple(each[half] for each in features), *self._rest(half))
            for half, logits in enumerate(self.logits.chunk(2))
        )
        return first, second
