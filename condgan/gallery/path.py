"""Paths through latents and embedded conditions, from one key point to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from condgan.core.cond import Cond, Tokens

PARALLEL = 1e-3
"""Sine of the angle between two latents below which the way between them is straight."""
SCALES = 4
"""Sizes at which two images are compared: as they are, and halved so often."""
FINE = 8
"""Steps of the even path that are looked at for each step of one of constant speed."""
Times = Float[np.ndarray, " t"]
"""Places on a path: 0 at the first key point, 1 at the second, 1.5 halfway from there to the third."""


def times_of(keys: int, frames: int, loop: bool) -> Times:
    """Evenly spaced times, ``frames`` from each key point to the next.

    A loop goes back to the first key point, at which it ends without repeating it; else the last time is the last key.
    """
    segments = keys if loop else keys - 1
    return np.arange(segments * frames + (not loop)) / frames


def spherical(ends: Float[Tensor, "k d"], times: Times) -> Float[Tensor, "t d"]:
    """Latents along great circles from each key point to the next (Shoemake 1985, section 3.3; for latents White 2016,
    section 2.1), the norm changing evenly. Where two have one direction, or opposite ones, the way is straight."""
    first, second, share = _between(len(ends), times)
    one, other = ends[first].double(), ends[second].double()
    at = share[:, None]
    norms = [each.norm(dim=1, keepdim=True) for each in (one, other)]
    units = [each / norm.clamp(min=1e-12) for each, norm in zip((one, other), norms, strict=True)]
    angle = (units[0] * units[1]).sum(1, keepdim=True).clamp(-1, 1).acos()
    sine = angle.sin()
    straight = torch.lerp(one, other, at.expand_as(one))
    turned = (((1 - at) * angle).sin() * units[0] + (at * angle).sin() * units[1]) / sine.clamp(min=PARALLEL)
    found = torch.where(sine < PARALLEL, straight, turned * torch.lerp(norms[0], norms[1], at)).to(ends.dtype)
    # at a key point exactly its own latent
    return torch.where(at == 0, ends[first], torch.where(at == 1, ends[second], found))


def mixed(ends: Cond, times: Times) -> Cond:
    """Embedded conditions in a straight line from each key point to the next.

    Of two texts each place is mixed with the same place of the other; where one has no token its own is all there is.
    """
    tensors = (ends.vector, None if ends.tokens is None else ends.tokens.x, ends.map)
    count = next((len(each) for each in tensors if each is not None), 1)
    first, second, share = _between(count, times)

    def mix(x: Tensor) -> Tensor:
        at = share.to(x.device, x.dtype).reshape(-1, *[1] * (x.dim() - 1))
        one, other = x[first.to(x.device)], x[second.to(x.device)]
        return torch.where(at == 0, one, torch.where(at == 1, other, torch.lerp(one, other, at.expand_as(one))))

    tokens: Tokens | None = None
    if ends.tokens is not None:
        words, mask = ends.tokens
        at = share.to(mask.device)[:, None]
        there = (mask[first] & (at < 1)) | (mask[second] & (at > 0))
        # a token that only one of both has keeps its own value
        alone = [mask[first] & ~mask[second], mask[second] & ~mask[first]]
        x = torch.where(alone[0][..., None], words[first], mix(words))
        tokens = Tokens(torch.where(alone[1][..., None], words[second], x), there)
    return Cond(
        None if ends.vector is None else mix(ends.vector),
        tokens,
        None if ends.map is None else mix(ends.map),
        ends.times,
    )


def even_speed(
    keys: int, frames: int, loop: bool, images: Callable[[Times], Sequence[UInt8[np.ndarray, "t h w c"]]]
) -> Times:
    """Times at which images differ from one to the next as evenly as possible; each key point is one of them.

    As many as ``times_of`` gives: each segment gets a share of them by how much the images change along it.

    Args:
        keys: key points.
        frames: from each key point to the next, on average.
        loop: whether the path goes back to the first key point.
        images: the images at some times, of each of the walks side by side.
    """
    segments = keys if loop else keys - 1
    fine = np.arange(segments * FINE * frames + 1) / (FINE * frames)
    changes = np.sum([change(each) for each in images(fine)], axis=0).reshape(segments, -1)
    total = changes.sum(1)
    counts = shared(segments * frames, total)
    found = [
        _evenly(np.concatenate([[0.0], steps.cumsum()]), count) + place
        for place, (steps, count) in enumerate(zip(changes, counts.tolist(), strict=True))
    ]
    return np.concatenate([*found, [] if loop else [float(segments)]])


def change(images: UInt8[np.ndarray, "t h w c"]) -> Float[np.ndarray, " s"]:
    """How much each image differs from the one before: the root mean square of the difference at several scales, so
    that what moves counts as well as what changes its shade."""
    x = torch.from_numpy(np.ascontiguousarray(images)).movedim(-1, 1).float() / 255
    total = torch.zeros(len(x) - 1, dtype=torch.float64)
    for scale in range(SCALES):
        if scale:
            if min(x.shape[2:]) < 2:
                break
            x = torch.nn.functional.avg_pool2d(x, 2)
        total += (x[1:] - x[:-1]).flatten(1).square().mean(1).sqrt()
    return total.numpy()


def shared(count: int, weights: Float[np.ndarray, " s"]) -> Int64[np.ndarray, " s"]:
    """A number in whole parts in proportion to some weights, each at least 1 (Hamilton's method)."""
    weights = np.asarray(weights, np.float64)
    weights = weights if weights.sum() > 0 else np.ones(len(weights))
    free = count - len(weights)
    exact = free * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    rest = np.argsort(parts - exact, kind="stable")[: free - parts.sum()]
    parts[rest] += 1
    return parts + 1


def _evenly(way: Float[np.ndarray, " f"], count: int) -> Times:
    """The first ``count`` of times from 0 to 1 at which a length that grows is divided into equal parts."""
    grid = np.linspace(0, 1, len(way))
    if way[-1] <= 0:
        return np.arange(count) / count
    # strictly growing, so that each length has one time
    rising = way + np.linspace(0, 1e-9 * way[-1], len(way))
    return np.interp(rising[-1] * np.arange(count) / count, rising, grid)


def _between(count: int, times: Times) -> tuple[Int64[Tensor, " t"], Int64[Tensor, " t"], Float[Tensor, " t"]]:
    """The key points before and after each time, and how far it is from the one to the other."""
    first = torch.from_numpy(np.floor(times).astype(np.int64))
    share = torch.from_numpy(np.asarray(times, np.float64)) - first
    return first % count, (first + 1) % count, share
