"""Arrays of images and labels in one file: .npz, HDF5, or MATLAB's."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from condgan.core.bounds import require_memory
from condgan.core.errors import DataError
from condgan.core.note import LEFT_OUT, READ, Note, some
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.columns import LABEL, Classes, Raw, Vectors
from condgan.data.fields import spread
from condgan.data.folder import chosen_split, of_judge
from condgan.data.splits import SYNONYMS, Split

SUFFIXES = (".npz", ".h5", ".hdf5", ".mat")
IMAGES = ("images", "image", "x", "data", "imgs", "img", "arr_0")
LABELS = ("labels", "label", "y", "targets", "target", "classes", "ans", "arr_1")
NAMES = ("names", "label_names", "class_names", "list_classes", "categories", "classes")
"""What the arrays of images, of labels and of class names are called, in lower case."""
OF_CODES = "_names"
"""What is added to the name of an array of codes for that of the names which they stand for."""
KEPT = ("seeds", "seed", "frame_rate")
"""Arrays of samples that say how they were made."""


class Arrays(Source):
    """Arrays ``images`` (n,h,w or n,h,w,c; of clips n,t,h,w or n,t,h,w,c), ``labels`` (n, or one-hot) and, if any,
    ``names`` (one a class).

    Other usual names will do: ``label`` and ``label_names`` as condgan saves its samples, ``x`` and ``y``; also with
    splits, as MedMNIST (``train_images``) and Keras (``x_train``) have them.
    """

    kind: Literal["arrays"] = "arrays"
    path: str
    """A .npz file; or .h5, .hdf5 or .mat (pip install 'condgan[hdf5]')."""
    labelled: bool = True
    """Whether it has labels; else only its images are read, for generators that take no label."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        if path is None or path.suffix.lower() not in SUFFIXES or path.is_dir():
            return None
        return cls(path=str(path), labelled=LABEL in reads)

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        file = existing(self.path)
        arrays = _read(file)
        found = {name.lower(): value for name, value in arrays.items()}
        parts = {split: there for split in SYNONYMS if (there := _of_split(found, split))}
        images = next((name for name in IMAGES if name in found), "")
        labels = next((name for name in LABELS if name in found and name != images), "")
        if parts and "train" not in parts and images:  # those to train on have no word before their name
            parts = {"train": (images, labels), **parts}
        split = None
        if "train" in parts:
            split = chosen_split(self, parts)
            images, labels = parts[split or "train"]
        else:
            self.without_split()
        missing = ["images"] * (not images) or ["labels"] * (self.labelled and not labels)
        if missing:
            items = len(found[images]) if images and found[images].ndim else 0
            rest = [name for name, each in found.items() if name != images and each.ndim and len(each) == items > 0]
            others = f", or give --condition attributes for {some(rest)}" if rest else ""
            raise DataError(
                f"no array {missing[0]!r}",
                where=f"{file} has {', '.join(arrays)}",
                do="save images and labels" + f"{others}; {UNLABELLED}" * (missing[0] == "labels"),
            )
        names = next((name for name in NAMES if name in found and name != labels), "")
        for name in (images, labels, names):
            if name and not found[name].ndim:
                raise DataError(f"{name} is no list", where=file, do="give one label an image, one name a class")
        count = len(found[labels]) if labels and found[labels].ndim else None
        of_clips = self.frames == "clip"
        pixels, told = (_clips_channels_last if of_clips else _channels_last)(found[images], count, file)
        if file.name.lower().startswith("emnist") and pixels.ndim == 3:
            pixels = pixels.swapaxes(1, 2)
            told.append(Note("transposed", "EMNIST's files hold their images transposed: they are turned", READ))
        of_splits = (each for pair in parts.values() for each in pair)
        used = {images, labels if self.labelled else "", names, *of_splits, *KEPT}
        notes = [*told, *of_judge(parts, self.subset, split)]
        columns: dict[str, Raw] = {}
        if self.labelled:
            classes = tuple(map(_text, found[names].ravel().tolist())) if names else None
            columns[LABEL] = _classes_or_vectors(found[labels], classes)
        if self.fields is not None:
            unused = {name: each for name, each in arrays.items() if name.lower() not in used}
            values = _of_items(unused, len(pixels), split, parts)
            hints: dict[str, str] = {}
            if labels and not self.labelled:
                own, hints = _of_labels(found[labels], found[names].ravel().tolist() if names else None)
                values = {**own, **{name: each for name, each in values.items() if name.lower() != labels}}
            read = self.fields_of(values, str(file), hints, [*columns])
            columns, notes = {**read.columns, **columns}, [*notes, *read.notes]
            used |= {labels} | {name for name in found for field in values if field.lower() in name}
        rest = [name for name in arrays if name.lower() not in used]
        if rest:
            notes.append(Note("unread", f"arrays that nothing reads: {some(rest)}", LEFT_OUT))
        rate = float(found["frame_rate"]) if "frame_rate" in found and found["frame_rate"].size == 1 else 0.0
        return Records(pixels, columns, split=split, notes=tuple(notes), rate=rate)


def _of_labels(labels: np.ndarray, names: list[Any] | None) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """Labels as fields: one of several classes, or of vectors what each number says; and what these are."""
    plain = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if plain.ndim == 2 and np.issubdtype(plain.dtype, np.number):
        return spread(LABEL, plain)
    listed = plain.tolist()
    if names is not None and np.issubdtype(plain.dtype, np.integer):
        listed = [_text(names[value]) if 0 <= value < len(names) else None for value in listed]
    fractions = any(isinstance(value, float) and not value.is_integer() for value in listed)
    return {LABEL: listed}, {} if fractions else {LABEL: "category"}


def _classes_or_vectors(labels: np.ndarray, names: tuple[str, ...] | None) -> Raw:
    """Classes; or vectors, where there are several numbers an image that are not one-hot."""
    several = labels.ndim == 2 and labels.shape[1] > 1 and np.issubdtype(labels.dtype, np.floating)
    if several and not (np.isin(labels, (0, 1)).all() and (labels.sum(1) == 1).all()):
        return Vectors(labels)
    return Classes(labels, names)


def _of_items(
    arrays: Mapping[str, np.ndarray], count: int, split: Split | None, splits: Iterable[Split]
) -> dict[str, list[Any]]:
    """The arrays with a value for each image, by name without the word for the split; of codes the names that they
    stand for, where these are there as ``NAME_names``. Those of another split are none, be they as many."""
    others = [word for each in splits if each != split for word in SYNONYMS[each]]
    found = {}
    for name, values in arrays.items():
        of_other = any(_without(name, word) != name for word in others)
        if values.ndim not in (1, 2) or len(values) != count or name.endswith(OF_CODES) or of_other:
            continue
        plain = name
        for word in SYNONYMS[split] if split else ():
            plain = _without(plain, word)
        names = arrays.get(plain + OF_CODES)
        listed = values.tolist()
        if names is not None and values.ndim == 1:
            listed = [_text(names[value]) if 0 <= value < len(names) else None for value in listed]
        found[plain] = listed
    return found


def _without(name: str, word: str) -> str:
    """The name of an array without a word for a split, before or after it."""
    for before in (f"{word}_", f"{word}/"):
        if name.lower().startswith(before):
            return name[len(before) :]
    return name[: -len(word) - 1] if name.lower().endswith(f"_{word}") else name


def _of_split(found: Mapping[str, np.ndarray], split: Split) -> tuple[str, str] | None:
    """The names of a split's arrays of images and of labels; the latter may be empty."""
    for word in SYNONYMS[split]:
        images = [name for what in IMAGES for name in _spelled(what, word) if name in found]
        if images:
            labels = [name for what in LABELS for name in _spelled(what, word) if name in found]
            return images[0], labels[0] if labels else ""
    return None


def _spelled(what: str, split: str) -> tuple[str, ...]:
    return f"{split}_{what}", f"{what}_{split}", f"{split}{what}", f"{split}/{what}", f"{split}_set_{what}"


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _channels_last(images: np.ndarray, count: int | None, file: Path) -> tuple[np.ndarray, list[Note]]:
    """Images as n,h,w or n,h,w,c, in whatever order their axes are.

    Raises:
        DataError: no such order.
    """
    notes = []
    if count is not None and images.ndim in (3, 4) and len(images) != count and images.shape[-1] == count:
        images = np.moveaxis(images, -1, 0)  # MATLAB counts its samples along the last axis
        notes.append(Note("axes", "images are along the last axis of their array", READ))
    if images.ndim == 2 and images.shape[1] and round(images.shape[1] ** 0.5) ** 2 == images.shape[1]:
        side = round(images.shape[1] ** 0.5)
        images = images.reshape(len(images), side, side)
        notes.append(Note("axes", f"rows of {side * side} numbers are read as images of {side}×{side}", READ))
    if images.ndim == 4 and images.shape[1] in (1, 3, 4) and images.shape[-1] not in (1, 3, 4):
        images = np.moveaxis(images, 1, -1)
        notes.append(Note("axes", "the channels of the images stand before height and width", READ))
    if images.ndim not in (3, 4) or 0 in images.shape[1:]:
        clips = "; clips (n,t,h,w,c) with --data.frames clip" if images.ndim == 5 else ""
        raise DataError(f"images of shape {images.shape}", where=file, do=f"give n,h,w or n,h,w,c{clips}")
    return images, notes


def _clips_channels_last(clips: np.ndarray, count: int | None, file: Path) -> tuple[np.ndarray, list[Note]]:
    """Clips as n,t,h,w or n,t,h,w,c, in whatever order their axes are.

    Raises:
        DataError: no such order.
    """
    notes = []
    if clips.ndim == 5 and clips.shape[-1] not in (1, 3, 4):
        axis = next((axis for axis in (2, 1) if clips.shape[axis] in (1, 3, 4)), None)
        if axis is not None:
            clips = np.moveaxis(clips, axis, -1)
            notes.append(Note("axes", "the channels of the clips stand before height and width", READ))
    if clips.ndim not in (4, 5) or 0 in clips.shape[1:] or (count is not None and len(clips) != count):
        raise DataError(f"clips of shape {clips.shape}", where=file, do="give n,t,h,w or n,t,h,w,c")
    return clips, notes


def _read(file: Path) -> dict[str, np.ndarray]:
    """All arrays of a file by their names.

    Raises:
        DataError: it cannot be read.
    """
    try:
        match file.suffix.lower():
            case ".npz":
                with zipfile.ZipFile(file) as archive:
                    size = sum(each.file_size for each in archive.infolist())
                _require_memory(size, file)
                with np.load(file, allow_pickle=False) as arrays:
                    return {name: arrays[name] for name in arrays.files}
            case ".mat" if not _is_hdf5(file):
                return _of_matlab(file)
            case _:
                return _of_hdf5(file)
    except (
        *(OSError, ValueError, EOFError, MemoryError, RuntimeError, KeyError, TypeError),
        *(zipfile.BadZipFile, zlib.error),
    ) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        if "allow_pickle" in first:
            raise DataError("arrays of Python objects", where=file, do="save plain arrays of numbers") from None
        raise DataError("cannot read arrays", where=file, do=f"save them with numpy.savez ({first})") from None


def _require_memory(size: int, file: Path) -> None:
    require_memory(2 * size, "arrays, with a copy to turn them,", file, "save fewer images in a file")


def _is_hdf5(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(8) == b"\x89HDF\r\n\x1a\n" or opened.read(1 << 10).find(b"\x89HDF") >= 0


def _of_matlab(file: Path) -> dict[str, np.ndarray]:
    _require("scipy", file)
    from scipy.io import loadmat, whosmat

    _require_memory(sum(8 * int(np.prod(shape)) for _, shape, _ in whosmat(file)), file)
    found = loadmat(file, simplify_cells=True)
    flat: dict[str, np.ndarray] = {}
    _flatten("", found, flat)
    return flat


def _flatten(prefix: str, value: object, into: dict[str, np.ndarray]) -> None:
    """Nested structures as ``train/images``; as EMNIST's files have them."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not str(name).startswith("__"):
                _flatten(f"{prefix}{name}/", inner, into)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        into[prefix.rstrip("/").removeprefix("dataset/")] = value


def _of_hdf5(file: Path) -> dict[str, np.ndarray]:
    _require("h5py", file)
    import h5py  # type: ignore[import-untyped,unused-ignore]

    found: dict[str, np.ndarray] = {}
    with h5py.File(file) as opened:
        sets: dict[str, Any] = {}
        opened.visititems(lambda name, each: sets.update({name: each}) if isinstance(each, h5py.Dataset) else None)
        _require_memory(sum(each.nbytes for each in sets.values()), file)
        for name, each in sets.items():
            if each.is_virtual or each.external:
                raise ValueError(f"{name} lies in another file; copy it into this one")
            if each.dtype != object or h5py.check_string_dtype(each.dtype):
                found[name] = np.asarray(each[()])
    if file.suffix.lower() == ".mat":  # MATLAB's arrays lie in the other order of axes
        found = {name: value.T for name, value in found.items()}
    return {name: value.astype(np.str_) if value.dtype == object else value for name, value in found.items()}


def _require(package: str, file: Path) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise DataError(
            f"reading {file.suffix} needs the package {package}", where=file, do="pip install 'condgan[hdf5]'"
        )
