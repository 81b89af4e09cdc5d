"""Small networks trained from scratch on real images: the judge of samples, the measure of their use, a segmenter."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape, to_float
from condgan.core.seeds import key, permutation
from condgan.data import Augment
from condgan.networks.classifier import Classifier
from condgan.networks.segmenter import Segmenter

Network = TypeVar("Network", bound=nn.Module)
BATCH = 128
PEAK = 3e-3
"""The highest learning rate; chosen, as the network, on training images of MNIST and Fashion-MNIST alone."""


class Judgement(NamedTuple):
    """What a classifier makes of images."""

    features: Float[Tensor, "n d"]
    logits: Float[Tensor, "n c"]

    @property
    def classes(self) -> Int64[Tensor, " n"]:
        """The likeliest class of each."""
        return self.logits.argmax(1)


def fit(
    images: UInt8[Tensor, "n c h w"],
    labels: Int64[Tensor, " n"],
    classes: int,
    *,
    steps: int,
    augment: Augment | None = None,
    seed: int = 0,
) -> Classifier:
    """Train a fresh classifier for so many steps; the same each time."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    return learn(lambda: Classifier(shape, classes), images, labels, steps=steps, augment=augment, seed=seed)


def segment(
    images: UInt8[Tensor, "n c h w"], ids: Int64[Tensor, "n h w"], classes: int, *, steps: int, seed: int = 0
) -> Segmenter:
    """Train a fresh segmenter for so many steps; the same each time."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    return learn(lambda: Segmenter(shape, classes), images, ids, steps=steps, batch=16, seed=seed)


def learn(
    make: Callable[[], Network],
    images: UInt8[Tensor, "n c h w"],
    labels: Int64[Tensor, "n ..."],
    *,
    steps: int,
    batch: int = BATCH,
    augment: Augment | None = None,
    seed: int = 0,
) -> Network:
    """Train a network to tell the labels of images, or of their positions (AdamW, one cycle: Smith & Topin 2019)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key(seed, "classifier"))
        model = make()
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=steps)
        epochs = -(-steps * batch // len(images))
        order = [torch.from_numpy(permutation(len(images), seed, "classifier", epoch)) for epoch in range(epochs)]
        for chosen in torch.split(torch.cat(order)[: steps * batch], batch):
            shown = to_float(images[chosen])
            if augment is not None:
                shown = augment.apply(shown)
            loss = F.cross_entropy(model(shown.contiguous(memory_format=torch.channels_last)), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def judge(model: Classifier, images: UInt8[Tensor, "n c h w"]) -> Judgement:
    """Features and logits of images."""
    features = torch.cat(
        [
            model.features(to_float(part).contiguous(memory_format=torch.channels_last))
            for part in torch.split(images, 500)
        ]
    )
    return Judgement(features, model.head(features))


@torch.no_grad()
def segmented(model: Segmenter, images: UInt8[Tensor, "n c h w"]) -> Int64[Tensor, "n h w"]:
    """The likeliest class of each position."""
    parts = torch.split(images, 50)
    return torch.cat([model(to_float(part).contiguous(memory_format=torch.channels_last)).argmax(1) for part in parts])
