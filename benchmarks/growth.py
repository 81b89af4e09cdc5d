"""What an image costs as the task grows: classes, size, batch, and the rows of a data set on the disk.

python -m benchmarks.growth

Noise instead of images: the time does not depend on what they show. Each cost is over that of the smallest case,
measured in turn with it.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks.results import interleaved, keep, ratio, steps
from condgan.core.schema import Column, Schema
from condgan.data.dataset import Dataset
from condgan.presets import get
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer

CLASSES, SIZES, BATCHES, ROWS = (10, 100, 1_000), (28, 64, 128), (8, 32, 128), (5_000, 50_000, 1_000_000)
REPEATS = 5


def noise(folder: Path, rows: int, size: int, classes: int) -> Dataset:
    """Rows of grey noise in a file that is mapped into memory, the classes in turn."""
    path = folder / f"{rows}x{size}.npy"
    if not path.exists():
        images = np.lib.format.open_memmap(path, "w+", np.uint8, (rows, 1, size, size))
        generator = np.random.default_rng(0)
        for start in range(0, rows, 10_000):
            images[start : start + 10_000] = generator.integers(0, 256, images[start : start + 10_000].shape, np.uint8)
    images = np.lib.format.open_memmap(path, "r+")
    names = tuple(map(str, range(classes)))
    schema = Schema(Column("pixels", channels=1), {"label": Column("ids", names)})
    return Dataset(torch.from_numpy(images), {"label": torch.arange(rows) % classes}, schema)


def trainer(dataset: Dataset, batch: int) -> Trainer:
    """The house default on some data."""
    recipe = get("house").resolve(dataset.schema, dataset.shape)
    recipe = recipe.model_copy(update={"training": recipe.training.with_(batch=batch)})
    return Trainer(recipe, dataset, accelerator("cpu", "fp32"))


def cases(folder: Path) -> Iterator[tuple[str, dict[str, Trainer]]]:
    """What grows, and a training of each size of it."""
    yield "classes", {str(each): trainer(noise(folder, 5_000, 28, each), 32) for each in CLASSES}
    yield "size", {str(each): trainer(noise(folder, 5_000, each, 10), 32) for each in SIZES}
    yield "batch", {str(each): trainer(noise(folder, 5_000, 28, 10), each) for each in BATCHES}
    yield "rows", {str(each): trainer(noise(folder, each, 28, 10), 32) for each in ROWS}


def measure(grows: str, trainers: dict[str, Trainer]) -> list[dict[str, Any]]:
    """Milliseconds an image, and how many times those of the smallest case."""
    every = get("house").objective.every
    times = interleaved({name: steps(each.step, every) for name, each in trainers.items()}, REPEATS)
    costs = {
        name: [1e3 * each / (every * trainers[name].images_a_step) for each in found] for name, found in times.items()
    }
    smallest = next(iter(trainers))
    return [
        {"grows": grows, "to": int(name), "milliseconds": median(costs[name]), **ratio(costs, name, smallest)}
        for name in trainers
    ]


def main() -> None:
    """Measure each case and keep the rows."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for grows, trainers in cases(Path(folder)):
            rows += measure(grows, trainers)
            print(*map(json.dumps, rows[-len(trainers) :]), sep="\n", flush=True)
    keep("growth", rows)


if __name__ == "__main__":
    main()
