"""What kind of images these are: photos or drawings, and whether mirror images are as likely."""

import torch
from torch import Tensor

from condgan.core.schema import Column, Schema
from condgan.data import Dataset, Named
from condgan.data.character import character

GREY, COLOUR = Column("pixels", channels=1), Column("pixels", channels=3)


def scene(n: int = 400, channels: int = 3) -> Tensor:
    """Images of no single ground, the same from left to right on average."""
    rough = torch.nn.functional.interpolate(torch.rand(n, channels, 5, 5), (20, 20), mode="bilinear")
    return (255 * rough).byte()


def test_digits_are_drawings_that_are_not_to_be_mirrored() -> None:
    digits = Named().load()
    found = character(digits)
    assert not found.photographic and not found.symmetric and not found.colour
    assert found.images == len(digits) and found.flat > 0.7 and found.lopsided > 0.9


def test_scenes_are_photographic_and_may_be_mirrored() -> None:
    torch.manual_seed(0)
    found = character(Dataset(scene(), {}, Schema(COLOUR, {})))
    assert found.photographic and found.symmetric and found.colour
    grey = character(Dataset(scene(channels=1), {}, Schema(GREY, {})))
    assert grey.photographic and not grey.colour


def test_a_class_that_looks_to_one_side_forbids_to_mirror() -> None:
    """Arrows to the left and to the right: all of them together are symmetric, neither class is."""
    torch.manual_seed(0)
    images, ids = scene(), torch.arange(400) % 4
    images[ids == 0, :, 8:12, :8] = 255
    images[ids == 1, :, 8:12, 12:] = 255
    schema = Schema(COLOUR, {"label": Column("ids", ("left", "right", "up", "down"), (100,) * 4)})
    assert not character(Dataset(images, {"label": ids}, schema)).symmetric
    assert character(Dataset(images, {}, Schema(COLOUR, {}))).symmetric


def test_a_number_and_a_set_that_say_where_a_thing_is_forbid_to_mirror() -> None:
    torch.manual_seed(0)
    images, right = scene(), torch.arange(400) % 2
    images[right == 0, :, 8:12, :8] = 255
    images[right == 1, :, 8:12, 12:] = 255
    angle = torch.where(right == 1, torch.rand(400) + 1, -torch.rand(400) - 1)
    numbers = Schema(COLOUR, {"angle": Column("numbers", low=-2.0, high=2.0)})
    assert not character(Dataset(images, {"angle": angle}, numbers)).symmetric
    sides = torch.stack([right, 1 - right], 1).float()
    sets = Schema(COLOUR, {"side": Column("vectors", ("right", "left"), width=2)})
    assert not character(Dataset(images, {"side": sides}, sets)).symmetric


def test_a_number_that_is_always_missing_says_nothing() -> None:
    torch.manual_seed(0)
    missing = torch.full((400,), float("nan"))
    schema = Schema(COLOUR, {"age": Column("numbers", missing=400)})
    assert character(Dataset(scene(), {"age": missing}, schema)).symmetric


def test_small_classes_are_looked_at_together() -> None:
    """Two hundred classes of ten images, each with its mark on one side: all of them together are symmetric."""
    torch.manual_seed(0)
    images, ids = scene(2_000), torch.arange(2_000) % 200
    images[ids % 2 == 0, :, 8:12, :8] = 255
    images[ids % 2 == 1, :, 8:12, 12:] = 255
    schema = Schema(COLOUR, {"label": Column("ids", tuple(map(str, range(200))), (10,) * 200)})
    assert not character(Dataset(images, {"label": ids}, schema)).symmetric
    assert character(Dataset(images, {}, Schema(COLOUR, {}))).symmetric


def test_digits_of_any_colour_on_any_ground_are_not_to_be_mirrored() -> None:
    """Photos of house numbers: no ground of one colour, now the digit is brighter and now the ground."""
    torch.manual_seed(0)
    digits = Named().load()
    ink = digits.target.float() / 255
    ground = torch.nn.functional.interpolate(torch.rand(len(ink), 3, 4, 4), (28, 28), mode="bilinear")
    images = (255 * (ground * (1 - ink) + torch.rand(len(ink), 3, 1, 1) * ink)).byte()
    found = character(Dataset(images, digits.columns, Schema(COLOUR, digits.schema.columns)))
    assert found.photographic and not found.symmetric


def test_ink_on_uneven_paper_is_a_drawing_and_grey_in_three_channels_is_grey() -> None:
    torch.manual_seed(0)
    digits = Named().load()
    paper = 245 - 0.9 * digits.target.float() + 2 * torch.randn(digits.target.shape)
    grey = paper.clamp(0, 255).byte().expand(-1, 3, -1, -1)
    found = character(Dataset(grey, digits.columns, Schema(COLOUR, digits.schema.columns)))
    assert not found.photographic and not found.colour


def test_volumes_are_looked_at_too() -> None:
    torch.manual_seed(0)
    volumes = (255 * torch.rand(60, 1, 6, 8, 10)).byte()
    found = character(Dataset(volumes, {}, Schema(GREY, {})))
    assert found.photographic and found.symmetric
