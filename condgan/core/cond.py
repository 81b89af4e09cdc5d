"""The three carriers by which any condition reaches a network; and of clips, which moments are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor, nn

CARRIERS = ("vector", "tokens", "map")
Tensors = Mapping[str, Tensor]
"""A bundle as an embedder gets it: it may not change it."""


class Tokens(NamedTuple):
    """A sequence for each sample, such as words."""

    x: Float[Tensor, "b n d"]
    mask: Bool[Tensor, "b n"]
    """Where there is a token; the rest is padding."""


class Cond(NamedTuple):
    """An embedded condition. A carrier that a condition does not use is ``None``; all three ``None`` is a plain GAN."""

    vector: Float[Tensor, "b d"] | None = None
    """What holds for the whole sample, such as a class."""
    tokens: Tokens | None = None
    """A sequence, such as words."""
    map: Float[Tensor, "b c *space"] | None = None
    """What differs from place to place, such as a layout."""
    times: Float[Tensor, "b k"] | None = None
    """Of clips: which frames these are, counted from 0; ``None``: those of a whole clip of the training. No condition,
    but where in time: a network may see or make a few frames of many."""


class Widths(NamedTuple):
    """How wide each carrier of a condition is; 0 where it is absent."""

    vector: int = 0
    tokens: int = 0
    map: int = 0


class Embedder(nn.Module):
    """A module from a bundle to its ``Cond``; ``widths`` tells the networks what to expect."""

    widths: Widths
    before: int = 0
    """Passes over the conditions of all items, by its own loss, before the networks learn."""

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.widths = widths

    def own_loss(self, bundle: Tensors) -> Float[Tensor, " b"] | None:
        """What it can learn from the conditions alone, without images; ``None``: nothing."""
        return None


def rows(cond: Cond, chosen: slice | Tensor) -> Cond:
    """Some of the samples."""
    vector, tokens, map, times = cond
    return Cond(
        None if vector is None else vector[chosen],
        None if tokens is None else Tokens(tokens.x[chosen], tokens.mask[chosen]),
        None if map is None else map[chosen],
        None if times is None else times[chosen],
    )
