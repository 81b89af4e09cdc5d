"""The order in which a run is shown its data: keyed by the epoch, so that it needs no state."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from condgan.core import seeds


class Order:
    """Each epoch is a shuffle of its own. Where items weigh more than others they come oftener: in an epoch each as
    often as its share, to the next whole number (systematic sampling)."""

    def __init__(self, length: int, seed: int, weights: Tensor | None = None) -> None:
        """``weights``: how often each item is to be drawn, in any unit; by default all are there once."""
        self.length, self.seed = length, seed
        self.shares = None if weights is None else (weights.double().cumsum(0) / weights.double().sum()).numpy()
        self.epochs: dict[int, np.ndarray] = {}
        """The latest epochs: a batch may reach into the next one."""

    def indices(self, start: int, count: int) -> np.ndarray:
        """The items from the ``start``-th image shown on."""
        positions = np.arange(start, start + count)
        epochs = positions // self.length
        parts = [self._epoch(int(each))[positions[epochs == each] % self.length] for each in np.unique(epochs)]
        return np.concatenate(parts)

    def _epoch(self, epoch: int) -> np.ndarray:
        if epoch not in self.epochs:
            self.epochs = {each: order for each, order in self.epochs.items() if each >= epoch - 1}
            self.epochs[epoch] = self._shuffled(epoch)
        return self.epochs[epoch]

    def _shuffled(self, epoch: int) -> np.ndarray:
        order = seeds.permutation(self.length, self.seed, "epoch", epoch)
        if self.shares is None:
            return order
        offset = seeds.key(self.seed, "shares", epoch) / 2**63
        return np.searchsorted(self.shares, (order + offset) / self.length, side="right").clip(max=self.length - 1)
