"""What is one person's own in a handwriting, and is the same on a whole page."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from condgan.core.seeds import key, noise

SHARED = 0.75
"""Share of the variance of a latent that all letters of a hand have in common."""


class Hand(NamedTuple):
    """How somebody writes. Lengths are in heights of a small x."""

    seed: int
    slant: float
    """Sideways by so much for each height."""
    size: float
    weight: float
    """Of the pen: 0 as the generator has it, 1 much bolder, −1 much finer; strokes break where it is fine and pale."""
    letter_space: float
    """Between the outlines of two letters."""
    word_space: float
    waver: float
    """How far lines sway up and down."""
    slope: float
    """How much lines rise to the right, as a share of their length."""

    @classmethod
    def of_seed(cls, seed: int) -> Hand:
        """Another seed, another hand."""
        chance = np.random.Generator(np.random.Philox(key=key("hand", seed)))
        slant, size, weight, letter, word, waver, slope = chance.uniform(-1, 1, 7)
        return cls(
            seed=seed,
            slant=0.12 + 0.22 * slant,
            size=1 + 0.12 * size,
            weight=0.12 + 0.35 * weight,
            letter_space=0.24 + 0.10 * letter,
            word_space=1.0 + 0.25 * word,
            waver=0.07 + 0.04 * waver,
            slope=0.002 + 0.004 * slope,
        )

    def latents(self, seeds: list[int], width: int) -> Float[Tensor, "n noise"]:
        """Latents of letters: each of its own seed, with a part in common. They are standard normal over all hands."""
        own = noise(seeds, width)
        common = noise([key("hand", self.seed, "latent")], width)
        return math.sqrt(SHARED) * common + math.sqrt(1 - SHARED) * own if len(seeds) else torch.empty(0, width)
