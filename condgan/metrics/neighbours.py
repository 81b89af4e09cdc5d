"""Nearest neighbours in blocks: no matrix of all pairs is ever held."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

BLOCK = 500


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


def radii(points: Float[Tensor, "n d"], k: int) -> Float[Tensor, " n"]:
    """For each point, the distance to its k-th neighbour among the rest."""
    return torch.cat([block.topk(k + 1, dim=1, largest=False).values[:, -1] for block in blocks(points, points)])
