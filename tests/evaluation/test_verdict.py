"""Three sentences must not say what the figures do not."""

import pytest
import torch

from condgan.evaluation.report import ClassAccuracy, Memorization, Obedience
from condgan.evaluation.verdict import obeys, serves
from condgan.metrics import Figure, rate


def exact(value: float) -> Figure:
    return Figure(value=value, low=value, high=value, over="images")


def obedience(accuracies: list[float], real: list[float], label_accuracy: float) -> Obedience:
    names = tuple("abcdefghij"[: len(real)])
    return Obedience(
        label_accuracy=exact(label_accuracy),
        real=exact(sum(real) / len(real)),
        by_class={
            name: ClassAccuracy(accuracy=exact(ours), real=exact(theirs))
            for name, ours, theirs in zip(names, accuracies, real, strict=True)
        },
        names=names,
        confusion=tuple((0,) * len(names) for _ in names),
        seeds=10,
        change=exact(1),
        followed=exact(1),
    )


@pytest.mark.parametrize(
    ("accuracies", "real", "label_accuracy", "said"),
    [
        ([0.98, 0.97], [0.99, 0.99], 0.975, "The label is obeyed: "),
        ([0.8, 0.7], [0.99, 0.99], 0.75, "The label is obeyed only in part: "),
        ([1.0, 0.0], [0.99, 0.99], 0.95, "The label is ignored: "),  # 95 of 100 are of the first class
        ([0.5, 0.5], [0.55, 0.55], 0.5, "Whether the label is obeyed cannot be told"),
    ],
)
def test_obedience(accuracies: list[float], real: list[float], label_accuracy: float, said: str) -> None:
    assert obeys(obedience(accuracies, real, label_accuracy)).startswith(said)


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
    section = Memorization(rate=found, expected=0.01, distance=exact(0.1), unseen=exact(0.1), looked_at=2_000)
    assert said in serves(None, section, split=True)
