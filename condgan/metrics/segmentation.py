"""How well label maps agree, from the confusion of their positions."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor


class Agreement(NamedTuple):
    """Of all positions together."""

    mean_iou: float
    """Mean over the classes that are there of intersection over union (Everingham et al. 2010, section 4.1)."""
    pixel_accuracy: float
    iou: Float[Tensor, " k"]
    """Of each class; NaN of one that is in neither."""


def overlap(truth: Int64[Tensor, "n h w"], found: Int64[Tensor, "n h w"], classes: int) -> Agreement:
    """Two sets of label maps."""
    counts = torch.bincount((truth * classes + found).flatten(), minlength=classes**2).view(classes, classes).double()
    both = counts.diag()
    either = counts.sum(0) + counts.sum(1) - both
    iou = both / either  # 0 / 0 is NaN
    return Agreement(iou[either > 0].mean().item(), (both.sum() / counts.sum()).item(), iou.float())
