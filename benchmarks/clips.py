"""Moving pictures: the sprites by the published split, as clips by action and attributes, and from a first frame.

python -m benchmarks.clips --data-root ../shared/data --minutes 30
python -m benchmarks.clips --data-root ../shared/data --minutes 30 --only animate
python -m benchmarks.clips --data-root ../shared/data --step

1,000 of the 1,296 characters are trained on, 296 judge (numpy's seed 423, as C-DSVAE has it), each in nine actions of
eight frames. Stopped, the same command goes on. ``--step``: how long a step takes, against one of the image model
at the same pixels, whose batch is of as many images as the clips' has frames.
"""

import argparse
import csv
import json
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from PIL import Image

import condgan as cg
from benchmarks.results import interleaved, ratio, steps
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer

SEED, TRAINED = 423, 1_000
FIELDS = ("body", "bottom", "top", "hair")
SIDE, PORTIONS = 32, 9
BY_ALL: dict[str, Any] = {"condition": "label,attributes"}
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "video": ("video", BY_ALL),
    "animate": ("animate", {"data": {"fields": dict.fromkeys(FIELDS, "category")}}),
}
"""A preset and its settings; what is read of the clips, but not asked for, is to be as the first frame has it."""


def sprites(root: Path, out: Path) -> Path:
    """All clips as arrays of both splits; written once."""
    file = out / f"sprites-{SIDE}.npz"
    if file.is_file():
        return file
    rows = [*csv.DictReader((root / "sprites" / "attributes.csv").open())]
    order = np.random.RandomState(SEED).permutation(len(rows))
    arrays: dict[str, Any] = {}
    actions = sorted(each.name for each in (root / "sprites").iterdir() if each.is_dir())
    for split, chosen in (("train", order[:TRAINED]), ("test", order[TRAINED:])):
        items = [(action, rows[index]) for index in chosen for action in actions]
        clips = [clip(root / "sprites" / action / f"{row['clip']}.webp") for action, row in items]
        arrays[f"{split}_images"] = np.stack(clips)
        arrays[f"{split}_labels"] = np.array([action for action, _ in items])
        for name in FIELDS:
            arrays[f"{split}_{name}"] = np.array([int(row[name]) for _, row in items])
    out.mkdir(parents=True, exist_ok=True)
    np.savez(file, **arrays)
    return file


def clip(file: Path) -> np.ndarray:
    """T,H,W,3."""
    with Image.open(file) as opened:
        frames = []
        for number in range(opened.n_frames):  # type: ignore[attr-defined]
            opened.seek(number)
            frames.append(opened.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))
    return np.stack([np.asarray(each) for each in frames])


def figures(run: Path, data: Path, n: int) -> dict[str, Any]:
    """The figures of the report that tell of clips."""
    report = cg.evaluate(run, data, n=n, repeats=2, quick=True, out=run / "report").report
    found: dict[str, Any] = json.loads(report.model_dump_json(include={"motion", "fidelity", "diversity", "verdict"}))
    found["controllability"] = {
        name: [
            each.score.value,
            each.real.value,
            min((one.score.value for one in each.by_class.values()), default=None),
        ]
        for name, each in report.controllability.items()
    }
    return found


def first_frames(data: Path) -> Path:
    """The clips' first frames as images; written once."""
    file = data.with_stem(f"{data.stem}-first")
    if not file.is_file():
        with np.load(data) as arrays:
            np.savez(file, **{name: each[:, 0] if each.ndim == 5 else each for name, each in arrays.items()})
    return file


def step_time(data: Path) -> dict[str, float]:
    """The ratio of a step of ``video`` to one of ``house``, on one thread, in fp32."""
    torch.set_num_threads(1)
    clips = cg.plan(data, preset="video", settings=BY_ALL)
    seen = clips.recipe.training.batch * clips.recipe.architecture.frames  # type: ignore[attr-defined]
    images = cg.plan(first_frames(data), preset="house", settings={**BY_ALL, "training": {"batch": seen}})
    trainers = {
        name: Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
        for name, made in (("video", clips), ("house", images))
    }
    every = clips.recipe.objective.every  # penalties come at some steps only
    times = interleaved({name: steps(each.step, every) for name, each in trainers.items()}, PORTIONS)
    return {**ratio(times, "video", "house"), **{name: median(each) / every for name, each in times.items()}}


def main() -> None:
    """Do what is asked for, then list all that is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("runs/clips"))
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--images", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--step", action="store_true")
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(step_time(sprites(asked.data_root.resolve(), asked.out))))
        return
    torch.set_num_threads(asked.threads)
    budget = {name: value for name in ("images", "minutes") if (value := getattr(asked, name)) is not None}
    data = sprites(asked.data_root.resolve(), asked.out)
    for name in asked.only:
        preset, settings = WAYS[name]
        for seed in asked.seeds:
            run = asked.out / f"{name}-{seed}"
            if not (run / "figures.json").is_file():
                for snapshot in cg.train(data, preset=preset, out=run, settings=settings, seed=seed, **budget):
                    print(f"{run}: {snapshot}", flush=True)
                found = figures(run, data, asked.n)
                last = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
                found |= {"images": last["images"], "seconds": last["seconds"]}
                (run / "figures.json").write_text(json.dumps(found, indent=2))
    for file in sorted(asked.out.glob("*/figures.json")):
        print(file.parent.name, json.dumps(json.loads(file.read_text())))


if __name__ == "__main__":
    main()
