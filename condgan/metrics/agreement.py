"""Is a sample what was asked for, does it change with the label, and does it change without it?"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def confusion(asked: Int64[Tensor, " n"], judged: Int64[Tensor, " n"], classes: int) -> Int64[Tensor, "c c"]:
    """How many were asked to be the class of the row and judged to be that of the column."""
    return torch.bincount(asked * classes + judged, minlength=classes**2).view(classes, classes)


def accuracy(asked: Int64[Tensor, " n"], judged: Int64[Tensor, " n"]) -> float:
    """Share judged to be what was asked for."""
    return (asked == judged).double().mean().item()


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


class Obedience(NamedTuple):
    """What happens where the same seeds are drawn under every label."""

    change: Float[Tensor, " s"]
    """For each seed, the root mean square distance of its images under two labels: 0 where the label is ignored."""
    followed: Float[Tensor, " s"]
    """For each seed, the share of labels under which its image was judged to be what was asked for."""


def obedience(points: Float[Tensor, "s c d"], judged: Int64[Tensor, "s c"]) -> Obedience:
    """The obedience test: ``s`` seeds, each under all ``c`` labels in the order of their indices."""
    return Obedience(spread(points), (judged == torch.arange(judged.shape[1])).double().mean(1))
