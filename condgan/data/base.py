"""The contract of a source: labelled images, decoded once, kept as uint8, gathered a batch at a time."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np
import torch
from jaxtyping import Bool, Int64, UInt8
from pydantic import BeforeValidator, Field, PositiveInt, field_validator
from torch import Tensor

from condgan.core.batch import Batch, Schema, Shape
from condgan.core.cache import digest
from condgan.core.errors import DataError, NoSplitError
from condgan.core.palette import Palette
from condgan.core.seeds import permutation
from condgan.core.spec import Spec
from condgan.data.decode import Fit, Picture, Unreadable, decode

SKIPPED_AT_MOST = 0.01

logger = logging.getLogger(__name__)

Split = Literal["train", "val", "test"]


class Records(NamedTuple):
    """What a source found, before decoding."""

    images: Sequence[Picture] | np.ndarray
    """One a sample: a path, the bytes of an image file, or an array H,W[,C] of 8 or 16 bits."""
    labels: Sequence[str | int] | np.ndarray
    """One a sample: a class name, or an index into ``names``."""
    names: tuple[str, ...] | None = None
    """Class names in index order; ``None``: the labels themselves, sorted."""


class Dataset:
    """Decoded samples: uint8 images, class indices, and the schema that names them."""

    def __init__(
        self,
        images: UInt8[Tensor, "n c h w"],
        labels: Int64[Tensor, " n"],
        names: tuple[str, ...],
        sizes: Counter[tuple[int, int]] | None = None,
        unreadable: tuple[Unreadable, ...] = (),
        clean: Int64[Tensor, " n"] | None = None,
        *,
        inputs: UInt8[Tensor, "n k h w"] | None = None,
        layout: Palette | None = None,
        palette: Palette | None = None,
    ) -> None:
        self.images = images
        self.inputs = inputs
        """The pictures that they are to be made from, where the source has pairs; ids where ``layout`` says of what."""
        self.palette = palette
        """The classes of the images, where they are painted label maps."""
        self.labels = labels
        self.sizes = sizes or Counter({(images.shape[2], images.shape[3]): len(images)})
        """How many images there were of each height and width, before they were brought to one."""
        self.unreadable = unreadable
        """Those that could not be decoded, and are not among the images."""
        self.clean = labels if clean is None else clean
        """The labels before some were turned on purpose."""
        counts = torch.bincount(labels, minlength=len(names)).tolist()
        self.schema = Schema(names, tuple(counts), 0 if inputs is None else inputs.shape[1], layout)

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def hash(self) -> str:
        """Stands for the images and their labels, before some were turned on purpose."""
        return digest(self.images, self.clean, *([] if self.inputs is None else [self.inputs]))

    @property
    def shape(self) -> Shape:
        """The shape of one image."""
        return Shape(self.images.shape[1], tuple(self.images.shape[2:]))

    def part(self, chosen: Bool[Tensor, " n"]) -> Dataset:
        """Some of the samples."""
        inputs = None if self.inputs is None else self.inputs[chosen]
        return Dataset(
            self.images[chosen],
            self.labels[chosen],
            self.schema.names,
            clean=self.clean[chosen],
            inputs=inputs,
            layout=self.schema.layout,
            palette=self.palette,
        )

    def with_label_noise(self, share: float) -> Dataset:
        """The same with a share of the labels turned to another class, any other alike; the same ones each time."""
        if not share or len(self.schema.names) < 2:
            return self
        generator = torch.Generator().manual_seed(0)
        turned = torch.randperm(len(self), generator=generator)[: round(share * len(self))]
        classes, labels = len(self.schema.names), self.labels.clone()
        labels[turned] = (labels[turned] + torch.randint(1, classes, turned.shape, generator=generator)) % classes
        return Dataset(self.images, labels, self.schema.names, self.sizes, self.unreadable, self.clean)

    def batch(self, indices: Int64[Tensor, " b"]) -> Batch:
        """The samples at some indices, by one gather."""
        inputs = None if self.inputs is None else self.inputs[indices]
        return Batch(self.images[indices], self.labels[indices], inputs)

    @property
    def whole(self) -> Batch:
        """All samples."""
        return Batch(self.images, self.labels, self.inputs)

    def __str__(self) -> str:
        if self.inputs is not None:
            given = f"label maps of {len(self.schema.layout.names)} classes" if self.schema.layout else "pictures"
            channels = "" if self.schema.layout else f", {self.schema.channels} channels"
            return f"{len(self):,} images of {self.shape}, to be made from {given}{channels}"
        classes, counts = len(self.schema.names), self.schema.counts
        least, most = min(counts), max(counts)
        each = f"{most:,}" if least == most else f"{least:,} to {most:,}"
        return f"{len(self):,} images of {self.shape}, {classes} class{'es' * (classes != 1)} of {each}"


def _number(value: Any) -> Any:
    """A choice among numbers, as it comes from a command line."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class Source(Spec, ABC):
    """Where labelled images come from, and how they are brought to one shape."""

    size: tuple[PositiveInt, PositiveInt] | None = None
    """Height and width to bring every image to; by default their own where they agree and are at most 64 long."""
    channels: Annotated[Literal[1, 3, 4] | None, BeforeValidator(_number)] = None
    """1 grey, 3 colour, 4 colour with transparency; by default what the images have."""
    fit: Fit = "crop"
    """How an image of another aspect is brought to the size: crop, pad or stretch."""
    skip_bad: bool = False
    """Leave out images that cannot be read, up to one in a hundred, instead of stopping."""
    holdout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the images to keep from training, as the test split of data that bring none."""
    label_noise: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the labels to train with that are turned to another class on purpose; reports look at the true ones."""
    subset: Split = "train"
    """Which split this is."""

    @field_validator("size", mode="before")
    @classmethod
    def _two_sides(cls, value: Any) -> Any:
        """``28``, ``"28"`` and ``"28x40"`` as people write them."""
        if isinstance(value, str):
            value = value.lower().replace("×", "x").split("x")
        if isinstance(value, int):
            value = [value]
        return value * 2 if isinstance(value, list) and len(value) == 1 else value

    @abstractmethod
    def records(self) -> Records:
        """Everything of this split, undecoded.

        Raises:
            DataError: the data are not there, or not what they should be.
        """

    @abstractmethod
    def title(self) -> str:
        """A short name for people."""

    def split(self, subset: Split) -> Self:
        """Another split of the same data."""
        return self.with_(subset=subset)

    def load(self) -> Dataset:
        """Decode this split.

        Raises:
            DataError: no images, an unreadable one, mixed channels, or a class without images.
        """
        dataset = self.read()
        for error in self.errors(dataset):
            raise error
        if dataset.unreadable:
            logger.warning("%d images left out: %s", len(dataset.unreadable), listed(dataset.unreadable))
        return dataset

    def read(self, most: int | None = None) -> Dataset:
        """Decode what can be read of this split, or so many of its images evenly over it, without judging it.

        Raises:
            DataError: no images, none that can be read, or mixed channels.
        """
        records = self.records()
        if not len(records.images):
            raise DataError("no images", where=self.title(), do="give a folder per class, a table, or an .npz")
        labels, names = index_labels(records, self.title())
        chosen = self.chosen(len(records.images), most)
        found = records.images
        pictures = found[chosen] if isinstance(found, np.ndarray) else [found[index] for index in chosen]
        decoded = decode(pictures, self.size, self.channels, self.fit)
        kept = torch.from_numpy(labels[chosen][decoded.kept])
        return Dataset(decoded.images, kept, names, decoded.sizes, decoded.unreadable)

    def errors(self, dataset: Dataset) -> Iterator[DataError]:
        """What forbids to train on what was read."""
        bad, total = len(dataset.unreadable), len(dataset) + len(dataset.unreadable)
        if bad and not (self.skip_bad and bad <= SKIPPED_AT_MOST * total):
            yield DataError(
                "cannot read image" if bad == 1 else f"cannot read {bad} of {total} images",
                where=listed(dataset.unreadable),
                do=f"replace or remove {'it' if bad == 1 else 'them'}"
                + (f"; --skip-bad leaves out {SKIPPED_AT_MOST:.0%} at most" if self.skip_bad else ", or --skip-bad"),
            )
        empty = [name for name, count in zip(dataset.schema.names, dataset.schema.counts, strict=True) if not count]
        if empty and self.subset == "train":
            yield DataError(
                f"class without images: {', '.join(empty[:5])}",
                where=self.title(),
                do="add images of it, or remove it from the list of classes",
            )

    def chosen(self, n: int, most: int | None = None) -> Int64[np.ndarray, " m"]:
        """The indices of this split, or so many of them evenly over it."""
        chosen = self._cut(n)
        return chosen if most is None or most >= len(chosen) else chosen[np.arange(most) * len(chosen) // most]

    def _cut(self, n: int) -> Int64[np.ndarray, " m"]:
        """The indices of this split, where it is cut from the whole by ``holdout``."""
        if not self.holdout:
            return np.arange(n)
        order = permutation(n, "holdout")
        cut = round(n * self.holdout)
        if not 0 < cut < n:
            raise DataError(
                f"a holdout of {self.holdout:g} leaves a split of {n} images empty",
                where=self.title(),
                do="change data.holdout",
            )
        return np.sort(order[cut:] if self.subset == "train" else order[:cut])

    def without_split(self) -> None:
        """Refuse to pass the training images off as another split.

        Raises:
            NoSplitError: another split than ``train`` was asked for and none can be cut.
        """
        if self.subset != "train" and not self.holdout:
            raise NoSplitError(
                f"no {self.subset} split",
                where=self.title(),
                do="set data.holdout to a share to keep from training, such as 0.1",
            )


def listed(unreadable: Sequence[Unreadable]) -> str:
    """Each by its name."""
    return ", ".join(map(str, unreadable))


def index_labels(records: Records, where: str) -> tuple[Int64[np.ndarray, " n"], tuple[str, ...]]:
    """Labels of any form as class indices, with the names in index order."""
    if len(records.labels) != len(records.images):
        raise DataError(
            f"{len(records.images)} images but {len(records.labels)} labels", where=where, do="give one label an image"
        )
    labels = np.asarray(records.labels)
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if labels.ndim != 1:
        raise DataError(f"labels of shape {labels.shape}", where=where, do="give one label an image")
    if records.names is None:
        values, indices = np.unique(labels, return_inverse=True)
        return indices.astype(np.int64), tuple(str(value) for value in values.tolist())
    names = tuple(records.names)
    if labels.dtype.kind in "iu":
        wrong = np.flatnonzero((labels < 0) | (labels >= len(names)))
        if len(wrong):
            raise DataError(
                f"label {labels[wrong[0]]} is out of range",
                where=f"{where}, item {wrong[0]}",
                do=f"labels must be 0 to {len(names) - 1}, one for each class name",
            )
        return labels.astype(np.int64), names
    place = {name: index for index, name in enumerate(names)}
    unknown = sorted({str(label) for label in labels.tolist()} - set(place))
    if unknown:
        raise DataError(f"label {unknown[0]!r} is not a class", where=where, do=f"classes: {', '.join(names[:20])}")
    return np.array([place[label] for label in labels.tolist()], np.int64), names


def existing(path: str | Path) -> Path:
    """A path that exists.

    Raises:
        DataError: it does not.
    """
    found = Path(path).expanduser()
    if not found.exists():
        raise DataError("no such file or folder", where=found, do="check the path")
    return found
