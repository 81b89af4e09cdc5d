"""The contract of a source: images and what belongs to them, decoded once and kept as uint8."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np
import torch
from jaxtyping import Int64
from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from condgan.core.batch import Values
from condgan.core.errors import DataError, NoSplitError
from condgan.core.needs import CLIPS, IMAGES
from condgan.core.note import Note
from condgan.core.palette import Palette
from condgan.core.registry import Registry
from condgan.core.schema import FIELDS, Column, Schema
from condgan.core.seeds import some_of
from condgan.core.spec import Spec
from condgan.data.clips import Cut, clips_of, items_of, require_same
from condgan.data.columns import LABEL, Raw, RawPixels, RawValues, Taken, pick, require_same_sizes
from condgan.data.cut import cut
from condgan.data.dataset import Dataset, select
from condgan.data.decode import Decoded, Fit, decode, default_size, in_clips
from condgan.data.fields import TEXT, Fields, Kinds, Reader, fields
from condgan.data.frames import FRAME, Frames, all_of, first_of
from condgan.data.hold_out import HoldOut, without
from condgan.data.kept import kept
from condgan.data.layouts import decode_coloured, extents
from condgan.data.settings import Channels, Colour, Levels, Size
from condgan.data.splits import Split
from condgan.data.undecoded import Undecoded, Unreadable

SKIPPED_AT_MOST = 0.01
UNLABELLED = "for a plain GAN set --condition none and --data.labelled false"
"""Advice where labels are not found."""

logger = logging.getLogger(__name__)


class Records(NamedTuple):
    """What a source found, before decoding."""

    images: Undecoded
    """One an item: a path, the bytes of an image file, or an array H,W[,C] of 8 or 16 bits."""
    columns: Mapping[str, Raw] = {}
    """What belongs to them, by name, each of as many values: ``Classes``, ``Numbers``, ``Vectors``, ``Texts``,
    ``Pictures``, ``LabelMaps`` or ``Boundaries``."""
    palette: Palette | None = None
    """The classes of the images, where they are label maps: these become images in the colours of the classes."""
    split: Split | None = None
    """The split of the data's own that these are: where there is no test split, its validation split judges. ``None``
    where the data have none: then it may be cut."""
    notes: tuple[Note, ...] = ()
    """What people are to be told of what was found."""
    rate: float = 0.0
    """Of arrays of clips: frames a second; 0 where that is not known."""


class Source(Spec, ABC):
    """Where images come from, and how they are brought to one shape."""

    size: Size = None
    """Height and width to bring every image to; by default their own where they agree and are at most 64 long."""
    channels: Channels = None
    """1 grey, 3 colour, 4 colour with transparency; by default what the images have."""
    fit: Fit = "crop"
    """How an image of another aspect is brought to the size: crop, pad or stretch."""
    range: Levels = None
    """LOW-HIGH, the levels that become black and white; by default 0 to 255, and of images of more than 8 bits the
    range that the whole data set uses."""
    input_range: Levels = None
    """The same of the pictures that images are to be made from."""
    background: Colour = "white"
    """The colour under transparent images that are brought to 1 or 3 channels: a name, or #rrggbb."""
    frames: Literal["first", "all", "clip"] = "first"
    """Of animated files, films and files of several pages: take the first picture; make each an image; or make them a
    clip, as are all pictures of a folder."""
    length: Annotated[int, Field(ge=2)] | None = None
    """Frames of a clip; by default as many as most have, at most 16. A longer one is cut into several; what is shorter
    is left out."""
    stride: PositiveInt = 1
    """Of clips: take every so many-th frame."""
    rate: PositiveFloat | None = None
    """Of clips: frames a second, whatever the files have; by default those of the files."""
    skip_bad: bool = False
    """Leave out images that cannot be read, up to one in a hundred, instead of stopping."""
    holdout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the images to keep from training, as the test split of data that bring none."""
    fields: Kinds | None = None
    """What else belongs to an image and can be requested: what each field is, such as hair=category,
    smiling=boolean, things=set, age=number[years]; none leaves one out, * is any other. What is not said is told by the
    values. By default fields are read where the condition takes them."""
    captions: tuple[str, ...] = ()
    """Columns of the texts of an image, one or several; by default the one called text, caption, prompt or the like, or
    a .txt file beside each image, one caption a line."""
    hold_out: HoldOut = ""
    """Combinations to keep from training, to see whether they can be generated all the same: hair,body=0.2 is a share
    of those of these fields, hair=black & body=tall is one; a ; stands between several."""
    label_noise: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the training labels that are replaced by another class on purpose; reports use the true ones."""
    subset: Split = "train"
    """Which split this is."""

    @model_validator(mode="after")
    def _of_clips(self) -> Self:
        named = {"length": self.length is not None, "stride": self.stride > 1, "rate": self.rate is not None}
        if (unused := [name for name, given in named.items() if given]) and self.frames != "clip":
            raise ValueError(f"{unused[0]} is for clips: set frames to clip, or leave it out")
        if self.rate is not None and self.stride > 1:
            raise ValueError("rate and stride both say which frames are taken: leave one of them out")
        return self

    def provides(self) -> frozenset[str]:
        return super().provides() | frozenset({CLIPS if self.frames == "clip" else IMAGES})

    @classmethod
    @abstractmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        """The source for what a person writes for DATA; ``None`` where that is of another kind.

        Args:
            data: a name, a path, or whatever else this kind of source goes by.
            root: folder that holds named data; may be empty.
            reads: the columns that are needed, such as ``label`` or ``picture``.
        """

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
        """Decode this split, without the combinations that are kept from training.

        Raises:
            DataError: no images, an unreadable one, mixed channels, or a class without images.
        """
        return self.divided()[0]

    def divided(self) -> tuple[Dataset, Dataset | None]:
        """This split as ``load``; and, of that to train on, the items that ``hold_out`` keeps from training.

        Raises:
            DataError: as ``load``.
        """
        dataset = self.read()
        for error in self.errors(dataset):
            raise error
        if dataset.unreadable:
            logger.warning("%d images left out: %s", len(dataset.unreadable), listed(dataset.unreadable))
        if self.subset != "train" or not self.hold_out:
            return dataset, None
        return without(dataset, self.hold_out, self.title())

    def read(self, most: int | None = None) -> Dataset:
        """Decode what can be read of this split, or so many of its images by chance, without judging it.

        Raises:
            DataError: no images, none that can be read, mixed channels, or columns that do not fit.
        """
        records = self.records()
        self._require_columns(records)
        if self.frames == "clip":
            records = self._as_clips(records)
        if records.split is not None and self.holdout:
            raise DataError(
                "the data have a split to compare with, and data.holdout cuts another",
                where=self.title(),
                do="set data.holdout to 0",
            )
        # the names of classes are those of the whole split, whatever is chosen of it
        indexed = {
            name: raw.indexed(self.title()) for name, raw in records.columns.items() if isinstance(raw, RawValues)
        }
        ids = indexed[LABEL][1] if LABEL in indexed else None
        chosen = self.chosen(
            len(records.images),
            most,
            divided=records.split is not None,
            # a label may be a vector, too
            classes=ids.numpy() if isinstance(ids, torch.Tensor) and ids.dtype == torch.int64 else None,
        )
        images = pick(records.images, chosen)
        pictures = {name: raw.at(chosen) for name, raw in records.columns.items() if isinstance(raw, RawPixels)}
        for raw in pictures.values():
            require_same_sizes(images, raw.undecoded)
        frames = self._frames(images, bool(pictures), records.rate)
        chosen = chosen[frames.rows]
        numbered = self._frame_numbers(frames)
        self._require_fields(records, bool(numbered))
        found = self._decoded(frames.images, records.palette)
        if len(found.images) > len(frames.rows):
            found = in_clips(found, len(frames.rows))
        target, kept, notes = found.images, found.kept, [*records.notes, *frames.notes, *found.notes]
        unreadable, reading = found.unreadable, found.reading._replace(rate=frames.rate)
        schema: dict[str, Column] = {}
        columns: dict[str, Values] = {}
        for name, raw in pictures.items():
            loaded = raw.at(kept).decoded((target.shape[2], target.shape[3]), self.fit)
            readable = torch.from_numpy(loaded.kept)
            target, kept = select(target, readable), kept[loaded.kept]
            columns = {other: select(values, readable) for other, values in columns.items()} | {name: loaded.pixels}
            schema[name], unreadable = loaded.column, (*unreadable, *loaded.unreadable)
            notes += loaded.notes
        for name, (column, values) in indexed.items():
            schema[name], columns[name] = column, select(values, torch.from_numpy(chosen[kept]))
        for name, (column, values) in {name: raw.indexed(self.title()) for name, raw in numbered.items()}.items():
            schema[name], columns[name] = column, select(values, torch.from_numpy(kept))
        whole = Column("pixels", channels=target.shape[1], palette=records.palette, reading=reading)
        files = torch.from_numpy(chosen[kept])
        return Dataset(
            target, columns, Schema(whole, schema), found.sizes, unreadable, None, records.split, tuple(notes), files
        )

    def _frames(self, images: Undecoded, paired: bool, rate: float) -> Frames:
        """The images, each frame of a file being one where that is asked for."""
        if self.frames == "first":
            return first_of(images)
        if self.frames == "clip":
            return clips_of(images, Cut(self.length, self.stride, self.rate), self.title(), rate)
        if paired and not isinstance(images, np.ndarray):
            raise DataError("frames of pairs", where=self.title(), do="set data.frames to first")
        return all_of(images)

    def _as_clips(self, records: Records) -> Records:
        """One record for each animated file or film, and for all single pictures of a folder: they are its frames."""
        if records.palette is not None or any(isinstance(raw, RawPixels) for raw in records.columns.values()):
            raise DataError("clips of pairs", where=self.title(), do="set data.frames to first")
        items = items_of(records.images)
        if len(items.places) == len(records.images):
            return records
        firsts = [places[0] for places in items.places]
        columns: dict[str, Raw] = {}
        for name, raw in records.columns.items():
            assert isinstance(raw, RawValues), "pairs are refused"
            _, values = raw.indexed(self.title())
            require_same(values, items, name, self.title())
            columns[name] = Taken(raw, firsts)
        return records._replace(images=items.images, columns=columns, notes=(*records.notes, *items.notes))

    def fields_of(
        self,
        values: Mapping[str, Sequence[Any] | np.ndarray],
        where: str,
        hints: Mapping[str, str] | None = None,
        taken: Collection[str] = (),
    ) -> Fields:
        """The columns of what else belongs to the images, where that is read; arguments as of ``fields``."""
        if self.fields is None:
            return Fields({})
        others = (*taken, *[FRAME] * (self.frames == "all"))
        return fields(values, self.fields, where, hints, others, self.captions)

    @property
    def captioned(self) -> bool:
        """Whether captions are read."""
        return TEXT in (self.fields or {}).values()

    @property
    def reader(self) -> Reader | None:
        """``fields_of``; ``None`` where no fields are read."""
        return None if self.fields is None else self.fields_of

    def _frame_numbers(self, found: Frames) -> dict[str, RawValues]:
        """Which of its file's pictures each image is, as a field."""
        if self.fields is None or self.frames != "all" or not found.several:
            return {}
        asked = {name: kind for name, kind in self.fields.items() if name in (FRAME, FIELDS)}
        return fields({FRAME: found.numbers}, asked, self.title(), {FRAME: "number"}).columns

    def _require_fields(self, records: Records, frames: bool) -> None:
        """Refuse data that have nothing which could be requested, where fields are asked for."""
        read = frames or any(isinstance(raw, RawValues) for raw in records.columns.values())
        if self.fields is not None and self.fields.get(FIELDS) != "none" and not read:
            why = next((f"; {note.text}" for note in records.notes if note.kind == "no-fields"), "")
            raise DataError(
                "the data have no attributes",
                where=f"{self.title()}{why}",
                do=f"give a table with a column for each, or say with --data.fields what a column is; {UNLABELLED}",
            )

    def _require_columns(self, records: Records) -> None:
        """Refuse data without images, or with columns of another length."""
        count = len(records.images)
        if not count:
            raise DataError("no images", where=self.title(), do="give a folder per class, a table, or an .npz")
        for name, raw in records.columns.items():
            if len(raw) != count:
                plural = name if name.endswith("s") else f"{name}s"
                raise DataError(
                    f"{count} images but {len(raw)} {plural}", where=self.title(), do=f"give one {name} an image"
                )

    def _decoded(self, images: Undecoded, palette: Palette | None) -> Decoded:
        """The images at one size; label maps in the colours of their classes."""
        if palette is None:
            words = (self.size, self.channels, self.fit, self.range, self.background)

            def make() -> Decoded:
                return decode(images, *words)

            return kept(images, {"words": words}, make) if self.frames == "clip" else make()
        if self.channels not in (None, 3):
            raise DataError(
                f"label maps as images of {self.channels} channels",
                where=self.title(),
                do="leave data.channels out: they have the 3 of their colours",
            )
        sizes: Counter[tuple[int, ...]] = Counter(filter(None, extents(images)))
        size = self.size or default_size(list(sizes.elements()))
        coloured = decode_coloured(images, palette, size, self.fit)
        return Decoded(coloured, np.arange(len(coloured)), sizes)

    def errors(self, dataset: Dataset) -> Iterator[DataError]:
        """What forbids to train on what was read."""
        bad, total = len(dataset.unreadable), len(dataset) + len(dataset.unreadable)
        if bad and not (self.skip_bad and bad <= SKIPPED_AT_MOST * total):
            yield DataError(
                "cannot read image" if bad == 1 else f"cannot read {bad} of {total} images",
                where=listed(dataset.unreadable),
                do=f"replace or remove {'it' if bad == 1 else 'them'}" + self._skipping(bad <= SKIPPED_AT_MOST * total),
            )
        label = dataset.schema.columns.get(LABEL)  # of other columns a value may be one of another split
        pairs = zip(label.names, label.counts, strict=True) if label else ()
        empty = [name for name, count in pairs if not count]
        if empty and self.subset == "train":
            short = "".join(f"; left out: {note.text}" for note in dataset.notes if note.kind == "short")
            yield DataError(
                f"class without {dataset.noun}: {', '.join(empty[:5])}",
                where=self.title(),
                do=f"add some of it, or remove it from the list of classes{short}",
            )

    def _skipping(self, few: bool) -> str:
        if self.skip_bad:
            return f"; --skip-bad leaves out {SKIPPED_AT_MOST:.0%} at most"
        return ", or --skip-bad" if few else ""

    def chosen(
        self, n: int, most: int | None = None, *, divided: bool = False, classes: Int64[np.ndarray, " n"] | None = None
    ) -> Int64[np.ndarray, " m"]:
        """The indices of this split, or so many of them by chance; ``divided``: all n are of this split."""
        chosen = np.arange(n) if divided or not self.holdout else self._cut(n, classes)
        return chosen if most is None else chosen[some_of(len(chosen), most).numpy()]

    def _cut(self, n: int, classes: Int64[np.ndarray, " n"] | None) -> Int64[np.ndarray, " m"]:
        """The indices of this split, where it is cut from the whole by ``holdout``."""
        found = cut(n, self.holdout, classes)
        if not all(map(len, found)):
            raise DataError(
                f"a holdout of {self.holdout:g} leaves a split of {n} images empty",
                where=self.title(),
                do="change data.holdout",
            )
        return found.train if self.subset == "train" else found.test

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


def existing(path: str | Path) -> Path:
    """A path that exists.

    Raises:
        DataError: it does not.
    """
    found = Path(path).expanduser()
    if not found.exists():
        raise DataError("no such file or folder", where=found, do="check the path")
    return found


def place(data: str) -> Path | None:
    """The file or folder that a person means by DATA, as an absolute path; ``None``: there is none."""
    try:
        found = Path(data).expanduser()
        return found.resolve() if found.exists() else None
    except (OSError, RuntimeError, ValueError):  # a name too long, with a NUL in it, a link to itself
        return None


SOURCES: Registry[Source] = Registry(
    {
        "hub": "condgan.data.hub:Hub",
        "named": "condgan.data.named:Named",
        "alphabet": "condgan.data.alphabet:AlphabetSource",
        "arrays": "condgan.data.arrays:Arrays",
        "pairs": "condgan.data.pairs:Pairs",
        "stylegan": "condgan.data.stylegan:StyleGAN",
        "specimen": "condgan.data.specimen:Specimen",
        "webdataset": "condgan.data.webdataset:WebDataset",
        "idx": "condgan.data.idx:Idx",
        "subjects": "condgan.data.subjects:Subjects",
        "table": "condgan.data.table:Table",
        "folder": "condgan.data.folder:Folder",
    }
)
"""The kinds of sources; ``find`` asks them in this order."""
AnySource = Annotated[Source, SOURCES]
