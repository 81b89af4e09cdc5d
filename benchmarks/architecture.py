"""The picture of ``docs/architecture.md``: what passes from the data through both networks to the pipeline.

python -m benchmarks.architecture docs/architecture.png
"""

import sys

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

WIDTH, HEIGHT = 2.2, 0.9
BOXES = {
    "source": (0, 3, "data/", "Source\nimages and columns"),
    "dataset": (3, 3, "data/", "Dataset\ntarget · columns · schema"),
    "condition": (6, 3, "conditions/", "Condition\nproduct of named parts"),
    "people": (6, 4.6, "cli/ · pipeline/", "what people write\nlabel=7, picture=a.png"),
    "bundle": (9, 3, "core/", "Bundle\n“label.id”: Int64[b]"),
    "embedder": (9, 1.5, "conditions/", "Embedder\nof each network"),
    "cond": (9, 0, "core/", "Cond\nvector · tokens · map"),
    "generator": (6, 1.5, "networks/", "Generator\nG(z, y)"),
    "discriminator": (6, 0, "networks/", "Discriminator\nD(x, y)"),
    "objective": (3, 0, "losses/", "Objective\nlist of terms"),
    "trainer": (3, 1.5, "training/", "Trainer · Session\nsteps, checkpoints, alarms"),
    "pipeline": (0, 1.5, "pipeline/", "Pipeline\nJSON and safetensors"),
    "report": (0, 0, "evaluation/", "Report\nfields by their tasks"),
}
ARROWS = (
    ("source", "dataset"), ("dataset", "condition"), ("people", "condition"), ("condition", "bundle"),
    ("bundle", "embedder"), ("embedder", "cond"), ("cond", "generator"), ("cond", "discriminator"),
    ("generator", "discriminator"), ("discriminator", "objective"), ("objective", "trainer"), ("trainer", "pipeline"),
    ("pipeline", "report"), ("dataset", "trainer"),
)  # fmt: skip


def draw() -> Figure:
    """The boxes and what passes between them."""
    figure = Figure(figsize=(11, 5.4), layout="constrained")
    axes = figure.subplots()
    for x, y, folder, text in BOXES.values():
        style = "round,pad=0.02,rounding_size=0.12"
        axes.add_patch(FancyBboxPatch((x, y), WIDTH, HEIGHT, style, facecolor="#eef3f9", edgecolor="#1f5a96"))
        axes.text(x + WIDTH / 2, y + HEIGHT / 2, text, ha="center", va="center", fontsize=9)
        axes.text(x + 0.04, y + HEIGHT + 0.06, folder, fontsize=7.5, color="#666666")
    for one, other in ARROWS:
        (x, y), (u, v) = BOXES[one][:2], BOXES[other][:2]
        right, down = (u > x) - (u < x), (v > y) - (v < y)
        start = (x + WIDTH * (1 + right) / 2, y + HEIGHT * (1 + down * (right == 0)) / 2)
        end = (u + WIDTH * (1 - right) / 2, v + HEIGHT * (1 - down * (right == 0)) / 2)
        arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=12, color="#d9822b", linewidth=1.4)
        axes.add_patch(arrow)
    axes.set_xlim(-0.2, 11.4)
    axes.set_ylim(-0.2, 5.8)
    axes.set_axis_off()
    return figure


if __name__ == "__main__":
    draw().savefig(sys.argv[1], dpi=100)
