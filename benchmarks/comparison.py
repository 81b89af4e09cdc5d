"""The published systems side by side: what stands in ``docs/comparison.md``, made anew.

python -m benchmarks.comparison --data mnist --data-root ../shared/data --out runs/comparison --write docs

Each case of a study is trained and evaluated by ``condgan compare`` for the same minutes and at the same size, over
three seeds. Stopped, the same command goes on; ``--study`` and ``--only`` do some of it, so that two processes can
share the work; ``--write`` draws the curves and writes the tables of the cases done between the marks in the text.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import condgan as cg
from benchmarks.failure_modes import snapshots
from condgan.evaluation.comparison import Row
from condgan.losses import LOSSES
from condgan.recipe import merge


class Case(NamedTuple):
    """A preset, with what is changed of it."""

    label: str
    preset: str
    settings: dict[str, dict[str, Any]] = {}  # noqa: RUF012 (never changed)


PRESETS = (
    "gan-mlp", "cgan-mlp", "cgan-mlp-small", "cgan-2014", "cdcgan-lsgan", "cdcgan-64", "acgan", "cgan-aux",
    "projection", "reacgan", "r3gan-small", "plain", "house",
)  # fmt: skip
PENALTY = {"wasserstein": {"gradient_penalty": 10.0}}
STUDIES = {
    "presets": [Case(name, name) for name in PRESETS],
    "losses": [Case(loss, "projection", {"objective": {"loss": loss, **PENALTY.get(loss, {})}}) for loss in LOSSES],
    "noise": [Case(f"{name}-noisy", name, {"data": {"label_noise": 0.2}}) for name in ("acgan", "projection", "house")],
}
SEEDS = (0, 1, 2)
SIZE = {"data": {"size": "28"}}
"""Of all: an evaluation classifier of its own for each size would make distances that do not compare."""
COLUMNS = (
    "conditional accuracy (label)",
    "classification accuracy score",
    "Fréchet distance",
    "coverage",
    "Parzen (nats)",
)
PAIRS = (("gan-mlp", "cgan-mlp"), ("plain", "house"))
"""Without labels and with them: the first two as published, the others alike but for that."""
INJECTIONS = ("cdcgan-lsgan", "acgan", "cgan-aux", "projection", "reacgan")
"""One convolutional body, one batch, one rate."""


def compare(case: Case, data: str, root: str, minutes: float, home: Path) -> Row:
    """Train and evaluate what is not there yet."""
    found = cg.compare(
        [case.preset],
        data,
        seeds=SEEDS,
        n=2_500,
        repeats=2,
        minutes=minutes,
        data_root=root,
        out=home / case.label if case.settings else home,
        settings=merge(SIZE, case.settings),
        on_step=lambda what: print(f"{case.label}: {what}", flush=True),
    )
    return found.rows[0]


def table(rows: dict[str, Row]) -> str:
    """Markdown, a row for each case."""
    lines = ["| | " + " | ".join((*COLUMNS, "images", "alarms")) + " |", "|---" * (len(COLUMNS) + 3) + "|"]
    for label, row in rows.items():
        figures = {name.split(" (cnn")[0]: figure for name, figure in row.figures.items()}
        cells = [str(figures.get(name, "–")) for name in COLUMNS]
        images = "–" if row.images is None else f"{row.images:,}"
        alarms = ", ".join(f"{name} ({count})" for name, count in row.alarms.items())
        lines.append(f"| `{label}` | " + " | ".join((*cells, images, alarms)) + " |")
    return "\n".join(lines)


def draw(homes: dict[str, Path], path: Path) -> None:
    """For each data set: with and without labels over the images seen, and how soon each way of conditioning works."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.2 * len(homes)), layout="constrained")
    for (name, home), row in zip(homes.items(), figure.subplots(len(homes), 3, squeeze=False), strict=True):
        for axes, pair in zip(row, PAIRS, strict=False):
            axes.set_title(f"{name}: distance of the images", fontsize=9)
            _curves(axes, home, pair, "image_distance", "images seen", lambda look: look["images"])
            axes.set_yscale("log")
            for side in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
                side(lambda value, _: f"{value:g}")
        row[2].set_title(f"{name}: controllability", fontsize=9)
        _curves(row[2], home, INJECTIONS, "controllability", "seconds of training", lambda look: look["seconds"])
    figure.savefig(path, dpi=90)


def _curves(
    axes: Any, home: Path, presets: Sequence[str], key: str, label: str, x: Callable[[dict[str, Any]], float]
) -> None:
    """The mean over the seeds, and the least and the greatest."""
    for preset in presets:
        runs = [snapshots(home / f"{preset}-{seed}") for seed in SEEDS]
        steps = list(zip(*runs, strict=False))
        places = [mean(x(look) for look in step) for step in steps]
        values = [[look[key] for look in step] for step in steps]
        (line,) = axes.plot(places, [mean(each) for each in values], linewidth=1.2, label=preset)
        bounds = ([min(each) for each in values], [max(each) for each in values])
        axes.fill_between(places, *bounds, color=line.get_color(), alpha=0.15, linewidth=0)
    axes.set_xlabel(label, fontsize=8)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1_000:g}k" if value >= 1_000 else f"{value:g}")
    axes.tick_params(which="both", labelsize=7)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)


def write(rows: dict[str, dict[str, Row]], page: Path) -> None:
    """The tables into the text, each between its marks."""
    text = page.read_text()
    for name, found in rows.items():
        marks = re.compile(f"(<!-- table {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        if not marks.search(text):
            raise SystemExit(f"no place for the table {name} in {page}")
        text = marks.sub(rf"\g<1>{table(found)}\g<2>", text)
    page.write_text(text)


def main() -> None:
    """Do the studies asked for on each data set, then write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", nargs="*", default=list(STUDIES), choices=STUDIES)
    parser.add_argument("--data", nargs="*", default=["mnist", "fashion-mnist"])
    parser.add_argument("--data-root", default="")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/comparison"))
    parser.add_argument("--only", nargs="*", help="labels of the cases to do")
    parser.add_argument("--write", type=Path, help="folder of comparison.md")
    options = parser.parse_args()
    rows: dict[str, dict[str, Row]] = {}
    for data in options.data:
        for study in options.study:
            cases = [case for case in STUDIES[study] if options.only is None or case.label in options.only]
            rows[f"{study} {data}"] = {
                case.label: compare(case, data, options.data_root, options.minutes, options.out / data)
                for case in cases
            }
    if options.write:
        write(rows, options.write / "comparison.md")
        draw({data: options.out / data for data in options.data}, options.write / "comparison.png")


if __name__ == "__main__":
    main()
