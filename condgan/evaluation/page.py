"""The report as one page that opens anywhere: nothing beside it is needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL.Image import Image
from torch import Tensor

from condgan.evaluation.html import embedded, publish, render
from condgan.evaluation.report import Report, distance_name
from condgan.gallery import grid, png
from condgan.gallery.charts import bars, lines, matrix
from condgan.metrics import Figure
from condgan.metrics.neighbours import Nearest

NUMBERS = "report.json"
PAIRS = 16
BARS = 60
"""Classes drawn as bars, at most; the file of numbers has them all."""


def save(report: Report, sheet: Image, pairs: Image | None, folder: Path) -> Path:
    """Write the numbers and the page; returns the page's path.

    Raises:
        SettingsError: they cannot be written there.
        DiskError: the disk is full or fails.
    """
    pictures = {"sheet": embedded(png(sheet)), "pairs": embedded(png(pairs)) if pairs is not None else ""}
    distance = distance_name(report.protocol)
    text = render("page.html", report=report, distance=distance, charts=_charts(report), **pictures)
    return publish(folder, NUMBERS, report, text)


def pairs(samples: UInt8[Tensor, "n c h w"], training: UInt8[Tensor, "t c h w"], nearest: Nearest) -> Image:
    """The samples nearest to a training image, nearest first, each above that image."""
    order = nearest.distances.argsort()[:PAIRS]
    both = [samples[order], training[nearest.indices[order]]]
    images = np.concatenate([each.movedim(1, -1).numpy() for each in both])
    return grid(images, columns=len(order))


def _charts(report: Report) -> dict[str, str]:
    found = {}
    if report.obedience is not None:
        found["confusion"] = matrix(report.obedience.confusion, report.obedience.names)
        accuracies = dict(list(report.obedience.by_class.items())[:BARS])
        found["accuracy"] = bars(
            {name: _triple(each.accuracy) for name, each in accuracies.items()},
            {name: each.real.value for name, each in accuracies.items()},
            ("samples judged to be of the class", "real images"),
        )
    varieties = dict(list(report.variety.by_class.items())[:BARS])
    found["variety"] = bars(
        {name: _triple(each) for name, each in varieties.items()},
        dict.fromkeys(varieties, 1.0),
        ("variety of the samples", "of real images"),
    )
    parzen = report.parzen
    curves = {
        "samples": parzen.samples.curve,
        "real training images": parzen.real.curve,
        f"{parzen.centres:,} k-means centres": parzen.averages.curve,
    }
    found["parzen"] = lines(parzen.sigmas, curves, ("σ", "log-likelihood of validation images"))
    return found


def _triple(figure: Figure) -> tuple[float, float, float]:
    return figure.value, figure.low, figure.high
