"""Three sentences on a generator that makes pictures from pictures, for someone who reads no table."""

from collections.abc import Mapping

from condgan.core.palette import Palette
from condgan.evaluation.report import Distances
from condgan.evaluation.translation_report import Layouts, Likeness
from condgan.metrics import Figure

SAME = 0.02
"""Variety below which noise makes no difference that counts."""


def looks(likeness: Likeness, trivial: Mapping[str, Likeness], ours: Distances, real: Distances) -> str:
    """How near images are to the truth, and to real images as such."""
    name, best = min(trivial.items(), key=lambda item: item[1].l1.value)
    better = likeness.l1.high < best.l1.low
    found = (
        f"Pixels are {likeness.l1.value:.1%} of their range from the truth on average, "
        f"{'less' if better else 'no less'} than {name} would be ({best.l1.value:.1%})"
    )
    if ours.frechet_distance is None or real.frechet_distance is None:
        return f"{found}; there are too few images for a distance."
    return (
        f"{found}; the images are at a Fréchet distance of {ours.frechet_distance} from real ones where real training "
        f"images have {real.frechet_distance}."
    )


def follows(layouts: Layouts | None, made: Palette | None) -> str:
    """Whether what was asked for is where it was asked for."""
    if layouts is None:
        return "Neither side is of label maps, so that no segmenter can tell whether things are in their places."
    accuracy, iou = layouts.pixel_accuracy.value, layouts.mean_iou.value
    if made is not None:
        return (
            f"The label maps are right at {accuracy:.1%} of the positions (mean IoU {iou:.2f}); a segmenter that has "
            f"nothing else to do reaches {layouts.real_pixel_accuracy:.1%} ({layouts.real_mean_iou:.2f})."
        )
    worst, least = min(
        ((name, value) for name, value in layouts.iou.items() if value is not None), key=lambda item: item[1]
    )
    return (
        f"A segmenter finds the class asked for at {accuracy:.1%} of the positions (mean IoU {iou:.2f}), "
        f"on the true photos at {layouts.real_pixel_accuracy:.1%} ({layouts.real_mean_iou:.2f}); worst: {worst}, "
        f"{least:.2f}."
    )


def differs(variety: Figure) -> str:
    """Whether another seed makes another image."""
    share = f"two images of one picture differ {variety.value:.1%} as much as the truths of two pictures"
    if variety.value < SAME:
        return f"One picture, one image: the noise makes hardly any difference ({share})."
    return f"One picture gives several images: {share}."
