"""Failure modes: each preset that fails on purpose and the same with its remedy, with pictures and curves for
``docs/failure-modes.md``.

python -m benchmarks.failure_modes --out runs/failure-modes --pictures docs

It trains six times, for a minute or two each, and prints what the alarms said. Stopped, the same command goes on.
"""

import argparse
import io
from pathlib import Path

import condgan as cg
from condgan.presets.demo import REMEDIES
from condgan.training import diagnosis
from condgan.training.log import read

CURVES = ("pixel_distance", "diversity", "discriminator_accuracy", "generator_gradient")


def train(preset: str, remedy: bool, out: Path, seed: int) -> Path:
    """Train with or without the remedy, and print the alarms of each snapshot."""
    run = out / f"{preset}{'-remedy' * remedy}-{seed}"
    for _ in cg.train("digits", preset=preset, remedy=remedy, out=run, seed=seed):
        pass
    for look in snapshots(run):
        alarms = [f"{each['failure']}: {each['evidence']}" for each in look.get("alarms", [])]
        when = f"{run.name} {look['images']:,} images, {look['seconds']:.0f} s"
        print(f"{when}: {'; '.join(alarms) or 'no alarm'}", flush=True)
    return run


def snapshots(run: Path) -> list[diagnosis.Report]:
    """The reports of the run's snapshots."""
    return [each.report for each in diagnosis.intervals_of(read(run / "metrics.jsonl"))]


def draw(preset: str, failing: Path, mended: Path, path: Path) -> None:
    """Samples without and with the remedy, and both runs' curves below them."""
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(10, 7), layout="constrained")
    sheets, curves = figure.subfigures(2, 1, height_ratios=(2, 1))
    for axes, run, title in zip(sheets.subplots(1, 2), (failing, mended), ("as it is", "with its remedy"), strict=True):
        axes.imshow(Image.open(io.BytesIO(sorted((run / "samples").glob("[0-9]*.png"))[-1].read_bytes())), cmap="gray")
        axes.set_title(f"{preset}, {title}", fontsize=10)
        axes.set_axis_off()
    for axes, name in zip(curves.subplots(1, len(CURVES)), CURVES, strict=True):
        for run, colour, title in ((failing, "#d9822b", "as it is"), (mended, "#1f5a96", "with its remedy")):
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
    """Train each twice, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="*", default=list(REMEDIES))
    parser.add_argument("--out", type=Path, default=Path("runs/failure-modes"))
    parser.add_argument("--pictures", type=Path, help="folder to draw into")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for preset in options.preset:
        failing, mended = (train(preset, remedy, options.out, options.seed) for remedy in (False, True))
        if options.pictures:
            draw(preset, failing, mended, options.pictures / f"{preset}.png")


if __name__ == "__main__":
    main()
