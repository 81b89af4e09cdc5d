"""Files as people hold them, made here, and what is read of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from condgan.data import Dataset, find
from condgan.data.base import Split
from condgan.data.doctor import remarks
from tests.conftest import picture

LABEL, NOTHING, PAIRS = frozenset({"label"}), frozenset[str](), frozenset({"picture"})
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
