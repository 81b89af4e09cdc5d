"""The real side of a report: what samples are held against, and who looks."""

from __future__ import annotations

from functools import cached_property

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import Shape, evenly
from condgan.core.errors import DataError, NoSplitError, SettingsError
from condgan.data import Dataset, Source
from condgan.evaluation.extractor import Extractor, of_judge, trained_judge
from condgan.networks.classifier import Classifier
from condgan.pipeline import Pipeline
from condgan.training.classifier import Judgement, judge

REFERENCE = 10_000
"""Test images that samples are held against, at most."""
SET_ASIDE = 0.2
"""Share of the images to judge by, where the data bring no test split."""
PIXELS = 1_024
"""Numbers of an image that neighbours are looked for by, at most; larger images are averaged down."""


class Real:
    """Both splits of some data, and the networks that look at them."""

    def __init__(self, source: Source, shape: Shape, extractor: Extractor | None = None) -> None:
        """Read the data in the shape of the samples.

        Raises:
            DataError: they cannot be read, or a class has no image in one of the splits.
        """
        source = source.with_(size=shape.space, channels=shape.channels)
        self.split = True
        """Whether the data bring a test split; else a share is set aside, though the generator has seen it."""
        try:
            self.test, self.train = source.split("test").load(), source.load()
        except NoSplitError:
            self.split = False
            self.test, self.train = set_aside(source.load())
        self.name = source.title()
        self.names = self.train.schema.names
        for split, dataset in (("training", self.train), ("test", self.test)):
            counts = dict(zip(*dataset.schema[:2], strict=True))
            if empty := [name for name in self.names if not counts.get(name)]:
                raise DataError(
                    f"no real images of: {', '.join(empty[:5])}",
                    where=f"the {split} split of {self.name}",
                    do="add some, or evaluate a pipeline without that class",
                )
        if self.test.schema.names != self.names:
            raise DataError(
                "the splits have other classes", where=self.name, do="give both splits the same class names"
            )
        self.chosen = references(self.test)
        self.given = extractor

    def unseen_by(self, pipeline: Pipeline) -> bool:
        """Whether a generator is known to have been trained on the training images, and on them alone."""
        return self.split and pipeline.trained.get("data_hash", self.train.hash) == self.train.hash

    @cached_property
    def judge(self) -> Classifier:
        """The classifier trained on the training images."""
        return trained_judge(self.train)

    @cached_property
    def extractor(self) -> Extractor:
        """The one that was given, else the judge's features."""
        return self.given or of_judge(self.judge)

    @property
    def images(self) -> UInt8[Tensor, "n c h w"]:
        """The reference images."""
        return self.test.images[self.chosen]

    @property
    def labels(self) -> Int64[Tensor, " n"]:
        """Of the reference images."""
        return self.test.labels[self.chosen]

    @cached_property
    def judged(self) -> Judgement:
        """What the judge makes of the reference images."""
        return judge(self.judge, self.images)

    def features(self, images: UInt8[Tensor, "n c h w"], judged: Judgement) -> Float[Tensor, "n d"]:
        """The extractor's features; the judge's, where it is the extractor, need not be computed twice."""
        return judged.features if self.given is None else self.given.features(images)

    @cached_property
    def reference(self) -> Float[Tensor, "n d"]:
        """Features of the reference images."""
        return self.features(self.images, self.judged)

    def floor(self, count: int, n: int) -> list[Float[Tensor, "n d"]]:
        """Features of several sets of real training images, none in two of them."""
        found = []
        for index in range(count):
            images = self.train.images[self.some(n, index * n)]
            found.append(self.features(images, judge(self.judge, images)))
        return found

    def proportional(self, n: int) -> Int64[Tensor, " n"]:
        """``n`` labels in the proportions of the training images, the classes mixed."""
        labels = self.train.labels.sort().values[evenly(len(self.train), n, repeat=True)]
        return labels[torch.randperm(n, generator=torch.Generator().manual_seed(0))]

    def some(self, n: int, offset: int = 0) -> Int64[Tensor, " n"]:
        """Indices of up to ``n`` training images; those of another offset are others."""
        order = torch.randperm(len(self.train), generator=torch.Generator().manual_seed(0))
        return order[offset : offset + n]


def set_aside(whole: Dataset) -> tuple[Dataset, Dataset]:
    """Every fifth image of each class, at least one, and the rest."""
    chosen = []
    for index in range(len(whole.schema.names)):
        mine = (whole.labels == index).nonzero()[:, 0]
        chosen.append(mine[:: round(1 / SET_ASIDE)])
    mask = torch.zeros(len(whole), dtype=torch.bool)
    mask[torch.cat(chosen)] = True
    return whole.part(mask), whole.part(~mask)


def references(test: Dataset) -> Int64[Tensor, " n"]:
    """Indices of up to so many test images, in the proportions of the classes, but one of each at least."""
    order = test.labels.argsort(stable=True)
    firsts = torch.stack([(test.labels == index).nonzero()[0, 0] for index in torch.unique(test.labels)])
    return torch.unique(torch.cat([order[evenly(len(test), REFERENCE)], firsts]))


def pixels(images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n d"]:
    """Pixels, 0 … 1."""
    return images.flatten(1).float().div_(255)


def small(images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n d"]:
    """Pixels, 0 … 1, averaged over squares until an image has few enough."""
    factor = 1
    while images.shape[1:].numel() > PIXELS * factor**2 and factor < min(images.shape[2:]):
        factor += 1
    if factor == 1:
        return pixels(images)
    parts = [F.avg_pool2d(part.float() / 255, factor, ceil_mode=True) for part in torch.split(images, 1_000)]
    return torch.cat(parts).flatten(1)


def require_classes(real: Real, names: tuple[str, ...]) -> None:
    """Refuse a pipeline for other classes.

    Raises:
        SettingsError: it knows other classes than the data have.
    """
    if names and set(names) != set(real.names):
        odd = sorted(set(names) ^ set(real.names))
        raise SettingsError(
            f"the pipeline draws other classes than {real.name} has",
            where=f"not in both: {', '.join(odd[:8])}{' …' * (len(odd) > 8)}",
            do="give the data it was trained on",
        )
