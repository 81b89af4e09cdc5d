"""An .npz file of arrays."""

import zipfile
import zlib
from pathlib import Path
from typing import Literal, Self

import numpy as np

from condgan.core.bounds import require_memory
from condgan.core.errors import DataError
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.columns import LABEL, Classes

SPELLINGS = (("labels", "names"), ("label", "label_names"))
"""What the arrays of labels and of class names are called."""


class Npz(Source):
    """Arrays ``images`` (n,h,w or n,h,w,c; 8 or 16 bits), ``labels`` (n) and, if any, ``names`` (one a class).

    ``label`` and ``label_names`` will do, too: condgan saves its samples so.
    """

    kind: Literal["npz"] = "npz"
    path: str
    """The .npz file."""
    labelled: bool = True
    """Whether it has labels; else only its images are read, for generators that take no label."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        if path is None or path.suffix.lower() != ".npz":
            return None
        return cls(path=str(path), labelled=LABEL in reads)

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        self.without_split()
        file = existing(self.path)
        try:
            with zipfile.ZipFile(file) as archive:
                size = sum(each.file_size for each in archive.infolist())
            require_memory(2 * size, "arrays, with a copy to turn them,", file, "save fewer images in a file")
            with np.load(file, allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
        except (OSError, ValueError, EOFError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError("cannot read arrays", where=file, do=f"save them with numpy.savez ({error})") from None
        labels, names = next((pair for pair in SPELLINGS if pair[0] in found), SPELLINGS[0])
        missing = [name for name in ("images", labels) if name not in found and (self.labelled or name == "images")]
        if missing:
            raise DataError(
                f"no array {missing[0]!r}",
                where=f"{file} has {', '.join(found)}",
                do="save images and labels" + f"; {UNLABELLED}" * (missing[0] == labels),
            )
        images = found["images"]
        if images.ndim not in (3, 4) or 0 in images.shape[1:]:
            raise DataError(f"images of shape {images.shape}", where=file, do="give n,h,w or n,h,w,c")
        if not self.labelled:
            return Records(images)
        for name in (labels, names):
            if name in found and not found[name].ndim:
                raise DataError(f"{name} is no list", where=file, do="give one label an image, one name a class")
        classes = tuple(map(str, found[names].tolist())) if names in found else None
        return Records(images, {LABEL: Classes(found[labels], classes)})
