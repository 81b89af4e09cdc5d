"""What the monitor measures: sound samples, and samples spoiled in each way, on real digits."""

import pytest
import torch
from torch import Tensor, nn

from condgan.conditions import Condition, Label
from condgan.core.bundle import Bundle
from condgan.core.output import Output
from condgan.data.dataset import Dataset
from condgan.data.named import Named
from condgan.metrics.distances import gaussian, gaussian_distance
from condgan.networks import MLP
from condgan.pipeline import Pipeline
from condgan.training.monitor import Metrics, Monitor, embed
from tests.training.runs import labelled, two_tones

DIGITS, HELD_OUT = Named(name="digits").load(), Named(name="digits").split("test").load()


LABELS, NAMES = DIGITS.columns["label"], DIGITS.schema.columns["label"].names


class Listed(nn.Module):
    """A generator that takes its images from a list of each class."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        super().__init__()
        self.images, self.labels = images, labels
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, z: Tensor, bundle: Bundle) -> Tensor:
        # the first numbers of the noise choose among the images of the class
        chances = torch.special.ndtr(z[:, 0])
        ids = bundle.get("label.id", torch.zeros(len(z)).long())
        mine = [(self.labels == label).nonzero()[:, 0] for label in ids.tolist()]
        chosen = torch.stack([each[int(chance * len(each))] for each, chance in zip(mine, chances, strict=True)])
        return self.images[chosen].float() / 127.5 - 1


class Judge(nn.Module):
    """A discriminator that knows some images by heart, and takes all others for equal but for their brightness."""

    def __init__(self, known: Tensor | None) -> None:
        super().__init__()
        self.known = set() if known is None else {each.numpy().tobytes() for each in known}
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, bundle: Bundle) -> Output:
        pictures = (x + 1).mul(127.5).round().to(torch.uint8)
        by_heart = [float(each.numpy().tobytes() in self.known) for each in pictures]
        return Output(torch.tensor(by_heart) + 1e-3 * x.flatten(1).mean(1), None)


def steered(data: Dataset, names: tuple[str, ...] = ()) -> Condition:
    return Condition(label=Label(names=names or data.schema.columns["label"].names))


def look(
    images: Tensor,
    labels: Tensor,
    known: Tensor | None = None,
    data: Dataset = DIGITS,
    condition: Condition | None = None,
    held_out: Dataset | None = HELD_OUT,
) -> Metrics:
    condition = condition or steered(data)
    pipeline = Pipeline(condition, MLP(), data.shape, Listed(images, labels))
    return Monitor(condition, data, held_out).look(pipeline, Judge(known))


def part(chosen: Tensor) -> Dataset:
    return labelled(DIGITS.target[chosen], LABELS[chosen], NAMES)


def test_real_images_are_sound() -> None:
    found = look(DIGITS.target, LABELS)
    assert found["pixel_distance"] < 0.1 and 0 < found["pixel_distance_error"] < 0.05
    assert found["diversity"] > 0.65 and 0.9 < found["controllability"] < 1.1


@pytest.mark.parametrize("order", [tuple("9876543210"), (*"1032547698", "none")], ids=len)
def test_the_condition_may_order_its_classes_otherwise(order: tuple[str, ...]) -> None:
    places = torch.tensor([order.index(name) for name in NAMES])
    found = look(DIGITS.target, places[LABELS], condition=steered(DIGITS, order))
    assert found["pixel_distance"] < 0.1 and 0.9 < found["controllability"] < 1.1


@pytest.mark.parametrize("classes", [2, 10])
def test_the_order_of_the_data_does_not_matter(classes: int) -> None:
    places = [(label == LABELS).nonzero()[:300, 0] for label in range(classes)]
    mixed = part(torch.stack(places, 1).flatten())
    found = look(mixed.target, mixed.columns["label"], data=mixed)
    assert 0.9 < found["controllability"] < 1.1


@pytest.mark.parametrize("count", [30, 100, 300, 900])
def test_few_images_are_not_taken_for_a_collapse(count: int) -> None:
    """Not even of a generator that repeats the very images it was trained on."""
    few = part(torch.randperm(len(DIGITS), generator=torch.Generator().manual_seed(0))[:count])
    assert look(DIGITS.target, LABELS, data=few)["diversity"] > 0.6
    assert look(few.target, few.columns["label"], data=few)["diversity"] > 0.3


def test_many_classes_cost_no_more_than_some() -> None:
    """Each has a code in place of a number of its own, by which wrong labels still show."""
    labels = torch.arange(len(DIGITS)) % 1_000
    many = labelled(DIGITS.target, labels, tuple(map(str, range(1_000))))
    monitor, pixels = Monitor(steered(many), many), embed(many.target)
    assert monitor.joint(pixels, {"label.id": labels}).shape[1] == 64 + 64
    sure = torch.full_like(labels, 7)
    right, wrong = (gaussian(monitor.joint(pixels, {"label.id": each})) for each in (labels, sure))
    assert gaussian_distance(monitor.real, right) < 0.01 < gaussian_distance(monitor.real, wrong)


def test_one_class_of_few_images_is_seen() -> None:
    """Three images of a 4 vary as much as any in the mean, but are not many."""
    fours = (LABELS == 4).nonzero()[:, 0]
    few = torch.cat([(LABELS != 4).nonzero()[:, 0], fours[:3]])
    found = look(DIGITS.target[few], LABELS[few])
    assert found["diversity"] < 0.05 and found["controllability"] > 0.9


def test_ignored_labels_are_seen() -> None:
    found = look(DIGITS.target, LABELS[torch.randperm(len(DIGITS), generator=torch.Generator().manual_seed(0))])
    assert abs(found["controllability"]) < 0.05 and found["diversity"] > 0.7
    assert found["image_distance"] < 0.1 < found["pixel_distance"]


def test_overfitting_of_the_discriminator_is_seen() -> None:
    both = torch.cat([DIGITS.target, HELD_OUT.target])
    found = [look(DIGITS.target, LABELS, known)["discriminator_overfitting"] for known in (DIGITS.target, both, None)]
    assert found == [1.0, pytest.approx(0, abs=0.1), pytest.approx(0, abs=0.1)]
    assert "discriminator_overfitting" not in look(DIGITS.target, LABELS, held_out=None)


def test_without_a_condition_the_classes_are_left_out() -> None:
    colour = DIGITS.target.expand(-1, 3, -1, -1)
    data = labelled(colour, LABELS, NAMES)
    found = look(colour, torch.zeros_like(LABELS), data=data, condition=Condition(), held_out=None)
    assert found["pixel_distance"] == found["image_distance"] < 0.2 and found["diversity"] > 0.7
    assert "controllability" not in found


def test_the_wrong_labels_are_far() -> None:
    """The images alone agree; the classes requested do not."""
    dataset = two_tones(n=400)
    monitor, pixels, labels = Monitor(steered(dataset), dataset), embed(dataset.target), dataset.columns["label"]
    right, wrong = (gaussian(monitor.joint(pixels, {"label.id": each})) for each in (labels, 1 - labels))
    assert gaussian_distance(monitor.real, right) < 0.1 < gaussian_distance(monitor.real, wrong)


@pytest.mark.parametrize("value", [0, 255])
def test_one_image_a_class_and_equal_ones(value: int) -> None:
    """Where there is nothing to tell from, nothing is said."""
    for count in (1, 500):
        images = torch.full((count, 3, 2, 5), value, dtype=torch.uint8)
        labels = (torch.arange(count) >= count // 2).long() * (count > 1)
        dataset = labelled(images, labels, ("a", "b")[: 1 + (count > 1)])
        assert set(look(images, labels, data=dataset, held_out=None)) == {
            "pixel_distance",
            "pixel_distance_error",
            "image_distance",
        }
