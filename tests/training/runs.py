"""Small data and small runs that tests of training share."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from condgan import Recipe, Training
from condgan.conditions import Condition, Label
from condgan.core.schema import Column, Schema
from condgan.data.dataset import Dataset
from condgan.losses import Objective
from condgan.networks import ResNet
from condgan.recipe import Optimizer
from condgan.training import checkpoint, loop, store
from condgan.training.session import Snapshot
from tests.children import finish, start

RECIPE = Recipe(
    architecture=ResNet(channels=8, least_channels=8, features=8),
    objective=Objective(r1=1, r2=1, every=2),
    optimizer=Optimizer(decay="cosine"),
    training=Training(images=256, batch=8, snapshots=2, checkpoint_images=16),
)


LABEL = Condition(label=Label(names=("dark", "light")))
QUICK = Recipe(
    condition=LABEL,
    architecture=ResNet(channels=8, least_channels=8, features=8),
    objective=Objective(r1=1, r2=1, every=2),
    optimizer=Optimizer(decay="cosine"),
    training=Training(images=96, batch=8, snapshots=3),
)


def labelled(images: torch.Tensor, labels: torch.Tensor, names: Sequence[str]) -> Dataset:
    """Images with a class each."""
    counts = torch.bincount(labels, minlength=len(names)).tolist()
    column = Column("ids", tuple(names), tuple(counts))
    schema = Schema(Column("pixels", channels=images.shape[1]), {"label": column})
    return Dataset(images, {"label": labels}, schema)


def two_tones(size: tuple[int, int] = (8, 8), channels: int = 1, n: int = 64) -> Dataset:
    """Dark and light images with a little noise: what a conditional generator can learn in seconds."""
    labels = torch.arange(n) % 2
    noise = torch.randint(0, 40, (n, channels, *size), generator=torch.Generator().manual_seed(0))
    return labelled((noise + 200 * labels.view(-1, 1, 1, 1)).to(torch.uint8), labels, ("dark", "light"))


def train(recipe: Recipe, dataset: Dataset, out: Path, **words: object) -> Iterator[Snapshot]:
    """Train on a CPU, with what the recipe leaves to the data filled in."""
    return loop.train(recipe.resolve(dataset.schema, dataset.shape), dataset, out, device="cpu", **words)


class Reference(NamedTuple):
    """A run that nothing stopped."""

    words: list[str]
    state: bytes
    metrics: list[dict[str, float]]
    seconds: float
    operations: int


def latest(run: Path) -> Path:
    return run / "checkpoints" / str(store.named(run / "checkpoints", "latest"))


def state(run: Path) -> bytes:
    """The tensors of the latest checkpoint, which must be sound."""
    return store.load(latest(run), (checkpoint.TENSORS, checkpoint.COUNTERS))[checkpoint.TENSORS]


def metrics(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if "second" not in key} for line in lines]


def leftovers(run: Path) -> list[str]:
    return [str(each) for each in run.rglob("*") if "tmp" in each.name or "draft" in each.name]


def assert_goes_on(reference: Reference, run: Path, log: Path) -> None:
    """The same command ends where the run that nothing stopped ended."""
    assert finish(start([*reference.words, str(run)], log)) == 0, log.read_text()
    assert "error" not in log.read_text()
    assert state(run) == reference.state
    assert metrics(run) == reference.metrics
    assert not leftovers(run)


def wait_for(there: Callable[[], bool], seconds: float = 60) -> None:
    began = time.monotonic()
    while not there():
        assert time.monotonic() - began < seconds, "waited too long"
        time.sleep(0.01)
