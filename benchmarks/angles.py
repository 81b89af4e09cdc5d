"""Numbers as conditions: digits of MNIST turned by 0 to 90°, of which most angles are never trained on.

python -m benchmarks.angles --data-root ../shared/data --images 120000

25 images an angle; even angles, and all from 40 to 50°, are left out: 1,000 images. Three ways to tell the generator
the angle: ``vicinity`` (the part ``attributes``), ``bins`` (ten classes of as many images), and ``concatenated`` (the
number next to the latent and the discriminator's features). A regressor that was trained on all angles, of other
digits, measures the angle of what is generated. Stopped, the same command goes on.
"""

import argparse
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import condgan as cg
from benchmarks.results import keep
from condgan.conditions.numbers import Number
from condgan.core.batch import Shape
from condgan.core.cache import cached, digest
from condgan.data import find
from condgan.metrics import spread
from condgan.training.classifier import fit, network, predict

EACH, FAR, GAP = 25, 90, range(40, 51)
"""Images an angle, the largest angle, and the angles of the gap."""
TRAINED = tuple(angle for angle in range(FAR + 1) if angle % 2 and angle not in GAP)
JUDGED, STEPS, SAMPLES, BINS = 20_000, 3_000, 40, 10
"""Digits that the regressor learns from, its steps, samples of each angle, and bins."""
FEW = {"augment": {"rotation": 0.0}}
"""What turns images would change what is to be learned."""
WAYS: dict[str, dict[str, Any]] = {
    "vicinity": {"condition": "attributes"},
    "bins": {"condition": "label"},
    "concatenated": {
        "condition": {"parts": {"attributes": {"vicinity": 0, "balanced": False, "dropout": 0}}},
        "architecture": {"generator_injection": "concat", "discriminator_injection": "features"},
        "objective": {"auxiliary": 0.0},
    },
}


def turned(digits: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Digits turned counter-clockwise by so many degrees."""
    pictures = (Image.fromarray(digit) for digit in digits)
    bicubic = Image.Resampling.BICUBIC
    return np.stack([np.asarray(p.rotate(float(a), bicubic)) for p, a in zip(pictures, angles, strict=True)])


def training(digits: np.ndarray, file: Path) -> None:
    """The 1,000 images, with the angle of each and its bin."""
    angles = np.repeat(TRAINED, EACH)
    bins = np.searchsorted(np.quantile(angles, np.linspace(0, 1, BINS + 1)[1:-1]), angles, side="left")
    np.savez_compressed(file, images=turned(digits[: len(angles)], angles), angle=angles.astype(float), labels=bins)


class Judge:
    """A regressor of the angle, with its own error on real images."""

    def __init__(self, digits: np.ndarray) -> None:
        """``digits``: others than those of the training."""
        self.task = Number(name="angle", low=0, high=FAR, scale=(0, FAR), deviation=FAR / 4).task()
        angles = np.random.default_rng(0).uniform(-10, FAR + 10, JUDGED).astype(np.float32)
        images = torch.from_numpy(turned(digits[:JUDGED], angles))[:, None]
        bundle = _bundle(torch.from_numpy(angles))
        model = network(Shape(images.shape[1], tuple(images.shape[2:])), self.task)
        made = cached(
            "angle-regressor",
            {"images": digest(images), "steps": STEPS, "network": str(model)},
            lambda: dict(fit(images, bundle, self.task, steps=STEPS).state_dict()),
        )
        model.load_state_dict(made)
        self.model = model.eval()

    def angles(self, images: Tensor) -> Tensor:
        """Of uint8 images n,1,h,w."""
        found = predict(self.model, self.task, images, _bundle(torch.zeros(len(images)))).numbers
        assert found is not None
        return found


def _bundle(angles: Tensor) -> dict[str, Tensor]:
    return {"value": angles[:, None], "known": torch.ones(len(angles), dtype=torch.bool)}


def samples(pipe: cg.Pipeline, angle: int, bins: np.ndarray | None) -> Tensor:
    """Images of one angle; ``bins``: the upper ends of those that classes stand for."""
    seeds = range(SAMPLES)
    asked = {"angle": float(angle)} if bins is None else {"label": str(int(np.searchsorted(bins, angle, "left")))}
    found = pipe(seeds=seeds, where={name: [value] * SAMPLES for name, value in asked.items()}, extrapolate=True)
    return torch.from_numpy(np.stack([*found.images])).movedim(-1, 1)


def measured(judge: Judge, made: Mapping[int, Tensor], real: Mapping[int, Tensor]) -> dict[str, float]:
    """Errors of the angle and variety, over angles that were trained on, others, and those of the gap."""
    groups = {
        "trained": TRAINED,
        "even": tuple(a for a in made if a % 2 == 0 and a not in GAP),
        "gap": tuple(GAP),
        "all": tuple(made),
    }
    found: dict[str, float] = {}
    for name, chosen in groups.items():
        errors = torch.cat([(judge.angles(made[a]) - a).abs() for a in chosen])
        variety = [(spread(_pixels(made[a])) / spread(_pixels(real[a]))).item() for a in chosen]
        found |= {f"error, {name}": errors.mean().item(), f"variety, {name}": sum(variety) / len(variety)}
    return found


def _pixels(images: Tensor) -> Tensor:
    return images.flatten(1).float() / 255


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", default="")
    parser.add_argument("--images", type=int, default=120_000)
    parser.add_argument("--preset", default="house-few")
    parser.add_argument("--ways", nargs="*", default=list(WAYS))
    parser.add_argument("--out", type=Path, default=Path("runs/angles"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    digits = find("mnist", asked.data_root).load().target[:, 0].numpy()
    unseen = find("mnist", asked.data_root).split("test").load().target[:, 0].numpy()
    training(digits, asked.out / "angles.npz")
    judge = Judge(digits[len(TRAINED) * EACH :])
    real = {
        angle: torch.from_numpy(turned(unseen[index * SAMPLES :][:SAMPLES], np.full(SAMPLES, angle)))[:, None]
        for index, angle in enumerate(range(FAR + 1))
    }
    rows = [{"way": "real images", **measured(judge, real, real)}]
    stored = np.load(asked.out / "angles.npz")
    ends = np.array([stored["angle"][stored["labels"] == index].max() for index in range(BINS - 1)])
    print(json.dumps(rows[0]), flush=True)
    for way in asked.ways:
        out = asked.out / f"{way}-{asked.preset}-{asked.images}"
        data = cg.data.Arrays(path=str(asked.out / "angles.npz"), labelled=way == "bins")
        for snapshot in cg.train(
            data, preset=asked.preset, images=asked.images, out=out, settings={**FEW, **WAYS[way]}
        ):
            print(way, snapshot, flush=True)
        pipe = cg.Pipeline.from_pretrained(out)
        made = {angle: samples(pipe, angle, ends if way == "bins" else None) for angle in range(FAR + 1)}
        rows.append({"way": way, "images": asked.images, **measured(judge, made, real)})
        print(json.dumps(rows[-1]), flush=True)
    for row in rows:
        print(
            json.dumps({key: round(v, 3) if isinstance(v, float) and math.isfinite(v) else v for key, v in row.items()})
        )
    keep("angles", rows)


if __name__ == "__main__":
    main()
