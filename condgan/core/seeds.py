"""Randomness keyed by what it is for, never by the order of calls."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor


def key(*parts: int | str) -> int:
    """A stable 63-bit seed for a purpose, such as ``key(seed, "step", 12)``; the same on every machine."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest()) >> 1


def seed_torch(device: torch.device, *parts: int | str) -> None:
    """Key torch's own random states, that of the CPU and that of the device, by a purpose.

    ``torch.manual_seed`` would remember each call for every kind of device that is not in use yet, with its stack.
    """
    value = key(*parts)
    torch.default_generator.manual_seed(value)
    if device.type == "cuda":
        torch.cuda.manual_seed(value)
    elif device.type == "mps":
        torch.mps.manual_seed(value)


def noise(seeds: Sequence[int], width: int) -> Float[Tensor, "b width"]:
    """Standard normal latents, each row from its own seed alone: a sample does not depend on its batch."""
    rows = [np.random.Generator(np.random.Philox(key=seed)).standard_normal(width, np.float32) for seed in seeds]
    return torch.from_numpy(np.stack(rows)) if rows else torch.empty(0, width)


def permutation(length: int, *parts: int | str) -> np.ndarray:
    """A shuffled ``arange(length)`` that depends on the key alone."""
    return np.random.Generator(np.random.Philox(key=key(*parts))).permutation(length)
