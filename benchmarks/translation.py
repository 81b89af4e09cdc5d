"""How fast pairs are trained on: condgan against the tutorials' loop, which opens and resizes two files a sample.

python -m benchmarks.translation ../shared/data/camvid

``ratio`` is what ``benchmarks.throughput`` calls so: the same networks, batch, loss, data and size.
"""

import argparse
import json
from pathlib import Path
from statistics import median
from typing import Any

import condgan as cg
from benchmarks.plain_loop import Files, PlainLoop
from benchmarks.results import interleaved, keep, ratio, steps, typical
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer

CASES = ("pix2pix", "spade")
PORTIONS, SECONDS = 7, 3.0


def case(preset: str, folder: Path, size: str) -> dict[str, Any]:
    """One preset on the pairs of a folder."""
    made = cg.plan(folder, preset=preset, settings={"data": {"size": size}})
    records = made.recipe.data.records()
    ours = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    (key,) = made.recipe.condition.spatial()
    sources, targets = list(records.columns["picture"].undecoded), list(records.images)
    plain = PlainLoop(made.recipe, Files(sources, targets, made.dataset.shape.space, key), made.dataset.shape)
    portion = max(1, round(SECONDS / typical(ours.step, 3)))
    times = interleaved({"ours": steps(ours.step, portion), "plain": steps(plain.step, portion)}, PORTIONS)
    return {
        "preset": preset,
        "data": folder.name,
        "shape": str(made.dataset.shape),
        "batch": made.recipe.training.batch,
        **ratio(times, "plain", "ours"),
        "images_per_second": ours.images_a_step * portion / median(times["ours"]),
        "plain_images_per_second": ours.images_a_step * portion / median(times["plain"]),
    }


def main() -> None:
    """Measure, print a line each, and keep them in results/latest.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--preset", nargs="*", default=list(CASES))
    parser.add_argument("--size", default="60x80")
    options = parser.parse_args()
    rows = []
    for preset in options.preset:
        rows.append(case(preset, options.folder, options.size))
        print(json.dumps(rows[-1]), flush=True)
        keep("translation", rows)


if __name__ == "__main__":
    main()
