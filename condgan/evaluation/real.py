"""The real side of a report: both splits of the data, and the networks that look at images."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import Images, evenly
from condgan.core.bundle import Bundle
from condgan.core.errors import DataError, NoSplitError, SettingsError
from condgan.core.levels import BYTE
from condgan.core.needs import GROUND_TRUTH
from condgan.core.schema import FIELDS, Described, Schema
from condgan.core.seeds import half_of, permutation, some_of
from condgan.data.base import Source
from condgan.data.dataset import Dataset
from condgan.data.hold_out import rules
from condgan.evaluation import tasks
from condgan.evaluation.tasks import Field, FieldNetwork
from condgan.evaluation.turns import turns_extractor
from condgan.networks.extractor import Extractor, of_classifier
from condgan.pipeline import Pipeline
from condgan.recipe import fields_read
from condgan.training.alike import with_features
from condgan.training.classifier import Prediction

REFERENCE = 10_000
"""Test images that samples are compared with, at most."""
SET_ASIDE = 0.2
"""Share of the images to compare with, where the data bring no test split."""
PIXELS = 1_024
"""Numbers of an image that neighbours are looked for by, at most; larger images are averaged down."""
LEAST = 4
"""Images on either side, without which nothing can be said."""


class Real:
    """Both splits of some data, and the networks that look at images."""

    def __init__(
        self, source: Source, pipeline: Pipeline, extractor: Extractor | None = None, n: int = REFERENCE
    ) -> None:
        """Read the data in the shape of the samples.

        Args:
            source: the data.
            pipeline: what is to be compared with them.
            extractor: whose features distances are measured on; by default those of an evaluation network.
            n: conditions at most, where each has its own true image.

        Raises:
            DataError: they cannot be read, are too few, or a class has no image in one of the splits.
            SettingsError: they have other classes or pictures than the pipeline.
        """
        if (fields := fields_read(pipeline.condition)) is not None:
            source = source.with_(fields=fields)
        reading, shape = pipeline.reading, pipeline.shape
        settled: dict[str, Any] = {} if reading.levels == BYTE else {"range": reading.levels}
        if shape.frames is not None:
            settled |= {"frames": "clip", "length": shape.frames}
            if reading.rate and source.rate is None and source.stride == 1:
                settled["rate"] = reading.rate
        source = source.with_(size=shape.size, channels=shape.channels, background=reading.background, **settled)
        self.split = True
        """Whether the data bring a split to compare with; else a share is set aside, though the generator has seen
        it."""
        self.held: Dataset | None
        """Items of the combinations that were kept from the generator; ``None`` where there are none."""
        try:
            self.test = source.split("test").load()
            self.train, self.held = source.divided()
        except NoSplitError:
            self.split = False
            whole, self.held = source.divided()
            self.test, self.train = set_aside(whole)
        if (described := pipeline.condition.described) is not None:
            self.test, self.train = (_with_features(each, described, pipeline) for each in (self.test, self.train))
            self.held = self.held and _with_features(self.held, described, pipeline)
        self.name = source.title()
        self.condition = pipeline.condition
        self._require_fit(pipeline)
        self.paired = GROUND_TRUTH in pipeline.condition.provides()
        """Whether each condition has its own true image."""
        chosen = some_of(len(self.test), min(n, REFERENCE)) if self.paired else references(self.test)
        self.batch = self.test.batch(chosen)
        """The reference images, with their columns."""
        self.bundle = self.condition.targets(self.test.schema, self.batch)
        """The conditions of the reference images."""
        known = tasks.fields(self.condition, self.train.schema)
        self.fields = {name: field for name, field in known.items() if field.task.chance < 1}
        """What can be predicted of an image: all that has more than one value."""
        self.groups = next((field for field in known.values() if of_classes(field)), None)
        """The first requested field of classes, be it of one: figures are broken down by it."""
        self.held_fields = tuple(dict.fromkeys(name for rule in rules(source.hold_out) for name in rule.fields))
        """The fields whose combinations these are."""
        self.given = extractor
        self._networks: dict[str, FieldNetwork] = {}
        self._predictions: dict[str, Prediction] = {}

    def _require_fit(self, pipeline: Pipeline) -> None:
        """Refuse data of other classes or pictures than the pipeline's, and classes without images."""
        if self.test.schema.columns.keys() != self.train.schema.columns.keys():
            raise DataError("the splits have other columns", where=self.name, do="give both splits the same columns")
        for name in self.train.schema.columns:
            # of attributes a value may be rare, or missing in one of the splits
            named = FIELDS not in self.condition.reads and name == first_ids(self.train.schema)
            if name in self.condition.reads or named:
                self._require_images(name)
        self._require_classes()
        target = self.test.schema.target
        if self.condition.complete(self.test.schema) != self.condition or target.palette != pipeline.palette:
            raise SettingsError(
                "the data have other pictures or classes than the pipeline",
                where=self.name,
                do="give the data it was trained on, and the same side of them as data.input",
            )
        if min(len(self.test), len(self.train)) < LEAST:
            raise DataError(
                f"{len(self.test)} images to compare with and {len(self.train)} others are too few",
                where=self.name,
                do=f"give at least {LEAST} of both",
            )

    def _require_images(self, name: str) -> None:
        """Refuse a column of classes that has none of one of them, or other ones in the other split."""
        splits = {"training": self.train, "test": self.test}
        columns = {split: dataset.schema.columns[name] for split, dataset in splits.items()}
        for split, column in columns.items():
            counts = dict(zip(column.names, column.counts, strict=True))
            if empty := [each for each in columns["training"].names if not counts.get(each)]:
                raise DataError(
                    f"no real images of: {', '.join(empty[:5])}",
                    where=f"the {split} split of {self.name}",
                    do="add some, or evaluate a pipeline without that class",
                )
        if columns["training"].names != columns["test"].names:
            raise DataError(
                "the splits have other classes", where=self.name, do="give both splits the same class names"
            )

    def _require_classes(self) -> None:
        """Refuse data whose classes are not those of the pipeline, in whatever order."""
        choices = {field.name: field.choices for field in self.condition.form() if field.choices}
        for name, names in choices.items():
            theirs = self.train.schema.columns[name].names if name in self.train.schema.columns else ()
            unlike = set(names) != set(theirs) if name in self.condition.reads else bool(set(theirs) - set(names))
            if theirs and unlike:
                odd = sorted(set(names) ^ set(theirs))
                raise SettingsError(
                    f"the pipeline has other classes than {self.name}",
                    where=f"not in both: {', '.join(odd[:8])}{' …' * (len(odd) > 8)}",
                    do="give the data it was trained on",
                )

    def unseen_by(self, pipeline: Pipeline) -> bool:
        """Whether a generator is known to have been trained on the training images, and on them alone."""
        alone = not pipeline.trained.get("parents")
        return self.split and alone and pipeline.trained.get("data_hash", self.train.hash) == self.train.hash

    def network(self, name: str) -> FieldNetwork:
        """The evaluation network of a field."""
        group = self.fields[name].group
        if group not in self._networks:
            fields = [field for field in self.fields.values() if field.group == group]
            self._networks[group] = tasks.trained(fields, self.shown)
        return self._networks[group]

    def predict(self, images: Images, bundle: Bundle) -> dict[str, Prediction]:
        """What the evaluation networks predict from images for each requested field, scored by what was requested."""
        found: dict[str, Prediction] = {}
        for name, field in self.fields.items():
            if field.requested and name not in found:
                found |= self.network(name).predict(images, bundle)
        return found

    def predicted(self, name: str) -> Prediction:
        """What the network of a field predicts from the reference images."""
        if name not in self._predictions:
            self._predictions |= self.network(name).predict(self.images, self.asked(name))
        return self._predictions[name]

    def asked(self, name: str) -> Bundle:
        """What the reference images show of a field."""
        field = self.fields[name]
        return self.bundle if field.requested else field.targets(self.test.schema, self.batch)

    @cached_property
    def shown(self) -> Dataset:
        """What the evaluation networks are trained on: the training images, and half of those that were kept from the
        generator; a network that has never seen a combination might not know it."""
        return self.train if self.held is None else self.train.joined(self.held.part(half_of(len(self.held))))

    @cached_property
    def main(self) -> str | None:
        """The field whose network gives the features: the first that is not dense, if possible a requested one."""
        return next((name for name, field in self.fields.items() if not field.task.dense), None)

    @cached_property
    def classes(self) -> Field | None:
        """The first requested field of several classes."""
        return next((each for each in self.fields.values() if of_classes(each)), None)

    @cached_property
    def extractor(self) -> Extractor:
        """The one that was given; else the evaluation network of a field; where there is none, a network that predicts
        how an image is rotated (Gidaris et al. 2018)."""
        if self.given is not None:
            return self.given
        return turns_extractor(self.train) if self.main is None else of_classifier(self.network(self.main).model)

    @property
    def images(self) -> Images:
        """The reference images."""
        return self.batch.target

    @cached_property
    def reference(self) -> Float[Tensor, "n d"]:
        """Features of the reference images."""
        return self.extractor.features(self.images)

    def training_sets(self, count: int, n: int) -> list[Float[Tensor, "n d"]]:
        """Features of several sets of real training images, none in two of them."""
        return [self.extractor.features(self.train.target[self.some(n, index * n)]) for index in range(count)]

    def requests(self, n: int) -> Bundle:
        """Conditions to generate for: those of the reference images where each has its own true image; else ``n`` of
        the training images, in the proportions of their classes, mixed."""
        if self.paired:
            return self.bundle
        order = sorted_by_class(self.train)[evenly(len(self.train), n, repeat=True)]
        mixed = order[torch.randperm(n, generator=torch.Generator().manual_seed(0))]
        return self.condition.targets(self.train.schema, self.train.batch(mixed))

    def sources(self, bundle: Bundle) -> Images:
        """The first of the pictures by which the generator is steered."""
        return next(each for each in self.condition.show(bundle).values() if isinstance(each, Tensor))

    def some(self, n: int, offset: int = 0) -> Int64[Tensor, " n"]:
        """Indices of up to ``n`` training images; those of another offset are others."""
        order = torch.randperm(len(self.train), generator=torch.Generator().manual_seed(0))
        return order[offset : offset + n]

    def members(self, field: Field, bundle: Bundle) -> list[tuple[str, Int64[Tensor, " m"]]]:
        """The places of the samples of each class."""
        target = field.task.target
        assert target is not None, "asked only of a field of classes"
        found = target(bundle)
        return [(name, (found == index).nonzero()[:, 0]) for index, name in enumerate(field.task.names)]


def _with_features(dataset: Dataset, described: Described, pipeline: Pipeline) -> Dataset:
    """The data with the features that a generator takes, each image's own.

    Raises:
        SettingsError: what gives them was not kept.
    """
    if pipeline.extractor is None:
        raise SettingsError(
            "the network that tells what an image is like was not kept with this generator",
            where="pipe.extractor",
            do="set pipe.extractor = condgan.networks.of_module(MODULE), and give the pipeline to cg.evaluate",
        )
    return with_features(dataset, described, pipeline.extractor, own=True)


def of_classes(field: Field) -> bool:
    """Whether the generator is asked for one of some classes by it."""
    return field.requested and bool(field.task.names) and not field.task.dense


def first_ids(schema: Schema) -> str | None:
    """The first column of classes."""
    return next((name for name, column in schema.columns.items() if column.names), None)


def sorted_by_class(dataset: Dataset) -> Int64[Tensor, " n"]:
    """The places of all items, those of one class together; among these mixed, so that evenly spaced ones are of all
    that else there is."""
    name, mixed = first_ids(dataset.schema), torch.from_numpy(permutation(len(dataset), "mixed"))
    return mixed if name is None else mixed[torch.as_tensor(dataset.columns[name])[mixed].argsort(stable=True)]


def set_aside(whole: Dataset) -> tuple[Dataset, Dataset]:
    """Every fifth image of each class, at least one, and the rest; clips that were cut from one file stay together."""
    name = first_ids(whole.schema)
    ids = torch.zeros(len(whole)) if name is None else torch.as_tensor(whole.columns[name])
    mask = torch.zeros(len(whole), dtype=torch.bool)
    for index in torch.unique(ids):
        files = torch.unique(whole.files[ids == index])
        mask |= torch.isin(whole.files, files[:: round(1 / SET_ASIDE)])
    return whole.part(mask), whole.part(~mask)


def references(test: Dataset) -> Int64[Tensor, " n"]:
    """Indices of up to so many test images, in the proportions of the classes, but one of each at least."""
    name = first_ids(test.schema)
    chosen = sorted_by_class(test)[evenly(len(test), REFERENCE)]
    if name is None:
        return chosen.sort().values
    ids = torch.as_tensor(test.columns[name])
    firsts = torch.stack([(ids == index).nonzero()[0, 0] for index in torch.unique(ids)])
    return torch.unique(torch.cat([chosen, firsts]))


def pixels(images: Images) -> Float[Tensor, "n d"]:
    """Pixels, 0 … 1."""
    return images.flatten(1).float().div_(255)


def small(images: Images) -> Float[Tensor, "n d"]:
    """Pixels, 0 … 1, averaged over squares until an image has few enough."""
    factor = 1
    while images.shape[1:].numel() > PIXELS * factor**2 and factor < min(images.shape[-2:]):
        factor += 1
    if factor == 1:
        return pixels(images)
    if images.dim() == 4:
        parts = [F.avg_pool2d(part.float() / 255, factor, ceil_mode=True) for part in torch.split(images, 1_000)]
    else:
        cube = (1, factor, factor)
        parts = [F.avg_pool3d(part.float() / 255, cube, ceil_mode=True) for part in torch.split(images, 100)]
    return torch.cat(parts).flatten(1)
