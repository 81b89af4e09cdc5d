"""The published systems side by side: what stands in ``docs/comparison.md``, made anew.

python -m benchmarks.comparison --data mnist --data-root ../shared/data --out runs/comparison --write docs

Every preset of ``PRESETS`` is trained and judged by ``condgan compare`` at the same minutes and the same size of
images, over three seeds. Stopped, the same command goes on; ``--only`` does some presets of them, so that two processes
can share the work; ``--write`` draws the curves and writes the tables between the marks in the text.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import condgan as cg
from benchmarks.ward import looks
from condgan.evaluation.comparison import Comparison

PRESETS = (
    "gan-mlp", "cgan-mlp", "cgan-mlp-small", "cgan-2014", "cdcgan-lsgan", "cdcgan-64", "acgan", "cgan-aux",
    "projection", "reacgan", "r3gan-small", "plain", "house",
)  # fmt: skip
SEEDS = (0, 1, 2)
SIZE = 28
"""Pixels a side of all: a judge of its own for each size would make distances that do not compare."""
COLUMNS = ("label accuracy", "usefulness", "Fréchet distance", "coverage", "Parzen (nats)")
PAIRS = (("gan-mlp", "cgan-mlp"), ("plain", "house"))
"""The same with and without labels."""
INJECTIONS = ("cdcgan-lsgan", "acgan", "cgan-aux", "projection", "reacgan")
"""One convolutional body, one batch, one rate."""


def compare(presets: Sequence[str], data: str, root: str, minutes: float, home: Path) -> Comparison:
    """Train and judge what is not there yet."""
    return cg.compare(
        presets,
        data,
        seeds=SEEDS,
        n=2_500,
        repeats=2,
        minutes=minutes,
        data_root=root,
        out=home,
        settings={"data": {"size": str(SIZE)}},
        on_step=lambda what: print(what, flush=True),
    )


def table(found: Comparison) -> str:
    """Markdown, a row for each preset."""
    lines = ["| | " + " | ".join((*COLUMNS, "images")) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for row in found.rows:
        figures = {name.split(" (cnn")[0]: figure for name, figure in row.figures.items()}
        cells = [str(figures.get(name, "–")) for name in COLUMNS]
        lines.append(f"| `{row.preset}` | " + " | ".join((*cells, f"{row.images:,}")) + " |")
    return "\n".join(lines)


def draw(homes: dict[str, Path], path: Path) -> None:
    """For each data set: with and without labels over the images seen, and how soon each way of telling obeys."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.2 * len(homes)), layout="constrained")
    for (name, home), row in zip(homes.items(), figure.subplots(len(homes), 3, squeeze=False), strict=True):
        for axes, pair in zip(row, PAIRS, strict=False):
            axes.set_title(f"{name}: distance of the images", fontsize=9)
            _curves(axes, home, pair, "image_distance", "images seen", lambda look: look["images"])
            axes.set_yscale("log")
        row[2].set_title(f"{name}: obedience", fontsize=9)
        _curves(row[2], home, INJECTIONS, "obedience", "seconds of training", lambda look: look["seconds"])
    figure.savefig(path, dpi=90)


def _curves(
    axes: Any, home: Path, presets: Sequence[str], key: str, label: str, x: Callable[[dict[str, Any]], float]
) -> None:
    """The mean over the seeds, and the least and the greatest."""
    for preset in presets:
        runs = [looks(home / f"{preset}-{seed}") for seed in SEEDS]
        steps = list(zip(*runs, strict=False))
        places = [mean(x(look) for look in step) for step in steps]
        values = [[look[key] for look in step] for step in steps]
        (line,) = axes.plot(places, [mean(each) for each in values], linewidth=1.2, label=preset)
        bounds = ([min(each) for each in values], [max(each) for each in values])
        axes.fill_between(places, *bounds, color=line.get_color(), alpha=0.15, linewidth=0)
    axes.set_xlabel(label, fontsize=8)
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)


def write(found: dict[str, Comparison], folder: Path) -> None:
    """The tables into the text, each between its marks, and the curves beside it."""
    page = folder / "comparison.md"
    text = page.read_text()
    for name, comparison in found.items():
        marks = re.compile(f"(<!-- table {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        text = marks.sub(rf"\g<1>{table(comparison)}\g<2>", text)
    page.write_text(text)
    draw({name: Path(comparison.folder) for name, comparison in found.items()}, folder / "comparison.png")


def main() -> None:
    """Compare on each data set, then write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="*", default=["mnist", "fashion-mnist"])
    parser.add_argument("--data-root", default="")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/comparison"))
    parser.add_argument("--only", nargs="*", default=PRESETS)
    parser.add_argument("--write", type=Path, help="folder of comparison.md")
    options = parser.parse_args()
    found = {
        name: compare(options.only, name, options.data_root, options.minutes, options.out / name)
        for name in options.data
    }
    if options.write:
        write(found, options.write)


if __name__ == "__main__":
    main()
