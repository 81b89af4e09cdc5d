"""A small classifier trained from scratch: the judge of samples, and the measure of their use."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import Shape, to_float
from condgan.core.seeds import key, permutation
from condgan.data import Augment
from condgan.networks.classifier import Classifier

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
    """Train a fresh classifier for so many steps (AdamW, one cycle: Smith & Topin 2019); the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key(seed, "classifier"))
        model = Classifier(Shape(images.shape[1], tuple(images.shape[2:])), classes)
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=steps)
        epochs = -(-steps * BATCH // len(images))
        order = [torch.from_numpy(permutation(len(images), seed, "classifier", epoch)) for epoch in range(epochs)]
        for chosen in torch.split(torch.cat(order)[: steps * BATCH], BATCH):
            batch = to_float(images[chosen])
            if augment is not None:
                batch = augment.apply(batch)
            loss = F.cross_entropy(model(batch.contiguous(memory_format=torch.channels_last)), labels[chosen])
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
