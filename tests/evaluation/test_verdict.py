"""Three sentences must not say what the figures do not."""

from typing import Any

import pytest
import torch

from condgan.evaluation.protocol import Network, Protocol
from condgan.evaluation.report import (
    ClassScore,
    Controllability,
    Copies,
    Distances,
    Diversity,
    Fidelity,
    Likeness,
    Nearness,
    Segmentation,
)
from condgan.evaluation.verdict import follows, looks, serves
from condgan.metrics import Figure, rate


def exact(value: float) -> Figure:
    return Figure(value=value, low=value, high=value, over="images")


def classes(scores: list[float], real: list[float], score: float) -> Controllability:
    names = tuple("abcdefghij"[: len(real)])
    return Controllability(
        score=exact(score),
        real=exact(sum(real) / len(real)),
        chance=1 / len(names),
        names=names,
        by_class={
            name: ClassScore(score=exact(ours), real=exact(theirs))
            for name, ours, theirs in zip(names, scores, real, strict=True)
        },
    )


def protocol(**changed: Any) -> Protocol:
    network = Network(name="cnn", hash="0123456789")
    known = {"extractor": network, "plain_fid": False, "reference": "test", "requests": "training", "unseen": True}
    return Protocol.model_construct(**{**known, **changed})


DIVERSE = Diversity(pixels=exact(1), features=exact(1), by_class={})


@pytest.mark.parametrize(
    ("scores", "real", "score", "said"),
    [
        ([0.98, 0.97], [0.99, 0.99], 0.975, "The label is followed: "),
        ([0.8, 0.7], [0.99, 0.99], 0.75, "The label is followed only in part: "),
        ([1.0, 0.0], [0.99, 0.99], 0.95, "The label is ignored: "),  # 95 of 100 are of the first class
        ([0.5, 0.5], [0.55, 0.55], 0.5, "Whether the label is followed cannot be told"),
    ],
)
def test_a_field_of_classes(scores: list[float], real: list[float], score: float, said: str) -> None:
    assert follows({"label": classes(scores, real, score)}, None).startswith(said)


@pytest.mark.parametrize(
    ("score", "real", "said"),
    [
        (0.9, 0.95, "The angle is followed only in part: the mean score is 0.900, that of real images 0.950."),
        (0.95, 0.95, "The angle is followed: "),
        (0.75, 0.95, "The angle is ignored: "),
        (0.75, 0.79, "Whether the angle is followed cannot be told"),
    ],
)
def test_a_field_of_anything_else(score: float, real: float, said: str) -> None:
    found = Controllability(score=exact(score), real=exact(real), chance=0.75)
    assert follows({"angle": found}, None).startswith(said)


def test_several_fields() -> None:
    fields = {"label": classes([0.98, 0.97], [0.99, 0.99], 0.975), "hair": classes([0.5, 0.5], [0.99, 0.99], 0.5)}
    said = follows(fields, None)
    assert "The label is followed: " in said and "The hair is ignored: " in said


def test_label_maps() -> None:
    maps = Segmentation(
        mean_iou=exact(0.4),
        pixel_accuracy=exact(0.7),
        iou={"sky": 0.6, "sand": 0.2, "grass": None},
        real_mean_iou=0.5,
        real_pixel_accuracy=0.8,
        real_iou={"sky": 0.7, "sand": 0.3, "grass": None},
    )
    requested = Controllability(score=exact(0.7), real=exact(0.8), chance=1 / 3, segmentation=maps)
    said = follows({"picture": requested}, None)
    assert said == (
        "A segmenter finds the class requested at 70.0% of the positions (mean IoU 0.40), on the true photos at 80.0% "
        "(0.50); worst: sand, 0.20."
    )
    assert follows({}, likeness(0.1, maps)).startswith("The label maps are right at 70.0% of the positions")
    assert "Neither side is of label maps" in follows({}, likeness(0.1, None))


def likeness(l1: float, maps: Segmentation | None) -> Likeness:
    trivial = {"the mean image": Nearness(l1=exact(0.2), psnr=exact(9), ssim=exact(0.1))}
    return Likeness(l1=exact(l1), psnr=exact(9), ssim=exact(0.1), trivial=trivial, colours=None, label_maps=maps)


def test_the_ground_truth() -> None:
    none = Distances(frechet_distance=None, kernel_distance=None)
    fidelity = Fidelity(frechet_distance=None, kernel_distance=None, real=none, by_class={})
    near, far = (looks(fidelity, None, DIVERSE, likeness(l1, None), protocol()) for l1 in (0.1, 0.3))
    assert "10.0% of their range from the truth on average, less than the mean image" in near
    assert "no less than the mean image would be (20.0%); there are too few images for a distance." in far


@pytest.mark.parametrize(
    ("copies", "said"),
    [
        (15, "no sign of copied training images"),
        (80, "blur or copies, see the pairs"),
        (400, "training images are copied"),
    ],
)
def test_copies(copies: int, said: str) -> None:
    found = rate(torch.arange(2_000) < copies)
    section = Copies(rate=found, expected=0.01, distance=exact(0.1), unseen=exact(0.1), looked_at=2_000)
    assert said in serves(None, DIVERSE, section, protocol())
    assert "are copied" not in serves(None, DIVERSE, section, protocol(requests="reference"))


def test_why_there_are_no_copies() -> None:
    for changed, why in (
        ({"reference": "set aside", "unseen": False}, "the data bring no test split"),
        ({"unseen": False}, "it is not known which images the generator has not seen"),
        ({}, "there are too few unseen images"),
    ):
        said = serves(None, DIVERSE, None, protocol(**changed))
        assert said.endswith(f"copies could not be told from others: {why}.")


def test_whether_noise_makes_a_difference() -> None:
    for share, said in ((0.0, "the noise makes hardly any difference"), (0.3, "One condition gives several images")):
        found = Diversity(pixels=exact(share), features=None, by_class={})
        assert said in serves(None, found, None, protocol(requests="reference"))
