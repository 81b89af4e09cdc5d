"""Curves of a run."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

from condgan.core import disk

SHOWN = ("pixel_distance", "diversity", "controllability")
"""Figures of samples that stand below them."""


def draw_losses(metrics: Path, out: Path) -> None:
    """The terms of a ``metrics.jsonl`` over the images seen, one panel for each, as a PNG, and as an SVG
    beside it."""
    from matplotlib.figure import Figure

    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    names = sorted({name for line in lines for name in line} - {"images", "seconds", "images_per_second", "alarms"})
    if not names:
        return
    height = 1.2 + 1.6 * len(names)
    figure = Figure(figsize=(7, height))
    # margins in inches, by hand: a layout engine would draw everything once more to find them
    figure.subplots_adjust(0.09, 0.55 / height, 0.98, 1 - 0.35 / height, hspace=0.35)
    for name, axes in zip(names, figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0], strict=True):
        points = [(line["images"], line[name]) for line in lines if name in line]
        axes.plot(*zip(*points, strict=True), linewidth=0.8, color="#1f5a96")
        axes.set_title(name.replace("_", " "), loc="left", fontsize=9)
        axes.grid(alpha=0.3)
    axes.set_xlabel("real images seen")
    for kind in ("png", "svg"):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else None)
        disk.write(out.with_suffix(f".{kind}"), buffer.getvalue())


def lines_of(metrics: Path, images: Sequence[int]) -> list[str]:
    """What a ``metrics.jsonl`` says of the samples after so many images seen, as a text for each."""
    known = {line["images"]: line for line in map(json.loads, metrics.read_text().splitlines()) if SHOWN[0] in line}
    found = []
    for seen in images:
        figures = [f"{name.replace('_', ' ')} {known[seen][name]:.3g}" for name in SHOWN if name in known.get(seen, {})]
        found.append(", ".join([f"{seen:,} images", *figures]))
    return found
