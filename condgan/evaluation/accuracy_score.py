"""The classification accuracy score: fresh classifiers, trained on samples, tested on real images."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Bool
from torch import Tensor

from condgan.core.batch import Images
from condgan.core.bundle import Bundle, concat, take
from condgan.core.cache import cached
from condgan.data.augment import Augment
from condgan.data.dataset import select
from condgan.evaluation.real import Real
from condgan.evaluation.report import ClassificationAccuracyScore, Rare
from condgan.evaluation.samples import SampleSet
from condgan.evaluation.tasks import Field
from condgan.metrics import rate
from condgan.training.classifier import batch_of, fit, network, predict

EPOCHS, LEAST_STEPS, MOST_STEPS = 12, 300, 900
"""How long each classifier is trained: so often over the real images, but within these steps."""
KEPT = 0.05
"""Share of the rare class that is left."""
CLASSICAL = Augment(rotation=10, translation=0.1)


class Trial:
    """Fresh classifiers of one field, all of one budget."""

    def __init__(self, real: Real, field: Field, size: int) -> None:
        self.real, self.field = real, field
        batch = batch_of(real.train.shape, field.task)
        self.steps = min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * size // batch))
        test = field.targets(real.test.schema, real.test.whole)
        assert field.task.target is not None, "asked only of a field of classes"
        known = (field.task.target(test) >= 0).nonzero()[:, 0]
        self.images, self.test = select(real.test.target, known), take(test, known)
        """Those test images of which the class is known."""

    def correct(self, images: Images, bundle: Bundle, augment: Augment | None = None) -> Bool[Tensor, " t"]:
        """Which test images a classifier trained on these is right about."""
        model = fit(images, bundle, self.field.task, steps=self.steps, augment=augment)
        return predict(model, self.field.task, self.images, self.test).scores == 1

    def correct_once(
        self, what: str, images: Images, bundle: Bundle, augment: Augment | None = None
    ) -> Bool[Tensor, " t"]:
        """The same of real images, measured once and kept: it does not depend on the generator."""
        parts = {
            "what": what,
            "field": self.field.name,
            "names": self.field.task.names,
            "images": len(images),
            "steps": self.steps,
            "augment": augment.plain() if augment else None,
            "training": self.real.train.hash,
            "test": self.real.test.hash,
            "network": str(network(self.real.train.shape, self.field.task)),
        }
        return cached("correct", parts, lambda: {"correct": self.correct(images, bundle, augment)})["correct"]


def classification_accuracy_score(
    real: Real, field: Field, samples: SampleSet, on_step: Callable[[str], None]
) -> ClassificationAccuracyScore:
    """The score with three references of the same size and budget, and the rare class (Ravuri & Vinyals 2019)."""
    size = min(len(samples.images), len(real.train))
    trial = Trial(real, field, size)
    chosen = real.some(size)
    images, bundle = real.train.target[chosen], field.targets(real.train.schema, real.train.batch(chosen))
    generated = samples.first(size)
    on_step("a classifier on samples alone")
    alone = trial.correct(generated.images, generated.bundle)
    on_step("a classifier on real images")
    of_real = trial.correct_once("real", images, bundle)
    on_step("a classifier on augmented real images")
    augmented = trial.correct_once("real", images, bundle, CLASSICAL)
    on_step("a classifier on real images and samples")
    both = trial.correct(torch.cat([images, generated.images]), concat([bundle, generated.bundle]))
    on_step("classifiers of a rare class")
    return ClassificationAccuracyScore(
        field=field.name,
        size=size,
        steps=trial.steps,
        samples=rate(alone),
        real=rate(of_real),
        augmented=rate(augmented),
        both=rate(both),
        rare=_rare(trial, images, bundle, samples),
    )


def _rare(trial: Trial, images: Images, bundle: Bundle, samples: SampleSet) -> Rare | None:
    """Of the class that the evaluation classifier finds hardest: rarity hurts it most; ``None`` where no class has
    twenty images."""
    real, task = trial.real, trial.field.task
    assert task.target is not None, "asked only of a field of classes"
    ids, true = task.target(bundle), task.target(real.bundle)
    right = real.predicted(trial.field.name).scores == 1
    enough = [index for index in range(len(task.names)) if (ids == index).sum() >= 1 / KEPT]
    if not enough:
        return None
    hardest = min(enough, key=lambda index: right[true == index].double().mean().item())
    there = (ids == hardest).nonzero()[:, 0]
    kept = round(KEPT * len(there))
    left = torch.ones(len(ids), dtype=torch.bool)
    left[there[kept:]] = False
    images, bundle = images[left], take(bundle, left)
    fill = (task.target(samples.bundle) == hardest).nonzero()[:, 0][: len(there) - kept]
    before = trial.correct_once(f"rare {hardest}", images, bundle)
    more, of_it = take(samples.bundle, fill), task.target(trial.test) == hardest
    after = trial.correct(torch.cat([images, samples.images[fill]]), concat([bundle, more]))
    return Rare(
        name=task.names[hardest], kept=kept, filled=len(fill), before=rate(before[of_it]), after=rate(after[of_it])
    )
