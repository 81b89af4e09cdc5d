"""Randomness keyed by what it is for, never by the order of calls."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

Words = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
ROUNDS = 10
MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
STEPS = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


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
    """Standard normal latents, each row from its own seed alone: a sample does not depend on its batch.

    Simple enough for any language, so that an exported generator makes the same of a seed everywhere: Philox4x32-10
    (Salmon et al. 2011) with the seed as its key and 0, 1, 2, … as its counter gives four numbers of 32 bits at a time,
    and each two of them two normal ones (Box & Muller 1958).
    """
    blocks = -(-width // 4)
    keys = np.asarray([*seeds], np.uint64).reshape(-1, 1)
    counter = np.arange(blocks, dtype=np.uint64)[None].repeat(len(keys), 0)
    none = np.zeros_like(counter)
    words = philox((counter, none, none, none), (keys & LOW, keys >> HALF))
    uniform = (np.stack(words, 2).astype(np.float64) + 0.5) / 2**32
    radius, angle = np.sqrt(-2 * np.log(uniform[..., ::2])), 2 * np.pi * uniform[..., 1::2]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 3)
    return torch.from_numpy(pairs.reshape(len(keys), 4 * blocks)[:, :width].astype(np.float32))


def philox(counter: Words, key: tuple[np.ndarray, np.ndarray]) -> Words:
    """Philox4x32-10 (Salmon et al. 2011, section 3.3): the numbers of 32 bits at some places, each held in 64."""
    a, b, c, d = counter
    low, high = key
    for _ in range(ROUNDS):
        left, right = a * MULTIPLIERS[0], c * MULTIPLIERS[1]
        a, b, c, d = (right >> HALF) ^ b ^ low, right & LOW, (left >> HALF) ^ d ^ high, left & LOW
        low, high = (low + STEPS[0]) & LOW, (high + STEPS[1]) & LOW
    return a, b, c, d


def permutation(length: int, *parts: int | str) -> np.ndarray:
    """A shuffled ``arange(length)`` that depends on the key alone."""
    return np.random.Generator(np.random.Philox(key=key(*parts))).permutation(length)


def some_of(length: int, n: int) -> Int64[Tensor, " n"]:
    """Up to ``n`` indices of a length, in their order: by chance, the same each time. Evenly spaced ones could all be
    of one kind, where kinds take turns."""
    if n >= length:
        return torch.arange(length)
    return torch.from_numpy(permutation(length, "some of", length)[:n]).sort().values


def half_of(length: int) -> Bool[Tensor, " n"]:
    """Whether each of some items is of a half that is chosen by chance, the same each time."""
    chosen = torch.zeros(length, dtype=torch.bool)
    chosen[some_of(length, -(-length // 2))] = True
    return chosen
