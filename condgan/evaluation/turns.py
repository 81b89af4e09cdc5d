"""A network that learns from images without labels: it predicts how each is rotated (Gidaris et al. 2018)."""

import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.conditions.label import classification
from condgan.core.cache import digest
from condgan.core.seeds import some_of
from condgan.data.dataset import Dataset
from condgan.evaluation.tasks import trained_on
from condgan.networks.classifier import Classifier, ClipClassifier
from condgan.networks.extractor import Extractor, of_classifier

MOST, SIDE = 2_500, 32
"""Images to learn from, each rotated four ways, and the side to which larger ones are brought: what it takes to train
grows with the square of it."""
TURNS = ("0°", "90°", "180°", "270°")


def of_turns(train: Dataset) -> Classifier | ClipClassifier:
    """The network, trained once on some images and kept; it takes squares."""
    images = square(train.target[some_of(len(train), MOST)])
    rotated = torch.cat([images.rot90(turns, (-2, -1)) for turns in range(4)]).contiguous()
    ids = torch.arange(4).repeat_interleave(len(images))
    model = trained_on(classification(TURNS), rotated, {"id": ids}, digest(images), "rotation")
    assert isinstance(model, Classifier | ClipClassifier), "that of a task which is not dense"
    return model


def turns_extractor(train: Dataset) -> Extractor:
    """Features of that network, of images squeezed to a square."""
    inner, side = of_classifier(of_turns(train)), min(SIDE, *train.shape.size)
    return Extractor("turns-cnn", inner.hash, lambda shown: inner.features(square(shown)), f"area, {side}×{side}")


def square(images: UInt8[Tensor, "n c *space"]) -> UInt8[Tensor, "n c *squares"]:
    """Images, or the frames of clips, squeezed to squares."""
    side = min(SIDE, *images.shape[-2:])
    if images.shape[-2:] == (side, side):
        return images
    space = (*images.shape[2:-2], side, side)
    parts = [F.interpolate(part.float(), space, mode="area") for part in torch.split(images, 500)]
    return torch.cat(parts).round().to(torch.uint8)
