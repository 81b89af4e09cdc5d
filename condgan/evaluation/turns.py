"""A network that learns from images without labels: it tells how each is turned (Gidaris et al. 2018)."""

import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import evenly
from condgan.data import Dataset
from condgan.evaluation.extractor import trained_judge
from condgan.networks.classifier import Classifier

MOST, SIDE = 2_500, 32
"""Images to learn from, each turned four ways, and the side to which larger ones are brought: what it takes to train
grows with the square of it."""


def of_turns(train: Dataset) -> Classifier:
    """The network, trained once on some images and kept; it takes squares."""
    images = square(train.images[evenly(len(train), MOST)])
    turned = torch.cat([images.rot90(turns, (2, 3)) for turns in range(4)]).contiguous()
    labels = torch.arange(4).repeat_interleave(len(images))
    return trained_judge(Dataset(turned, labels, ("0°", "90°", "180°", "270°")))


def square(images: UInt8[Tensor, "n c h w"]) -> UInt8[Tensor, "n c s s"]:
    """Images squeezed to squares."""
    side = min(SIDE, *images.shape[2:])
    if images.shape[2:] == (side, side):
        return images
    parts = [F.interpolate(part.float(), (side, side), mode="area") for part in torch.split(images, 500)]
    return torch.cat(parts).round().to(torch.uint8)
