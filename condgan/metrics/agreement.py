"""Is a sample what was requested, does it change with the request, and does it change without it?"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def confusion(requested: Int64[Tensor, " n"], predicted: Int64[Tensor, " n"], classes: int) -> Int64[Tensor, "c c"]:
    """How many were requested to be the class of the row and predicted to be that of the column."""
    return torch.bincount(requested * classes + predicted, minlength=classes**2).view(classes, classes)


def accuracy(requested: Int64[Tensor, " n"], predicted: Int64[Tensor, " n"]) -> float:
    """Share predicted to be what was requested."""
    return (requested == predicted).double().mean().item()


def spread(points: Float[Tensor, "*batch n d"]) -> Float[Tensor, "*batch"]:
    """Root mean square distance of two different points: 0 where all are the same."""
    points = points.double()
    apart = points - points.mean(-2, keepdim=True)
    return (2 * apart.square().sum(-1).sum(-1) / max(1, points.shape[-2] - 1)).sqrt()


def spread_between(points: Float[Tensor, "n d"], classes: Int64[Tensor, " n"]) -> float:
    """Root mean square distance of points of two different classes, each pair of classes counted alike."""
    groups = [points[classes == each].double() for each in torch.unique(classes)]
    means = torch.stack([group.mean(0) for group in groups])
    within = torch.stack([(group - mean).square().sum(1).mean() for group, mean in zip(groups, means, strict=True)])
    # E|x − y|² = |μx − μy|² + E|x − μx|² + E|y − μy|²
    squared = torch.cdist(means, means).square() + within + within[:, None]
    return squared[~torch.eye(len(groups), dtype=torch.bool)].mean().sqrt().item()


class SameSeeds(NamedTuple):
    """What happens where the same seeds are generated under every label."""

    change: Float[Tensor, " s"]
    """For each seed, the root mean square distance of its images under two labels: 0 where the label is ignored."""
    followed: Float[Tensor, " s"]
    """For each seed, the share of labels under which its image was predicted to be what was requested."""


def same_seeds(points: Float[Tensor, "s c d"], predicted: Int64[Tensor, "s c"]) -> SameSeeds:
    """``s`` seeds, each under all ``c`` labels in the order of their indices."""
    return SameSeeds(spread(points), (predicted == torch.arange(predicted.shape[1])).double().mean(1))
