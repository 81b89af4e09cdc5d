"""Predicting the class of each position of an image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import Images
from condgan.core.bundle import Bundle
from condgan.core.palette import Palette
from condgan.core.task import Task


def segmentation(names: tuple[str, ...], ids: Callable[[Bundle], UInt8[Tensor, "b 1 *space"]]) -> Task:
    """The class of each position: mean cross-entropy, and pixel accuracy (Long et al. 2015, section 5). ``ids`` takes
    the requested classes out of a bundle."""

    def loss(prediction: Float[Tensor, "b k *space"], bundle: Bundle) -> Float[Tensor, " b"]:
        return F.cross_entropy(prediction.float(), target(bundle), reduction="none").flatten(1).mean(1)

    def score(prediction: Float[Tensor, "b k *space"], bundle: Bundle) -> Float[Tensor, " b"]:
        return (prediction.argmax(1) == target(bundle)).flatten(1).float().mean(1)

    def target(bundle: Bundle) -> Tensor:
        return ids(bundle)[:, 0].long()

    return Task(len(names), True, loss, score, 1 / max(1, len(names)), names, target)


def ids_of(palette: Palette, images: Images) -> UInt8[Tensor, "n 1 h w"]:
    """The classes of colour-coded label maps."""
    return torch.from_numpy(palette.nearest(images.movedim(1, -1).cpu().numpy()))[:, None].to(images.device)
