"""How good the house default is: trained on named data, and evaluated.

python -m benchmarks.quality fashion-mnist mnist --data-root ../shared/data
"""

import argparse
import json
from pathlib import Path

import condgan as cg

RESULTS = Path(__file__).parent / "results"


def measure(name: str, root: str, images: int, out: Path) -> dict[str, float | str | None]:
    """Train the fitting preset on a data set (or take the run that is there) and evaluate it."""
    run = out / name.replace("/", "-")
    for snapshot in cg.train(name, data_root=root, images=images, out=run):
        print(snapshot, flush=True)
    last = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
    report = cg.evaluate(run, name, data_root=root, out=run / "report").report
    assert report.obedience is not None and report.usefulness is not None
    distance = report.fidelity.frechet_distance
    return {
        "data": name,
        "images": last["images"],
        "minutes": last["seconds"] / 60,
        "images_per_second": last["images"] / last["seconds"],
        "label_accuracy": report.obedience.label_accuracy.value,
        "judge_on_real_test": report.obedience.real.value,
        "usefulness": report.usefulness.samples.value,
        "usefulness_of_real": report.usefulness.real.value,
        "frechet_distance": distance and distance.value,
        "extractor": report.protocol.extractor.hash,
    }


def main() -> None:
    """Measure each data set named, print a line each and keep them all in results/quality.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="*", default=["mnist", "fashion-mnist"])
    parser.add_argument("--data-root", default="")
    parser.add_argument("--images", type=int, default=300_000)
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    rows = []
    for name in options.data:
        rows.append(measure(name, options.data_root, options.images, options.out))
        print(json.dumps(rows[-1]), flush=True)
        (RESULTS / "quality.json").write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
