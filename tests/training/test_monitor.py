"""What a look at a run sees: sound samples are told from samples spoilt in each way, on real digits."""

import pytest
import torch
from torch import Tensor, nn

from condgan.conditions import Label, Unconditional
from condgan.core.verdict import Verdict
from condgan.data import Dataset, Named
from condgan.metrics.distances import gaussian, gaussian_distance
from condgan.networks import MLP
from condgan.pipeline import Pipeline
from condgan.training.monitor import Monitor, Signs, embed
from tests.training.test_training import two_tones

DIGITS, HELD = Named(name="digits").load(), Named(name="digits").split("test").load()


class Drawn(nn.Module):
    """A generator that takes its images from a list of each class."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        super().__init__()
        self.images, self.labels = images, labels
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        # the first numbers of the noise choose among the images of the class
        chances = torch.special.ndtr(z[:, 0])
        mine = [(self.labels == label).nonzero()[:, 0] for label in y.tolist()]
        chosen = torch.stack([each[int(chance * len(each))] for each, chance in zip(mine, chances, strict=True)])
        return self.images[chosen].float() / 127.5 - 1


class Judge(nn.Module):
    """A discriminator that knows some images by heart, and takes all others for equal but for their brightness."""

    def __init__(self, known: Tensor | None) -> None:
        super().__init__()
        self.known = set() if known is None else {each.numpy().tobytes() for each in known}
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, y: Tensor) -> Verdict:
        pictures = (x + 1).mul(127.5).round().to(torch.uint8)
        by_heart = [float(each.numpy().tobytes() in self.known) for each in pictures]
        return Verdict(torch.tensor(by_heart) + 1e-3 * x.flatten(1).mean(1), None)


def look(images: Tensor, labels: Tensor, known: Tensor | None = None, data: Dataset = DIGITS) -> Signs:
    condition = Label(names=data.schema.names)
    pipeline = Pipeline(condition, MLP(), data.shape, Drawn(images, labels))
    return Monitor(data, HELD).look(pipeline, Judge(known))


def part(chosen: Tensor) -> Dataset:
    return Dataset(DIGITS.images[chosen], DIGITS.labels[chosen], DIGITS.schema.names)


def test_real_images_are_sound() -> None:
    signs = look(DIGITS.images, DIGITS.labels)
    assert signs["pixel_distance"] < 0.1 and 0 < signs["pixel_distance_error"] < 0.05
    assert signs["variety"] > 0.7 and 0.9 < signs["obedience"] < 1.1


@pytest.mark.parametrize("order", [tuple("9876543210"), (*"1032547698", "none")], ids=len)
def test_the_condition_may_order_its_classes_otherwise(order: tuple[str, ...]) -> None:
    places = torch.tensor([order.index(name) for name in DIGITS.schema.names])
    module = Drawn(DIGITS.images, places[DIGITS.labels])
    signs = Monitor(DIGITS).look(Pipeline(Label(names=order), MLP(), DIGITS.shape, module), Judge(None))
    assert signs["pixel_distance"] < 0.1 and 0.9 < signs["obedience"] < 1.1


@pytest.mark.parametrize("classes", [2, 10])
def test_the_order_of_the_data_does_not_matter(classes: int) -> None:
    places = [(DIGITS.labels == label).nonzero()[:300, 0] for label in range(classes)]
    mixed = part(torch.stack(places, 1).flatten())
    signs = look(mixed.images, mixed.labels, data=mixed)
    assert 0.9 < signs["obedience"] < 1.1


@pytest.mark.parametrize("count", [30, 100, 300, 900])
def test_few_images_are_not_taken_for_a_collapse(count: int) -> None:
    """Not even of a generator that draws the very images it was trained on."""
    few = part(torch.randperm(len(DIGITS), generator=torch.Generator().manual_seed(0))[:count])
    assert look(DIGITS.images, DIGITS.labels, data=few)["variety"] > 0.6
    assert look(few.images, few.labels, data=few)["variety"] > 0.3


def test_many_classes_cost_no_more_than_some() -> None:
    """Each has a code in place of a number of its own, by which wrong labels still show."""
    labels = torch.arange(len(DIGITS)) % 1_000
    many = Dataset(DIGITS.images, labels, tuple(map(str, range(1_000))))
    monitor, pixels = Monitor(many), embed(many.images)
    assert monitor.joint(pixels, labels).shape[1] == 64 + 64
    sure = torch.full_like(labels, 7)
    right, wrong = (gaussian(monitor.joint(pixels, each)) for each in (labels, sure))
    assert gaussian_distance(monitor.real, right) < 0.01 < gaussian_distance(monitor.real, wrong)


def test_one_class_of_few_images_is_seen() -> None:
    """Three images of a 4 vary as much as any in the mean, but are not many."""
    fours = (DIGITS.labels == 4).nonzero()[:, 0]
    few = torch.cat([(DIGITS.labels != 4).nonzero()[:, 0], fours[:3]])
    signs = look(DIGITS.images[few], DIGITS.labels[few])
    assert signs["variety"] < 0.05 and signs["obedience"] > 0.9


def test_ignored_labels_are_seen() -> None:
    signs = look(DIGITS.images, DIGITS.labels[torch.randperm(len(DIGITS), generator=torch.Generator().manual_seed(0))])
    assert abs(signs["obedience"]) < 0.05 and signs["variety"] > 0.7
    assert signs["image_distance"] < 0.1 < signs["pixel_distance"]


def test_knowing_by_heart_is_seen() -> None:
    both = torch.cat([DIGITS.images, HELD.images])
    found = [look(DIGITS.images, DIGITS.labels, known)["memorization"] for known in (DIGITS.images, both, None)]
    assert found == [1.0, pytest.approx(0, abs=0.1), pytest.approx(0, abs=0.1)]
    pipeline = Pipeline(Label(names=DIGITS.schema.names), MLP(), DIGITS.shape, Drawn(HELD.images, HELD.labels))
    assert "memorization" not in Monitor(DIGITS).look(pipeline, Judge(None))


def test_without_a_condition_the_classes_are_left_out() -> None:
    colour = DIGITS.images.expand(-1, 3, -1, -1)
    data = Dataset(colour, DIGITS.labels, DIGITS.schema.names)
    module = Drawn(colour, torch.zeros_like(DIGITS.labels))
    signs = Monitor(data).look(Pipeline(Unconditional(), MLP(), data.shape, module), Judge(None))
    assert signs["pixel_distance"] == signs["image_distance"] < 0.2 and signs["variety"] > 0.7
    assert "obedience" not in signs


def test_the_wrong_labels_are_far() -> None:
    """The images alone agree; the classes asked for do not."""
    dataset = two_tones(n=400)
    monitor, pixels = Monitor(dataset), embed(dataset.images)
    right, wrong = (gaussian(monitor.joint(pixels, labels)) for labels in (dataset.labels, 1 - dataset.labels))
    assert gaussian_distance(monitor.real, right) < 0.1 < gaussian_distance(monitor.real, wrong)


@pytest.mark.parametrize("value", [0, 255])
def test_one_image_a_class_and_equal_ones(value: int) -> None:
    """Where there is nothing to tell from, nothing is said."""
    for count in (1, 500):
        images = torch.full((count, 3, 2, 5), value, dtype=torch.uint8)
        labels = (torch.arange(count) >= count // 2).long() * (count > 1)
        dataset = Dataset(images, labels, ("a", "b")[: 1 + (count > 1)])
        condition = Label(names=dataset.schema.names)
        pipeline = Pipeline(condition, MLP(), dataset.shape, Drawn(images, dataset.labels))
        assert set(Monitor(dataset).look(pipeline, Judge(None))) == {
            "pixel_distance",
            "pixel_distance_error",
            "image_distance",
        }
