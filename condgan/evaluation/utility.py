"""Are samples of use? Fresh classifiers, trained on this and that, tested on real images."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from condgan.core.cache import cached
from condgan.data import Augment
from condgan.evaluation.drawn import Drawn
from condgan.evaluation.real import Real
from condgan.evaluation.report import Rare, Usefulness
from condgan.metrics import rate
from condgan.networks.classifier import Classifier
from condgan.training.classifier import BATCH, fit, judge

EPOCHS, LEAST_STEPS, MOST_STEPS = 12, 300, 900
"""How long each classifier is trained: so often over the real images, but within these steps."""
KEPT = 0.05
"""Share of the rare class that is left."""
CLASSICAL = Augment(rotation=10, translation=0.1)

Images = UInt8[Tensor, "n c h w"]
Labels = Int64[Tensor, " n"]


class Trial:
    """Fresh classifiers for some data, all of one budget."""

    def __init__(self, real: Real, size: int) -> None:
        self.real = real
        self.steps = min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * size // BATCH))

    def correct(self, images: Images, labels: Labels, augment: Augment | None = None) -> Tensor:
        """Which test images a classifier trained on these puts into their class."""
        model = fit(images, labels, len(self.real.names), steps=self.steps, augment=augment)
        return judge(model, self.real.test.images).classes == self.real.test.labels

    def correct_once(self, what: str, images: Images, labels: Labels, augment: Augment | None = None) -> Tensor:
        """The same of real images, measured once and kept: it does not depend on the generator."""
        parts = {
            "what": what,
            "images": len(images),
            "steps": self.steps,
            "augment": augment.plain() if augment else None,
            "training": self.real.train.hash,
            "test": self.real.test.hash,
            "network": str(Classifier(self.real.train.shape, len(self.real.names))),
        }
        return cached("correct", parts, lambda: {"correct": self.correct(images, labels, augment)})["correct"]


def usefulness(real: Real, drawn: Drawn, on_step: Callable[[str], None]) -> Usefulness:
    """The classification accuracy score beside three references of the same size and budget, and the rare class."""
    size = min(len(drawn.asked), len(real.train))
    trial = Trial(real, size)
    chosen = real.some(size)
    images, labels = real.train.images[chosen], real.train.labels[chosen]
    samples, asked = drawn.images[:size], drawn.asked[:size]
    on_step("a classifier on samples alone")
    alone = trial.correct(samples, asked)
    on_step("a classifier on real images")
    of_real = trial.correct_once("real", images, labels)
    on_step("a classifier on augmented real images")
    augmented = trial.correct_once("real", images, labels, CLASSICAL)
    on_step("a classifier on real images and samples")
    both = trial.correct(torch.cat([images, samples]), torch.cat([labels, asked]))
    on_step("classifiers of a rare class")
    return Usefulness(
        size=size,
        steps=trial.steps,
        samples=rate(alone),
        real=rate(of_real),
        augmented=rate(augmented),
        both=rate(both),
        rare=_rare(trial, images, labels, drawn),
    )


def _rare(trial: Trial, images: Images, labels: Labels, drawn: Drawn) -> Rare | None:
    """Of the class that the judge finds hardest: rarity hurts it most; ``None`` where no class has twenty images."""
    real = trial.real
    enough = [index for index in range(len(real.names)) if (labels == index).sum() >= 1 / KEPT]
    if not enough:
        return None
    hardest = min(enough, key=lambda c: (real.judged.classes[real.labels == c] == c).double().mean().item())
    there = (labels == hardest).nonzero()[:, 0]
    kept = round(KEPT * len(there))
    left = torch.ones(len(labels), dtype=torch.bool)
    left[there[kept:]] = False
    images, labels = images[left], labels[left]
    fill = (drawn.asked == hardest).nonzero()[:, 0][: len(there) - kept]
    before = trial.correct_once(f"rare {hardest}", images, labels)
    after = trial.correct(torch.cat([images, drawn.images[fill]]), torch.cat([labels, drawn.asked[fill]]))
    of_it = real.test.labels == hardest
    return Rare(
        name=real.names[hardest], kept=kept, filled=len(fill), before=rate(before[of_it]), after=rate(after[of_it])
    )
