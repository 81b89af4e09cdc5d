"""The three carriers by which any condition reaches a network."""

from typing import NamedTuple

from torch import Tensor, nn


class Cond(NamedTuple):
    """An embedded condition. A carrier that a condition does not use is ``None``; all three ``None`` is a plain GAN."""

    vector: Tensor | None = None
    """Float[Tensor, "b vector"]: what holds for the whole sample, such as a class."""
    tokens: Tensor | None = None
    """Float[Tensor, "b n tokens"]: a sequence, such as words."""
    map: Tensor | None = None
    """Float[Tensor, "b map *space"]: what differs from place to place, such as a layout."""


class Widths(NamedTuple):
    """How wide each carrier of a condition is; 0 where it is absent."""

    vector: int = 0
    tokens: int = 0
    map: int = 0


class Embedder(nn.Module):
    """A module from an encoded condition to its ``Cond``; ``widths`` tells the networks what to expect."""

    widths: Widths

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.widths = widths
