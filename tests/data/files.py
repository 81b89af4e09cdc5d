"""Files as people hold them, made here, and what is read of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from condgan.data import Dataset, find
from condgan.data.base import Split
from condgan.data.doctor import remarks
from tests.conftest import picture

LABEL, NOTHING, PAIRS = frozenset({"label"}), frozenset[str](), frozenset({"picture"})
ATTRIBUTES = frozenset({"*"})
"""What a condition reads that takes all fields."""
RANDOM = np.random.default_rng(0)


def fill(home: Path, names: Sequence[str], n: int = 10, suffix: str = ".png", mode: str = "RGB") -> Path:
    """Images in folders of these names, each another."""
    for name in names:
        (home / name).mkdir(parents=True, exist_ok=True)
        for index in range(n):
            picture(int(RANDOM.integers(1 << 40)), (8, 8), mode).save(home / name / f"{index:03d}{suffix}")
    return home


def load(data: Path, reads: frozenset[str] = LABEL, split: Split = "train", **settings: object) -> Dataset:
    return find(str(data), reads=reads).with_(**settings).split(split).load()


def counts(dataset: Dataset) -> dict[str, int]:
    column = dataset.schema.columns["label"]
    return dict(zip(column.names, column.counts, strict=True))


def kinds(dataset: Dataset) -> list[str]:
    """What is told, but for what small data bring about."""
    return [note.kind for note in remarks(dataset) if note.kind not in ("tiny-classes", "copies", "torn")]


def table(home: Path, text: str | bytes, name: str = "t.csv") -> Path:
    (home / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return home / name


def lines(row: str, header: str = "") -> str:
    rows = [row.format(n=index, name="ab"[index % 2]) for index in range(12)]
    return "\n".join([header, *rows] if header else rows) + "\n"


def listed(home: Path, header: str, rows: Sequence[str], images: Sequence[str] = ()) -> Path:
    """A table of images that are there."""
    for name in images or [row.split(",")[0] for row in rows]:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        picture(int(RANDOM.integers(1 << 40)), (8, 8)).save(home / name)
    return table(home, "\n".join([header, *rows] if header else rows) + "\n")


def masks(home: Path, values: np.ndarray, mode: str | None = None) -> np.ndarray:
    """Pairs of photos and masks of some values; the places of the values."""
    fill(home, ["photo"], 6)
    (home / "mask").mkdir()
    places = RANDOM.integers(0, len(values), (6, 8, 8))
    for index in range(6):
        image = Image.fromarray(values[places[index]])
        (image.convert(mode) if mode else image).save(home / "mask" / f"{index:03d}.png")
    return places


def field_values(dataset: Dataset, name: str) -> list[object]:
    """What each item has of a field, as people write it; ``None`` where it is missing."""
    column, values = dataset.schema.columns[name], torch.as_tensor(dataset.columns[name])
    if column.storage == "ids":
        return [column.names[place] if place >= 0 else None for place in values.tolist()]
    if column.names:
        return [
            None
            if any(value != value for value in row)
            else "+".join(each for each, there in zip(column.names, row, strict=True) if there)
            for row in values.tolist()
        ]
    return [None if value != value else value for value in values.tolist()]


def pixels_of(file: Path) -> bytes:
    """The pixels of an image file, as a data set stores them."""
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB")).transpose(2, 0, 1).tobytes()


def by_image(dataset: Dataset, files: Iterable[Path]) -> list[Path]:
    """The file of each item, by its pixels: whatever the order in which they were read."""
    known = {pixels_of(file): file for file in files}
    return [known[image.numpy().tobytes()] for image in dataset.target]
