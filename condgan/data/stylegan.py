"""Data as StyleGAN's tools pack them: numbered images in numbered folders, and a dataset.json that has the labels."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Literal, Self

import numpy as np

from condgan.core.bounds import require_memory
from condgan.core.errors import DataError
from condgan.core.note import READ, Note
from condgan.data.archive import ARCHIVES, Member, content
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.columns import LABEL, Classes, Raw, Vectors
from condgan.data.fields import Fields, spread
from condgan.data.listing import Listing, listing, plain_name

LABELS = "dataset.json"


class StyleGAN(Source):
    """A folder or a .zip of images with ``dataset.json``: ``{"labels": [["00000/img.png", 6], …]}``; the labels are
    integers or vectors, of which one-hot ones are classes (Karras et al., stylegan2-ada-pytorch, ``dataset_tool.py``).
    """

    kind: Literal["stylegan"] = "stylegan"
    path: str
    """The folder, or the archive."""
    labelled: bool = True
    """Whether its labels are read; else only its images, for generators that take no label."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        if path is None or not (path.is_dir() or path.suffix.lower() in ARCHIVES):
            return None
        known = path.is_file() or any(any(path.glob(f"{folders}{LABELS}")) for folders in ("", "*/", "*/*/"))
        if not known or _labels_in(listing(path)) is None:
            return None
        return cls(path=str(path), labelled=LABEL in reads)

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        self.without_split()
        found = listing(existing(self.path))
        name = _labels_in(found)
        if name is None:
            raise DataError(f"no {LABELS}", where=self.path, do="add it, or set data.kind to folder")
        home = PurePosixPath(name).parent
        notes = tuple(found.left_out([name]))
        if not self.labelled and self.fields is None:
            return Records([found.at(each) for each in found.images], notes=notes)
        labels = self._labels(found, name)
        known = {str(home / each): label for each, label in labels.items()}
        missing = [each for each in known if each not in set(found.images)]
        forgotten = [each for each in found.images if each not in known]
        if missing or forgotten:
            what = f"{len(missing)} images that it names are missing" if missing else ""
            more = f"{len(forgotten)} images that it does not name" if forgotten else ""
            raise DataError(
                f"{LABELS} is not of these images: {' and '.join(filter(None, [what, more]))}",
                where=found.home / (missing or forgotten)[0],
                do="pack the data again, or add what is missing",
            )
        values = [known[each] for each in found.images]
        told = Note("stylegan", f"labels are those of {LABELS}; the folders are parts of one set", READ)
        column = _column(values, name)
        columns: dict[str, Raw] = {LABEL: column} if self.labelled else {}
        if self.fields is not None:
            read = self._fields(column, name)
            columns, notes = {**columns, **read.columns}, (*notes, *read.notes)
        return Records([found.at(each) for each in found.images], columns, notes=(told, *notes))

    def _fields(self, column: Classes | Vectors, name: str) -> Fields:
        """The labels as fields: a class is one, of other vectors each number is."""
        if self.labelled:
            return self.fields_of({}, name, taken=(LABEL,))
        if isinstance(column, Vectors):
            values, hints = spread(LABEL, np.asarray(column.values))
            return self.fields_of(values, name, hints)
        return self.fields_of({LABEL: column.values}, name, {LABEL: "category"})

    def _labels(self, found: Listing, name: str) -> dict[str, object]:
        try:
            file = found.at(name)
            labels = json.loads(_text(file))["labels"]
            if labels is None:
                raise DataError(f"{LABELS} has no labels", where=file, do=UNLABELLED)
            listed = labels.items() if isinstance(labels, dict) else labels
            pairs = [(plain_name(str(each)), label) for each, label in listed]
            named = dict(pairs)
            twice = {each for each, label in pairs if named[each] != label}
            if twice:
                raise DataError(
                    f"{LABELS} names {min(twice)} with two labels", where=file, do="keep one line for each image"
                )
            return named
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(f"cannot read {LABELS}", where=self.path, do=f"pack the data again ({error!r})") from None


def _text(file: Path | Member) -> str:
    if isinstance(file, Path):
        require_memory(8 * file.stat().st_size, LABELS, file, "split the data into several")
        return file.read_bytes().decode("utf-8-sig")
    return content(file).decode("utf-8-sig")


def _labels_in(found: Listing) -> str | None:
    """The file of labels, in the uppermost folder that has one; a file of that name without labels is another one."""
    named = [name for name in found.files if name.rpartition("/")[2] == LABELS and name.count("/") < 3]
    name = min(named, key=lambda name: name.count("/")) if named else None
    try:
        if name is not None and "labels" not in json.loads(_text(found.at(name))):
            return None
    except (OSError, ValueError, TypeError, RecursionError):
        pass  # what is wrong with it is to be told
    return name


def _column(values: list[object], where: str) -> Classes | Vectors:
    if all(isinstance(value, int | str) for value in values):
        return Classes([str(value) for value in values])
    try:
        vectors = np.asarray(values, np.float32)
    except (ValueError, TypeError):
        raise DataError("labels of several forms", where=where, do="give an integer, or a vector, for each") from None
    if vectors.ndim != 2:
        raise DataError(f"labels of shape {vectors.shape}", where=where, do="give an integer, or a vector, for each")
    if vectors.shape[1] == 1 and (vectors == np.rint(vectors)).all():
        return Classes(vectors[:, 0])
    if np.isin(vectors, (0, 1)).all() and (vectors.sum(1) == 1).all():
        return Classes(vectors.argmax(1))
    return Vectors(vectors)
