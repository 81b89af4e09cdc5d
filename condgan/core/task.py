"""How any network predicts a part of the condition: the auxiliary head, the monitor and the report share it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from condgan.core.bundle import Bundle


class Number(NamedTuple):
    """How what a network gives out for a task is read as a number."""

    unit: str
    """Of the number; may be empty."""
    deviation: float
    """The mean error of who always says the median of the data; by as much a score falls by one."""
    read: Callable[[Tensor], Float[Tensor, " b"]]
    """From a prediction to the number, in its unit."""
    truth: Callable[[Bundle], Float[Tensor, " b"]]
    """The number that was requested, in its unit; NaN where it is missing."""


class Task(NamedTuple):
    """What is to be predicted from an image, and how a prediction is scored.

    A dense task has one prediction a position (b k *space), any other one a sample (b k).
    """

    outputs: int
    """Numbers that a network gives out for it."""
    dense: bool
    loss: Callable[[Tensor, Bundle], Float[Tensor, " b"]]
    """From a prediction and the bundle of the part; 0 where the value is missing."""
    score: Callable[[Tensor, Bundle], Float[Tensor, " b"]]
    """1 where the prediction is as requested, 0 where it is not at all; NaN where the value is missing."""
    chance: float
    """The mean score of what does not look at the image."""
    names: tuple[str, ...] = ()
    """The classes, where the value is one of several; empty for any other."""
    target: Callable[[Bundle], Tensor] | None = None
    """The index of the class of each sample (Int64[b], −1 where it is missing) or position (Int64[b *space]); only
    where there are classes."""
    number: Number | None = None
    """Only where the value is a number."""
    labels: tuple[str, ...] = ()
    """What each output says is there, above 0, where several may be there at once."""
