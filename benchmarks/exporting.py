"""Every preset as ONNX and as a program of PyTorch: do they make the same images?

python -m benchmarks.exporting --data-root ../shared/data

``largest``: the largest difference of a value, of the range -1 ... 1; ``equal``: the share of equal bytes; over batches
of 1, 2, 7 and 64 samples. Each generator has taken some steps on real data, at the preset's own widths.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch

import condgan as cg
from condgan.exports.onnx import onnx_of
from condgan.exports.pt2 import pt2_of
from condgan.pipeline import Pipeline
from condgan.presets import PRESETS, get
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer

STEPS, SIDE = 20, 64
FORMATS = {"onnx": onnx_of, "pt2": pt2_of}


def data_of(preset: str) -> tuple[str, dict[str, Any]]:
    """Real data for a preset, with settings of theirs."""
    recipe = get(preset)
    if recipe.data.frames == "clip":
        return "sprites", {"data": {"size": [32, 32]}}
    if "text" in recipe.condition.parts:
        return "emoji", {"data": {"size": [32, 32]}}
    if recipe.condition.spatial():
        derived = not recipe.condition.reads
        return ("camvid/train/photo" if derived else "camvid"), {"data": {"size": [SIDE, SIDE]}}
    return "MNIST", {}


def measured(preset: str, root: Path) -> list[dict[str, Any]]:
    """Both formats of a preset."""
    name, settings = data_of(preset)
    made = cg.plan(str(root / name), preset=preset, settings={**settings, "training": {"batch": 8}})
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"), made.perceptual)
    for _ in range(STEPS):
        trainer.step()
    palette = made.dataset.schema.target.palette
    pipe = Pipeline(
        made.recipe.condition, made.recipe.architecture, made.dataset.shape, trainer.generator, palette=palette
    )
    found = []
    for format, exported in FORMATS.items():
        began = time.perf_counter()
        content, parity = exported(pipe)
        seconds = time.perf_counter() - began
        row = {"preset": preset, "format": format, "data": name, "shape": str(made.dataset.shape)}
        found.append({**row, **parity._asdict(), "bytes": len(content), "seconds": round(seconds, 1)})
    return found


def main() -> None:
    """Measure the presets named, or all; print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="*", default=list(PRESETS))
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for preset in asked.preset:
        try:
            rows = measured(preset, asked.data_root.resolve())
        except cg.CondganError as error:
            rows = [{"preset": preset, "error": str(error)}]
        for row in rows:
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
