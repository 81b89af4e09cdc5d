"""The IDX format of MNIST and its family."""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

import numpy as np

from condgan.core.bounds import require_memory
from condgan.core.errors import DataError
from condgan.core.note import READ, Note
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.columns import LABEL, Classes, Raw
from condgan.data.folder import chosen_split, of_judge
from condgan.data.splits import Split, split_of

IMAGES, LABELS = ("images-idx3-ubyte", "images.idx3-ubyte"), ("labels-idx1-ubyte", "labels.idx1-ubyte")
"""How the files of images and of labels are called, after the name of the split."""


class Idx(Source):
    """A folder of IDX files, plain or gzipped, as MNIST and its family come: ``train-images-idx3-ubyte.gz``.

    Those of EMNIST hold their images transposed, which their names tell: they are turned.
    """

    kind: Literal["idx"] = "idx"
    path: str
    """The folder."""
    labelled: bool = True
    """Whether the labels are read; else only the images, for generators that take no label."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        homes = [] if path is None or not path.is_dir() else [path, path / "raw", *path.glob("*/raw")]
        home = next((each for each in homes if each.is_dir() and any(_files(each))), None)
        return None if home is None else cls(path=str(home), labelled=LABEL in reads)

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        root = existing(self.path)
        parts: dict[Split, Path] = {}
        for file in _files(root):
            stem = file.name[: file.name.index("images")].strip("-_.")
            named = "test" if stem.endswith("t10k") else split_of(stem.rpartition("-")[2]) or "train"
            if named in parts:
                raise DataError(
                    "several data sets in one folder",
                    where=f"{root}: {parts[named].name}, {file.name}",
                    do="put each into a folder of its own",
                )
            parts[named] = file
        split = chosen_split(self, parts)
        file = parts[split or "train"]
        images = read_idx(file)
        notes = [*of_judge(parts, self.subset, split)]
        if file.name.lower().startswith("emnist"):
            images = images.swapaxes(1, 2)
            notes.append(Note("transposed", "EMNIST's files hold their images transposed: they are turned", READ))
        if not self.labelled and self.fields is None:
            return Records(images, split=split, notes=tuple(notes))
        names = zip(IMAGES, LABELS, strict=True)
        name = next(file.name.replace(images, labels) for images, labels in names if images in file.name)
        labels = file.with_name(name)
        labels = next((each for each in (labels, labels.with_suffix("")) if each.is_file()), labels)
        if not labels.is_file():
            raise DataError(f"no {labels.name}", where=root, do=f"add it; {UNLABELLED}")
        values = read_idx(labels)
        if self.labelled:
            columns: dict[str, Raw] = {LABEL: Classes(values)}
        else:
            columns = {**self.fields_of({LABEL: values}, str(root), {LABEL: "category"}).columns}
        return Records(images, columns, split=split, notes=tuple(notes))


def _files(folder: Path) -> Iterator[Path]:
    """The files of images; of one that is there both plain and gzipped, the plain one."""
    seen = set()
    for file in sorted(folder.iterdir()):
        plain = file.name.removesuffix(".gz")
        if plain.endswith(IMAGES) and plain not in seen and file.is_file():
            seen.add(plain)
            yield file


def read_idx(path: Path) -> np.ndarray:
    """The unsigned bytes of an IDX file, plain or gzipped.

    Raises:
        DataError: not an IDX file of unsigned bytes, one cut short, or one too large for this machine.
    """
    with path.open("rb") as file:
        return parse_idx(gzip.open(file) if path.suffix == ".gz" else file, str(path))


def parse_idx(file: io.BufferedIOBase, where: str) -> np.ndarray:
    """The array in an IDX file: magic 0, 0, type 8, number of axes; each axis as 4 bytes; the values."""
    try:
        magic = file.read(4)
        if len(magic) < 4 or magic[:3] != b"\0\0\x08" or not magic[3]:
            raise DataError("not an IDX file of unsigned bytes", where=where, do="fetch it again")
        axes = file.read(4 * magic[3])
        shape = struct.unpack(f">{magic[3]}I", axes) if len(axes) == 4 * magic[3] else ()
        size = math.prod(shape)
        require_memory(size, "IDX file of many values", where, "fetch it again")
        content = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError("cannot read IDX file", where=where, do=f"fetch it again ({error})") from None
    if len(content) != size or len(axes) != 4 * magic[3]:
        raise DataError("IDX file cut short", where=where, do="fetch it again")
    return np.frombuffer(content, np.uint8).reshape(shape)
