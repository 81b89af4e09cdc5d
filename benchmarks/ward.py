"""The ward: each preset that is ill on purpose and the same healed, with pictures and curves for ``docs/illnesses.md``.

python -m benchmarks.ward --out runs/ward --pictures docs

It trains six times, for a minute or two each, and prints what the alarms said. Stopped, the same command goes on.
"""

import argparse
import io
from pathlib import Path

import condgan as cg
from condgan.presets.ill import CURES
from condgan.training import health
from condgan.training.log import read

CURVES = ("pixel_distance", "variety", "told", "generator_gradient")


def treat(preset: str, cure: bool, out: Path, seed: int) -> Path:
    """Train, ill or healed, and tell the alarms of each look."""
    run = out / f"{preset}{'-cured' * cure}-{seed}"
    for _ in cg.train("digits", preset=preset, cure=cure, out=run, seed=seed):
        pass
    for look in looks(run):
        alarms = [f"{each['illness']}: {each['evidence']}" for each in look.get("alarms", [])]
        when = f"{run.name} {look['images']:,} images, {look['seconds']:.0f} s"
        print(f"{when}: {'; '.join(alarms) or 'no alarm'}", flush=True)
    return run


def looks(run: Path) -> list[health.Report]:
    """The reports of the run's snapshots."""
    return [look.report for look in health.looks(read(run / "metrics.jsonl"))]


def draw(preset: str, ill: Path, cured: Path, path: Path) -> None:
    """Samples before and after, and both runs' curves below them."""
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(10, 7), layout="constrained")
    sheets, curves = figure.subfigures(2, 1, height_ratios=(2, 1))
    for axes, run, title in zip(sheets.subplots(1, 2), (ill, cured), ("ill", "cured"), strict=True):
        axes.imshow(Image.open(io.BytesIO(sorted((run / "samples").glob("[0-9]*.png"))[-1].read_bytes())), cmap="gray")
        axes.set_title(f"{preset}, {title}", fontsize=10)
        axes.set_axis_off()
    for axes, name in zip(curves.subplots(1, len(CURVES)), CURVES, strict=True):
        for run, colour, title in ((ill, "#d9822b", "ill"), (cured, "#1f5a96", "cured")):
            reports = [report for report in read(run / "metrics.jsonl") if name in report]
            axes.plot(
                [report["images"] for report in reports],
                [report[name] for report in reports],
                color=colour,
                linewidth=1,
                label=title,
            )
        axes.set_title(name.replace("_", " "), fontsize=9)
        axes.set_yscale("log" if name in ("generator_gradient", "pixel_distance") else "linear")
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3)
    curves.axes[0].legend(fontsize=8)
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=80)
    Image.open(buffer).convert("RGB").quantize(64).save(path, optimize=True)


def main() -> None:
    """Treat each, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="*", default=list(CURES))
    parser.add_argument("--out", type=Path, default=Path("runs/ward"))
    parser.add_argument("--pictures", type=Path, help="folder to draw into")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for preset in options.preset:
        ill, cured = (treat(preset, cure, options.out, options.seed) for cure in (False, True))
        if options.pictures:
            draw(preset, ill, cured, options.pictures / f"{preset}.png")


if __name__ == "__main__":
    main()
