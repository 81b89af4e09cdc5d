"""Images and their conditions are moved by one transform; what is not in space stays as it is."""

from typing import Any

import numpy as np
import pytest
import torch

from condgan.core.needs import UNMOVED
from condgan.data import Augment
from tests.pairs import COLOURS, ids


def maps() -> torch.Tensor:
    return torch.from_numpy(np.stack([ids(seed, (24, 36)) for seed in range(8)]))[:, None]


def coloured(ids: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(COLOURS[ids[:, 0].numpy()]).movedim(-1, 1)


def test_images_and_maps_move_alike() -> None:
    """Where a photo is the colours of its label map, it still is after any motion; and ids stay ids."""
    ids, photos = maps(), coloured(maps()).float() / 127.5 - 1
    bundle = {"layout.ids": ids, "label.id": torch.arange(8)}
    torch.manual_seed(0)
    moved, found = Augment(flip=True, translation=0.2).move(photos, bundle, {"layout.ids": "nearest"})
    assert not torch.equal(found["layout.ids"], ids) and set(found["layout.ids"].unique().tolist()) <= {0, 1, 2}
    assert ((moved - (coloured(found["layout.ids"]) / 127.5 - 1)).abs().amax(1) < 0.05).float().mean() > 0.9
    assert found["label.id"] is bundle["label.id"] and torch.equal(bundle["layout.ids"], maps())
    still, same = Augment().move(photos, bundle, {"layout.ids": "nearest"})
    assert torch.equal(still, photos) and torch.equal(same["layout.ids"], ids)


def test_what_is_shifted_alone_is_so_by_whole_pixels() -> None:
    """No value arises that was not there; with rotation images are resampled."""
    torch.manual_seed(0)
    images = torch.rand(8, 1, 16, 12) * 2 - 1

    def new(augment: Augment) -> int:
        moved = augment.apply(images)
        pairs = zip(images.flatten(1), moved.flatten(1), strict=True)
        return sum(int(((one[:, None] - other[None]).abs().amin(0) > 1e-4).sum()) for one, other in pairs)

    assert not torch.equal(Augment(translation=0.25).apply(images), images)
    assert new(Augment(translation=0.25)) == 0 and new(Augment(translation=0.25, rotation=5)) > 500


@pytest.mark.parametrize("augment", [Augment(flip=True), Augment(rotation=30), Augment(rotation=9, flip=True)])
def test_every_tensor_by_the_same_transform(augment: Augment) -> None:
    ids = maps() * 100  # any byte, not only small ones
    bundle = {"a.ids": ids, "b.pixels": coloured(maps()), "b.copy": coloured(maps()), "a.boundary": ids.clone()}
    spatial = {"a.ids": "nearest", "b.pixels": "bilinear", "b.copy": "bilinear", "a.boundary": "nearest"}
    torch.manual_seed(1)
    moved, found = augment.move(bundle["b.pixels"] / 127.5 - 1, bundle, spatial)
    assert torch.equal(found["a.ids"], found["a.boundary"]) and not torch.equal(found["a.ids"], ids)
    assert set(found["a.ids"].unique().tolist()) <= {0, 100, 200}
    assert torch.equal(found["b.pixels"], found["b.copy"])
    assert ((moved + 1) * 127.5 - found["b.pixels"]).abs().max() <= 0.51
    assert all(each.dtype == torch.uint8 for each in found.values())
    assert list(found) == list(bundle)


@pytest.mark.parametrize("augment", [Augment(rotation=10, translation=0.1), Augment(colour=0.3, flip=True), Augment()])
def test_without_such_tensors_images_change_as_ever(augment: Augment) -> None:
    images, bundle = torch.rand(6, 3, 10, 12) * 2 - 1, {"label.id": torch.arange(6)}
    torch.manual_seed(5)
    alone, then = augment.apply(images), torch.rand(1)
    torch.manual_seed(5)
    moved, same = augment.move(images, bundle, {})
    assert torch.equal(moved, alone) and torch.equal(torch.rand(1), then) and same == bundle


def test_what_cannot_be_changed_alike_is_needed_not_to_be_there() -> None:
    assert not Augment().needs() and not Augment(flip=True, rotation=10).needs()
    for augment in (Augment(colour=0.1), Augment(flip=True, on="both")):
        (need,) = augment.needs()
        assert need.what == UNMOVED
        assert need.message.endswith("changed alike: set augment.colour to 0 and augment.on to real")


def test_as_many_are_changed_as_is_asked_for() -> None:
    images, augment = torch.rand(400, 1, 8, 8) * 2 - 1, Augment(translation=0.3, on="both", adaptive=True)
    for share in (0.0, 0.3, 1.0):
        torch.manual_seed(0)
        changed = (augment.apply(images, torch.tensor(share)) - images).abs().amax((1, 2, 3)) > 1e-3
        assert abs(changed.double().mean() - share) < 0.07


def test_mirroring_is_no_part_of_what_adapts() -> None:
    images, augment = torch.rand(400, 1, 8, 8) * 2 - 1, Augment(flip=True, colour=0.1, on="both", adaptive=True)
    torch.manual_seed(0)
    mirrored = (augment.apply(images, torch.tensor(0.0)) - images).abs().amax((1, 2, 3)) > 1e-3
    assert abs(mirrored.double().mean() - 0.5) < 0.07


@pytest.mark.parametrize("words", [{"translation": 0.1}, {"on": "both"}, {"flip": True, "on": "both"}])
def test_adapting_what_cannot_be_adapted_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="set .* or adaptive to false"):
        Augment(adaptive=True, **words)
