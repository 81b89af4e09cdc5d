"""The report on a generator that makes pictures from pictures, as a value."""

from typing import Literal

from condgan.core.spec import Spec
from condgan.evaluation.protocol import BaseProtocol, Network
from condgan.evaluation.report import Beside, Distances
from condgan.metrics import Figure
from condgan.training.health import Alarm


class TranslationProtocol(BaseProtocol):
    """That of a report on pictures."""

    pictures: str
    """What images are made from."""
    n: int
    """Pictures that were translated, evenly over the reference."""
    repeats: int
    """Times that each of them was, with seeds 0, 1, 2, …"""
    compared: int
    """Images that distances are measured on, and as many real training images."""
    segmenter: Network | None
    interval: str = "95 %: Student's t over the repeats, bootstrap for means over images"


class Likeness(Spec):
    """How far images are from the true ones of their pairs."""

    l1: Figure
    """Mean absolute difference, of the range of a pixel."""
    psnr: Figure
    """dB."""
    ssim: Figure


class Colours(Spec):
    """Whether colours are as frequent as in the true images: the share of positions that would have to change."""

    distance: Figure
    real: float
    """Of real training images: what is possible."""
    trivial: dict[str, float]
    """Of the answers that need no generator."""


class Layouts(Spec):
    """Is what was asked for where it was asked for? A segmenter that was trained on real pairs tells."""

    mean_iou: Figure
    pixel_accuracy: Figure
    iou: dict[str, float | None]
    """Of each class; ``None`` of one that is nowhere."""
    real_mean_iou: float
    """Of the same segmenter on the true photos: where photos are made, what is possible; where label maps are made,
    what a network reaches that has nothing else to do."""
    real_pixel_accuracy: float
    real_iou: dict[str, float | None]


class TranslationReport(Spec):
    """What is to be known of a generator that makes pictures from pictures."""

    version: Literal[1] = 1
    kind: Literal["translation"] = "translation"
    verdict: tuple[str, str, str]
    alarms: tuple[Alarm, ...] = ()
    likeness: Likeness
    trivial: dict[str, Likeness]
    """The answers that need no generator."""
    fidelity: Distances
    real_fidelity: Distances
    """The same for real training images: what is possible."""
    variety: Figure
    """Mean difference of two images of one picture, as a share of that of two true images of two pictures."""
    colours: Colours | None
    layouts: Layouts | None
    protocol: TranslationProtocol


def distance_name(protocol: TranslationProtocol) -> str:
    """What the Fréchet distance is called."""
    return f"Fréchet distance ({protocol.extractor.name} {protocol.extractor.hash[:8]})"


def main_figures(report: TranslationReport) -> dict[str, Beside]:
    """The figures to look at first, by their names; beside them those of real images, or of the best trivial answer."""
    found: dict[str, Beside] = {}
    if report.layouts is not None:
        found["mean IoU"] = Beside(report.layouts.mean_iou, report.layouts.real_mean_iou)
        found["pixel accuracy"] = Beside(report.layouts.pixel_accuracy, report.layouts.real_pixel_accuracy)
    found[distance_name(report.protocol)] = Beside(
        report.fidelity.frechet_distance, report.real_fidelity.frechet_distance
    )
    for name in Likeness.model_fields:
        found[name] = Beside(getattr(report.likeness, name), None)
        for answer, each in report.trivial.items():
            found[f"{name}, {answer} instead"] = Beside(getattr(each, name), None)
    if report.colours is not None:
        found["colour histogram distance"] = Beside(report.colours.distance, report.colours.real)
    found["variety"] = Beside(report.variety, 1.0)
    return found
