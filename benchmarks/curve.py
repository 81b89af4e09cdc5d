"""Minutes to quality: what a preset's samples are worth after each part of a training.

python -m benchmarks.curve house cdcgan-lsgan --data fashion-mnist --minutes 10 --data-root ../shared/data

Every snapshot's pipeline is kept in the run's folder and evaluated after the training, so that this costs it no time;
the learning rate of a training falls towards its own end, so the points before the last are not those of shorter ones.
Stopped, the same command goes on; ``--draw`` only draws what has been measured, all data sets in one picture.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import condgan as cg
from benchmarks.results import LATEST, keep
from condgan.data import find
from condgan.evaluation import Real
from condgan.evaluation.accuracy_score import Trial
from condgan.evaluation.samples import sample_sets
from condgan.metrics import frechet_distance

SNAPSHOTS, SAMPLES = 6, 10_000
AXES = {
    "conditional_accuracy": "conditional accuracy",
    "classification_accuracy_score": "classification accuracy score",
    "frechet_distance": "Fréchet distance",
}


def train(preset: str, data: str, root: str, minutes: float, run: Path) -> None:
    """Train, and keep each snapshot's pipeline."""
    settings = {"training": {"snapshots": SNAPSHOTS}}
    for snapshot in cg.train(data, preset=preset, data_root=root, minutes=minutes, settings=settings, out=run):
        place = run / "curve" / f"{snapshot.progress.images:09d}"
        snapshot.pipeline.save_pretrained(place)
        (place / "seconds").write_text(str(snapshot.progress.seconds))
        print(preset, data, snapshot, flush=True)


def evaluate(preset: str, data: str, root: str, run: Path) -> list[dict[str, Any]]:
    """The figures of each pipeline kept, of one set of samples; ``condgan evaluate`` gives those of several."""
    real = Real(find(data, root), cg.Pipeline.from_pretrained(run))
    assert real.classes is not None, "a preset with labels"
    rows = []
    for place in sorted((run / "curve").iterdir()):
        (samples,) = sample_sets(cg.Pipeline.from_pretrained(place), real, SAMPLES, 1)
        right = Trial(real, real.classes, SAMPLES).correct(samples.images, samples.bundle)
        rows.append(
            {
                "preset": preset,
                "data": data,
                "seconds": float((place / "seconds").read_text()),
                "images": int(place.name),
                "conditional_accuracy": float(samples.predictions[real.classes.name].scores.mean()),
                "classification_accuracy_score": float(right.float().mean()),
                "frechet_distance": frechet_distance(real.reference, samples.features),
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    return rows


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """A row of axes for each data set, a line for each preset."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    names = sorted({row["data"] for row in rows})
    figure, grid = pyplot.subplots(len(names), len(AXES), figsize=(11, 3 * len(names)), squeeze=False, sharex="row")
    for name, axes in zip(names, grid, strict=True):
        for (key, title), place in zip(AXES.items(), axes, strict=True):
            for preset in dict.fromkeys(row["preset"] for row in rows):
                mine = [row for row in rows if (row["data"], row["preset"]) == (name, preset)]
                place.plot([row["seconds"] for row in mine], [row[key] for row in mine], "o-", ms=3, label=preset)
            place.set_title(f"{name}: {title}", fontsize=10)
            place.set_xlabel("seconds of training")
            place.grid(alpha=0.3)
        axes[-1].set_yscale("log")
    grid[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=100)


def main() -> None:
    """Measure each preset named, print a line for each snapshot and keep the rows; or draw those kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="*", default=["house"])
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--data-root", default="")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--out", type=Path, default=Path("runs/curve"))
    parser.add_argument("--draw", type=Path, help="draw all that has been measured, as a picture of this name")
    options = parser.parse_args()
    rows = json.loads(LATEST.read_text()).get("curve", {}).get("rows", []) if LATEST.exists() else []
    if options.draw:
        draw(rows, options.draw)
        return
    for preset in options.preset:
        run = options.out / f"{preset}-{options.data}"
        train(preset, options.data, options.data_root, options.minutes, run)
        rows = [row for row in rows if (row["preset"], row["data"]) != (preset, options.data)]
        rows += evaluate(preset, options.data, options.data_root, run)
        keep("curve", rows)


if __name__ == "__main__":
    main()
