"""What a trained generator saves: images until it makes other classes as recognisably as a fresh training does.

python -m benchmarks.transfer --data-root ../shared/data

``letters``: from MNIST to Omniglot's Latin letters, 28×28, their ink turned to white on black as MNIST has it.
``digit``: from the digits 0 to 8 to all ten. Fresh and transferred trainings have the same recipe and budget. The label
accuracy is that of the evaluation classifier, which is trained on real images. Stopped, the same command goes on.
"""

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from PIL import Image

import condgan as cg
from benchmarks.results import keep
from condgan.data import find
from condgan.data.base import SOURCES, Records, Source
from condgan.data.columns import LABEL, Classes
from condgan.evaluation import Real
from condgan.evaluation.samples import generate

SNAPSHOTS, SAMPLES = 20, 1_000


class Changed(Source):
    """Other data without some of their classes, or with their ink turned."""

    kind: Literal["changed"] = "changed"
    of: str
    """DATA, as a person writes it."""
    root: str = ""
    without: tuple[str, ...] = ()
    """Classes to leave out."""
    turned: bool = False
    """Whether black becomes white."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        return None

    def title(self) -> str:
        return Path(self.of).name + (f" without {', '.join(self.without)}" if self.without else "")

    def records(self) -> Records:
        found = find(self.of, self.root).split(self.subset).records()
        labels = found.columns[LABEL]
        assert isinstance(labels, Classes), "the data have classes"
        values = np.asarray(labels.values)
        names = values if labels.names is None else np.array(labels.names)[values]
        rows = np.flatnonzero(~np.isin(names, self.without))
        images = (
            found.images if isinstance(found.images, np.ndarray) else np.stack([grey(each) for each in found.images])
        )
        chosen = 255 - images[rows] if self.turned else images[rows]
        return Records(chosen, {LABEL: Classes(list(names[rows]))})


SOURCES.register(Changed)


def grey(picture: Any) -> np.ndarray:
    """A file as grey levels."""
    with Image.open(picture) as opened:
        return np.array(opened.convert("L"))


class Case(NamedTuple):
    """A transfer: the old data, the new ones, and the preset of all trainings."""

    old: Source
    new: Source
    preset: str


def cases(digits: str, letters: Path, root: str) -> dict[str, Case]:
    """Both transfers. ``digits``: the data set of digits."""
    whole = Changed(of=digits, root=root)
    return {
        "letters": Case(whole, Changed(of=str(letters), turned=True), "house-few"),
        "digit": Case(whole.with_(without=("9",)), whole, "house"),
    }


class Budget(NamedTuple):
    """How much of everything."""

    parent: int = 60_000
    images: int = 60_000
    snapshots: int = SNAPSHOTS
    samples: int = SAMPLES
    settings: Mapping[str, Any] = MappingProxyType({})
    """Of the recipe, for all trainings."""


def train(data: Source, out: Path, images: int, budget: Budget, **words: Any) -> None:
    """Train, and keep each snapshot's pipeline."""
    training = {**budget.settings.get("training", {}), "snapshots": budget.snapshots}
    size = {"data": {"size": "28", "channels": 1}}
    settings = {**size, **budget.settings, "training": training}
    for snapshot in cg.train(data, out=out, images=images, settings=settings, **words):
        snapshot.pipeline.save_pretrained(out / "curve" / f"{snapshot.progress.images:09d}")
        print(out.name, snapshot, flush=True)


def curve(out: Path, real: Real, samples: int) -> Iterator[tuple[int, float]]:
    """Images seen and label accuracy of each snapshot."""
    assert real.classes is not None
    bundle = real.requests(samples)
    network = real.network(real.classes.name)
    for place in sorted((out / "curve").iterdir()):
        images = generate(cg.Pipeline.from_pretrained(place), bundle, range(samples))
        yield int(place.name), network.predict(images, bundle)[real.classes.name].scores.mean().item()


def measure(name: str, case: Case, seed: int, home: Path, budget: Budget) -> dict[str, Any]:
    """One seed of a case: what the fresh training reaches, and after how many images the transferred one does."""
    parent, fresh, transferred = (home / f"{name}-{which}-{seed}" for which in ("parent", "fresh", "transferred"))
    train(case.old, parent, budget.parent, budget, preset=case.preset, seed=seed)
    train(case.new, fresh, budget.images, budget, preset=case.preset, seed=seed)
    train(case.new, transferred, budget.images, budget, parent=parent, seed=seed)
    real = Real(case.new, cg.Pipeline.from_pretrained(fresh))
    of_fresh, of_transferred = ([*curve(each, real, budget.samples)] for each in (fresh, transferred))
    last = of_fresh[-1][1]
    return {
        "case": name,
        "seed": seed,
        "fresh": last,
        "transferred": of_transferred[-1][1],
        "images": next((images for images, accuracy in of_transferred if accuracy >= last), None),
        "budget": of_fresh[-1][0],
        "of_fresh": of_fresh,
        "of_transferred": of_transferred,
    }


def typical(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The medians of the seeds of a case; never reached counts as later than all."""
    images = median(math.inf if row["images"] is None else row["images"] for row in rows)
    found = {name: median(row[name] for row in rows) for name in ("fresh", "transferred", "budget")}
    return {"case": rows[0]["case"], "seed": "median", **found, "images": None if math.isinf(images) else images}


def told(row: dict[str, Any]) -> str:
    """A row in words."""
    reached = "never" if row["images"] is None else f"after {row['images']:,} images"
    return (
        f"{row['case']}, seed {row['seed']}: label accuracy {row['fresh']:.3f} of a fresh training after "
        f"{row['budget']:,} images; of a transferred one {reached}, {row['transferred']:.3f} at the end"
    )


def main() -> None:
    """Measure each case, print a line for each seed and for their median, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", default=["letters", "digit"])
    parser.add_argument("--data-root", default="")
    parser.add_argument("--digits", default="mnist")
    parser.add_argument("--letters", type=Path, help="by default omniglot_latin/Latin in the data root")
    parser.add_argument("--parent-images", type=int, default=60_000)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/transfer"))
    options = parser.parse_args()
    letters = options.letters or Path(options.data_root, "omniglot_latin", "Latin")
    known = cases(options.digits, letters, options.data_root)
    budget = Budget(options.parent_images, options.images)
    rows: list[dict[str, Any]] = []
    for name in options.case:
        mine = []
        for seed in range(options.seeds):
            mine.append(measure(name, known[name], seed, options.out, budget))
            print(told(mine[-1]), flush=True)
        print(told(typical(mine)), flush=True)
        rows += [*mine, typical(mine)]
        print(json.dumps(typical(mine)), flush=True)
        keep("transfer", rows)


if __name__ == "__main__":
    main()
