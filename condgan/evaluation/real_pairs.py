"""The real side of a report on pictures: both splits of some pairs, and the networks that look at them."""

from __future__ import annotations

from functools import cached_property

from jaxtyping import Int64, UInt8
from torch import Tensor

from condgan.core.batch import Shape, evenly
from condgan.core.cache import cached
from condgan.core.errors import DataError, NoSplitError, SettingsError
from condgan.data import Dataset, Source
from condgan.evaluation.extractor import Extractor, of_judge, trained_judge
from condgan.evaluation.real import set_aside
from condgan.evaluation.turns import SIDE, of_turns, square
from condgan.networks.segmenter import Segmenter
from condgan.pipeline import Pipeline
from condgan.training.classifier import segment

LEAST = 4
"""Pairs on either side, without which nothing can be said."""
STEPS = 800
"""Of the segmenter's training."""


class RealPairs:
    """Both splits of some pairs, and the networks that look at them."""

    def __init__(self, source: Source, pipeline: Pipeline, n: int, extractor: Extractor | None = None) -> None:
        """Read the data in the shape of the images.

        Raises:
            DataError: they cannot be read.
            SettingsError: they are no pairs, or their label maps have other classes than the pipeline.
        """
        source = source.with_(size=pipeline.shape.space, channels=pipeline.shape.channels)
        self.split = True
        try:
            test, self.train = source.split("test").load(), source.load()
        except NoSplitError:
            self.split = False
            test, self.train = set_aside(source.load())
        self.name = source.title()
        if pipeline.condition.complete(test.schema) != pipeline.condition or test.palette != pipeline.palette:
            raise SettingsError(
                "the data have other pictures or classes than the pipeline",
                where=self.name,
                do="give the data it was trained on, and the same side of them as data.input",
            )
        if len(test) < LEAST or len(self.train) < LEAST:
            raise DataError(
                f"{len(test)} pairs to judge by and {len(self.train)} others are too few",
                where=self.name,
                do=f"give at least {LEAST} of both",
            )
        self.test = test
        self.items = test.batch(evenly(len(test), n))
        self.encoded = pipeline.condition.targets(test.schema, self.items)
        self.given = extractor

    @cached_property
    def extractor(self) -> Extractor:
        """The one that was given; else a network trained to tell the classes or, where there are none, how an image is
        turned (Gidaris et al. 2018)."""
        return self.given or (of_judge(trained_judge(self.train)) if self.labelled else turns_extractor(self.train))

    @property
    def labelled(self) -> bool:
        """Whether there are classes to tell."""
        return len(self.train.schema.names) > 1

    def segmenter(self, ids: Int64[Tensor, "n h w"], photos: UInt8[Tensor, "n c h w"], classes: int) -> Segmenter:
        """The network that tells the class of each position, trained once on real pairs and kept."""
        shape = Shape(photos.shape[1], tuple(photos.shape[2:]))
        parts = {"data": self.train.hash, "steps": STEPS, "network": str(Segmenter(shape, classes))}
        model = Segmenter(shape, classes)
        model.load_state_dict(
            cached("segmenter", parts, lambda: dict(segment(photos, ids, classes, steps=STEPS).state_dict()))
        )
        return model.eval()


def turns_extractor(train: Dataset) -> Extractor:
    """Features of a network that tells how an image is turned, of images squeezed to a square."""
    judge, side = of_judge(of_turns(train)), min(SIDE, *train.shape.space)
    return Extractor("turns-cnn", judge.hash, lambda shown: judge.features(square(shown)), f"area, {side}×{side}")
