"""What the default chooses for twelve data sets, and what it gives: the tables of ``docs/natural.md``, made anew.

python -m benchmarks.natural --data-root ../shared/data --out runs/natural --write docs

One thread, so that a minute is one of CPU time where nothing else runs. Each case is trained with each seed and
evaluated on the test split; stopped, the same command goes on. ``--only`` and ``--seeds`` do some of it, so that two
processes can share the work; ``--preset house`` trains the cases of labels with that instead. ``--write`` writes the
table of all that is done so far between the marks in the text.
"""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import torch

import condgan as cg
from condgan.evaluation import Report


class Case(NamedTuple):
    """Data and a budget."""

    data: str
    """A name, or a folder below the data root."""
    budget: dict[str, Any]
    settings: dict[str, dict[str, Any]] = {}  # noqa: RUF012 (never changed)
    preset: str | None = None
    """By default the one that the data choose."""
    score: bool = False
    """Whether to train classifiers on samples, which takes longer than all else of the evaluation."""


GROUPS = {"data": {"label": "group", "holdout": 0.2}}
LAYOUT = {"parts": {"picture": {"kind": "layout"}}}
CASES = {
    "MNIST": Case("mnist", {"images": 120_000}, score=True),
    "Fashion-MNIST": Case("fashion-mnist", {"images": 240_000}, score=True),
    "digits (embedded)": Case("digits", {"minutes": 3}),
    "FER2013": Case("fer2013", {"minutes": 8}),
    "CIFAR-10": Case("cifar10", {"minutes": 20}, score=True),
    "emoji by group": Case("emoji", {"minutes": 15}, GROUPS),
    "sprites by action": Case("sprites", {"minutes": 8}, {"data": {"holdout": 0.2}}),
    "letters": Case("letters", {"minutes": 4}, {"data": {"label": "letter", "holdout": 0.2}}),
    "Omniglot's Latin": Case("omniglot_latin", {"minutes": 5}, {"data": {"holdout": 0.2}}),
    "handwritten characters": Case(
        "handwritten", {"minutes": 8}, {"data": {"pattern": "{kind}_{label}_{n}", "holdout": 0.2, "size": "32"}}
    ),
    "CamVid, no label": Case(
        "camvid/train/photo",
        {"minutes": 8},
        {"data": {"labelled": False, "size": "60x80", "holdout": 0.2}, "condition": {"parts": {}}},
    ),
    "CamVid, layout to photo": Case(
        "camvid", {"minutes": 9}, {"data": {"size": "60x80"}, "condition": LAYOUT}, "pix2pix-perceptual"
    ),
}
COLUMNS = ("preset", "images", "Fréchet distance", "coverage", "accuracy", "variety", "CAS")
SAMPLES = 10_000


def folder_of(name: str, seed: int, home: Path, preset: str | None) -> Path:
    """Where a case is trained."""
    return home / (preset or "default") / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}-{seed}"


def done(name: str, home: Path, preset: str | None) -> list[dict[str, Any]]:
    """The figures of all seeds of a case that are there."""
    files = sorted(folder_of(name, 0, home, preset).parent.glob(f"{folder_of(name, 0, home, preset).name[:-2]}-*"))
    return [json.loads((each / "figures.json").read_text()) for each in files if (each / "figures.json").is_file()]


def run(name: str, seed: int, root: Path, home: Path, preset: str | None) -> None:
    """Train and evaluate one case with one seed, unless that is done."""
    case = CASES[name]
    folder = folder_of(name, seed, home, preset)
    if (known := folder / "figures.json").is_file():
        return
    data = str(root / case.data) if (root / case.data).exists() else case.data
    plans: list[Any] = []
    words = {"settings": case.settings, "data_root": str(root), **case.budget}
    for snapshot in cg.train(data, preset=case.preset or preset, out=folder, seed=seed, on_plan=plans.append, **words):
        print(f"{name}, seed {seed}: {snapshot}", flush=True)
    report = folder / "report"
    measured = cg.evaluate(folder, data, n=SAMPLES, quick=not case.score, out=report, data_root=str(root)).report
    found = figures(measured)
    images = json.loads((folder / "metrics.jsonl").read_text().splitlines()[-1])["images"]
    found |= {"choice": plans[0].choice, "preset": plans[0].origin, "images": images}
    known.write_text(json.dumps(found, indent=2))


def figures(report: Report) -> dict[str, Any]:
    """The figures of a row, each with its real-data reference."""
    score, coverage = report.classification_accuracy_score, report.coverage
    found: dict[str, Any] = {
        "Fréchet distance": _pair(report.fidelity.frechet_distance, report.fidelity.real.frechet_distance),
        "coverage": None if coverage is None else _pair(coverage.coverage, coverage.real.coverage),
        "variety": None if report.diversity.features is None else [report.diversity.features.value, 1.0],
        "variety (pixels)": [report.diversity.pixels.value, 1.0],
        "CAS": None if score is None else _pair(score.samples, score.real),
        "pattern": None if report.pattern is None else _pair(report.pattern.strength, report.pattern.real),
    }
    for field in report.controllability.values():
        if field.segmentation is not None:
            found["accuracy"] = [field.segmentation.mean_iou.value, field.segmentation.real_mean_iou]
        else:
            found["accuracy"] = _pair(field.score, field.real)
    return found


def _pair(samples: Any, real: Any) -> list[float] | None:
    return None if samples is None or real is None else [samples.value, real.value]


def lines(rows: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Markdown, a row for each case: the mean over the seeds, its least and greatest, and the real images'."""
    yield "| | " + " | ".join(COLUMNS) + " |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for name, found in rows.items():
        cells = [f"`{found[0]['preset']}`", f"{round(mean(row['images'] for row in found)):,}"]
        for column in COLUMNS[2:]:
            pairs = [row[column] for row in found if row.get(column)]
            cells.append(_cell([pair[0] for pair in pairs], pairs[0][1]) if pairs else "–")
        yield f"| {name} | " + " | ".join(cells) + " |"


def _cell(values: list[float], real: float) -> str:
    spread = f" ({min(values):.3g}–{max(values):.3g})" if len(values) > 1 else ""
    return f"{mean(values):.3g}{spread}; {real:.3g}"


def write(rows: dict[str, list[dict[str, Any]]], page: Path, table: str) -> None:
    """A table into the text, between its marks."""
    marks = re.compile(f"(<!-- table {table} -->\n).*?(\n<!-- end -->)", re.DOTALL)
    text = page.read_text()
    if not marks.search(text):
        raise SystemExit(f"no place for the table {table} in {page}")
    page.write_text(marks.sub(lambda found: found[1] + "\n".join(lines(rows)) + found[2], text))


def main() -> None:
    """Do what is asked for, then write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("runs/natural"))
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=CASES)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--preset", help="in the place of what the data choose")
    parser.add_argument("--write", type=Path, help="folder of natural.md")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for name in asked.only:
        for seed in asked.seeds:
            run(name, seed, asked.data_root.resolve(), asked.out, asked.preset)
    rows = {name: found for name in CASES if (found := done(name, asked.out, asked.preset))}
    print("\n".join(lines(rows)))
    if asked.write:
        write(rows, asked.write / "natural.md", asked.preset or "default")


if __name__ == "__main__":
    main()
