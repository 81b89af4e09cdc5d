"""From latents and conditions to images, in chunks of one fixed size.

Kernels differ between batch sizes, and at the end of a batch whose size is no power of two; with them differ the last
bits of a result. So every chunk is filled up to the same number of samples, a power of two: an image
depends on its latent and its condition, not on how many others are requested.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn

from condgan.core.batch import Shape, to_uint8
from condgan.core.bundle import TIMES, Bundle, take, to
from condgan.core.cond import Cond, rows
from condgan.networks.base import Conditioned

MOST, PIXELS = 32, 1 << 15
"""Samples in a chunk: at most so many, fewer where they would have more pixels together."""


def chunk_size(shape: Shape) -> int:
    """Samples that are computed at a time: a power of two."""
    most = max(1, min(MOST, PIXELS // math.prod(shape.space)))
    return 1 << (most.bit_length() - 1)


def chunks(n: int, size: int) -> Iterator[tuple[slice, Int64[Tensor, " size"]]]:
    """The places of some samples, and the indices of those to compute for them: the last one again to fill a chunk."""
    for start in range(0, n, size):
        yield slice(start, min(n, start + size)), torch.arange(start, start + size).clamp(max=n - 1)


def in_chunks(
    n: int, shape: Shape, compute: Callable[[Int64[Tensor, " c"]], Float[Tensor, "c k *space"]]
) -> UInt8[np.ndarray, "n *space k"]:
    """The images that ``compute`` makes of the samples at some indices, for all ``n``."""
    images = np.empty((n, *shape.space, shape.channels), np.uint8)
    for places, chosen in chunks(n, chunk_size(shape)):
        made = to_uint8(compute(chosen).movedim(1, -1)).cpu().numpy()
        images[places] = made[: places.stop - places.start]
    return images


def with_frames(shape: Shape, times: Float[Tensor, "n k"] | None) -> Shape:
    """The shape of clips of so many frames as there are times."""
    return shape if times is None else Shape(shape.channels, (times.shape[1], *shape.size))


@torch.no_grad()
def generate(
    generator: nn.Module, latents: Float[Tensor, "n noise"], bundle: Bundle, shape: Shape
) -> UInt8[np.ndarray, "n *space k"]:
    """Images of encoded conditions; of clips those frames that are asked for."""
    device = device_of(generator)
    return in_chunks(
        len(latents),
        with_frames(shape, bundle.get(TIMES)),
        lambda chosen: generator(latents[chosen].to(device), to(take(bundle, chosen), device)),
    )


@torch.no_grad()
def render(
    generator: Conditioned, latents: Float[Tensor, "n noise"], cond: Cond, shape: Shape
) -> UInt8[np.ndarray, "n *space k"]:
    """Images of embedded conditions."""
    device = device_of(generator)
    shape = with_frames(shape, cond.times)
    return in_chunks(
        len(latents), shape, lambda chosen: generator.body(latents[chosen].to(device), rows(cond, chosen.to(device)))
    )


@torch.no_grad()
def embed(generator: Conditioned, bundle: Bundle, n: int, shape: Shape) -> Cond:
    """The embedded conditions of ``n`` samples, on the generator's device."""
    device = device_of(generator)
    found = []
    for places, chosen in chunks(n, chunk_size(shape)):
        cond = generator.embedder(to(take(bundle, chosen), device))
        found.append(rows(cond, slice(0, places.stop - places.start)))
    return joined(found)


def joined(conds: list[Cond]) -> Cond:
    """Embedded conditions, one after another."""
    vectors = [each.vector for each in conds if each.vector is not None]
    tokens = [each.tokens for each in conds if each.tokens is not None]
    maps = [each.map for each in conds if each.map is not None]
    times = [each.times for each in conds if each.times is not None]
    return Cond(
        torch.cat(vectors) if vectors else None,
        type(tokens[0])(torch.cat([t.x for t in tokens]), torch.cat([t.mask for t in tokens])) if tokens else None,
        torch.cat(maps) if maps else None,
        torch.cat(times) if times else None,
    )


def device_of(module: nn.Module) -> torch.device:
    """Where the weights of a module are."""
    return next(module.parameters()).device
