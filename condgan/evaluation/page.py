"""The report as one page that opens anywhere: it needs no other file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL.Image import Image
from torch import Tensor

from condgan.core.batch import Images
from condgan.evaluation.figures import distance_name
from condgan.evaluation.html import embedded, publish, render
from condgan.evaluation.protocol import Protocol
from condgan.evaluation.report import Report
from condgan.gallery import grid, png
from condgan.gallery.charts import bars, lines, matrix
from condgan.gallery.strips import stills
from condgan.metrics import Figure
from condgan.metrics.neighbours import Nearest

NUMBERS = "report.json"
PAIRS = 16
NEAREST, SHEET = "The samples nearest to a training image", "Samples"
"""How the words begin that stand for pictures of a page which show images of the data; the sheet does so where each
condition has its own true image."""
BARS = 60
"""Classes shown as bars, at most; the file of numbers has them all."""


def save(report: Report, sheet: Image, pairs: Image | None, cross: Image | None, folder: Path) -> Path:
    """Write the numbers and the page; returns the page's path.

    Raises:
        SettingsError: they cannot be written there.
        DiskError: the disk is full or fails.
    """
    given = {"sheet": sheet, "pairs": pairs, "cross": cross}
    pictures = {name: "" if each is None else embedded(png(each)) for name, each in given.items()}
    distance = distance_name(report.protocol)
    protocol = _protocol(report.protocol)
    text = render("page.html", report=report, distance=distance, charts=_charts(report), stamp=protocol, **pictures)
    return publish(folder, NUMBERS, report, text)


def pairs(samples: Images, training: UInt8[Tensor, "t c *space"], nearest: Nearest) -> Image:
    """The samples nearest to a training image, nearest first, each above that image; clips beside it, as strips."""
    order = nearest.distances.argsort()[:PAIRS]
    both = [samples[order], training[nearest.indices[order]]]
    shown = [stills(each.movedim(1, -1).numpy()) for each in both]
    if samples.dim() > 4:
        return grid(np.stack(shown, 1).reshape(-1, *shown[0].shape[1:]), columns=2)
    return grid(np.concatenate(shown), columns=len(order))


def without_data(page: str, report: Report) -> str:
    """A page without those of its pictures that show images of the data, which not everyone may see."""
    real = [NEAREST, *([SHEET] if report.protocol.requests == "reference" else [])]
    pattern = rf'<img [^>]*alt="({"|".join(real)})[^>]*>'
    return re.sub(pattern, "<em>left out: it shows images of the data</em>", page)


def _protocol(protocol: Protocol) -> dict[str, str]:
    """Each line of it in words."""
    values = {name: str(getattr(protocol, name)) for name in type(protocol).model_fields}
    networks = [
        f"{name}: {each.name} {each.hash}, {each.score} on the reference images"
        for name, each in protocol.evaluation_networks.items()
    ]
    values |= {
        "unseen": "yes" if protocol.unseen else "no",
        "plain_fid": "yes" if protocol.plain_fid else "no",
        "condition": ", ".join(protocol.condition) or "none",
        "extractor": f"{protocol.extractor.name} {protocol.extractor.hash}",
        "evaluation_networks": "; ".join(networks) or "none",
    }
    return {name.replace("_", " "): value for name, value in values.items()}


def _charts(report: Report) -> dict[str, str]:
    """The charts of a page, as SVG, by the names that the template gives them."""
    found: dict[str, str] = {}
    for name, field in report.controllability.items():
        if field.by_class:
            found[f"confusion {name}"] = matrix(field.confusion, field.names)
            scores = dict(list(field.by_class.items())[:BARS])
            found[f"accuracy {name}"] = bars(
                {each: _triple(score.score) for each, score in scores.items()},
                {each: score.real.value for each, score in scores.items()},
                ("samples predicted to be of the class", "real images"),
            )
    diversities = dict(list(report.diversity.by_class.items())[:BARS])
    if diversities:
        found["diversity"] = bars(
            {name: _triple(each) for name, each in diversities.items()},
            dict.fromkeys(diversities, 1.0),
            ("diversity of the samples", "real images"),
        )
    if (parzen := report.parzen) is not None:
        curves = {
            "samples": parzen.samples.curve,
            "real training images": parzen.real.curve,
            f"{parzen.centres:,} k-means centres": parzen.averages.curve,
        }
        found["parzen"] = lines(parzen.sigmas, curves, ("σ", "log-likelihood of validation images"))
    return found


def _triple(figure: Figure) -> tuple[float, float, float]:
    return figure.value, figure.low, figure.high
