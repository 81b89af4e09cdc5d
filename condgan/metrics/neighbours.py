"""Nearest neighbours in blocks: no matrix of all pairs is ever held."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from condgan.core.seeds import some_of

BLOCK = 500
CANDIDATES = 100_000
"""Points that neighbours are looked for among, at most."""
SAME = 1e-2
"""Distance, as a share of the median one, up to which two points are one."""


class Nearest(NamedTuple):
    """The nearest of some points, for each of others."""

    distances: Float[Tensor, " n"]
    indices: Int64[Tensor, " n"]


def blocks(points: Float[Tensor, "n d"], others: Float[Tensor, "m d"]) -> Iterator[Float[Tensor, "k m"]]:
    """Euclidean distances of some points at a time to all the others."""
    center = others.mean(0)  # distances stay as they are, and rounding errors become small
    points, others = points - center, others - center
    lengths = others.square().sum(1)
    for rows in torch.split(points, BLOCK):
        squared = torch.addmm(lengths, rows, others.T, alpha=-2).add_(rows.square().sum(1, keepdim=True))
        yield squared.clamp_(min=0).sqrt_()


def nearest(points: Float[Tensor, "n d"], others: Float[Tensor, "m d"]) -> Nearest:
    """For each point, the nearest of the others."""
    indices = torch.cat([block.argmin(1) for block in blocks(points, others)])
    # of the winners exactly: a copy has distance 0, which the blocks' shortcut would miss by a rounding error
    return Nearest((points - others[indices]).norm(dim=1), indices)


def nearest_others(points: Float[Tensor, "n d"], k: int) -> Int64[Tensor, "n k"]:
    """For each point the ``k`` nearest ones that are not itself. Points at the same place are not its neighbours,
    unless there are no others."""
    chosen = some_of(len(points), max(k + 1, CANDIDATES))
    place = torch.full((len(points),), -1).index_copy(0, chosen, torch.arange(len(chosen)))
    found, start = [], 0
    for block in blocks(points, points[chosen]):
        own = place[start : start + len(block)]
        doubles = block < SAME * block[:, :BLOCK].median(1, keepdim=True).values
        block.masked_fill_(doubles, torch.finfo(block.dtype).max)
        known = (own >= 0).nonzero()[:, 0]
        block[known, own[known]] = torch.inf
        found.append(chosen[block.topk(k, dim=1, largest=False).indices])
        start += len(block)
    return torch.cat(found)


def radii(points: Float[Tensor, "n d"], k: int) -> Float[Tensor, " n"]:
    """For each point, the distance to its k-th neighbour among the rest."""
    return torch.cat([block.topk(k + 1, dim=1, largest=False).values[:, -1] for block in blocks(points, points)])
