"""What a picture and a label map owe the house."""

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from condgan.conditions import Image, Joint, Layout
from condgan.conditions.derive import edges, lightness
from condgan.core.batch import Batch, Schema
from condgan.core.errors import SettingsError
from condgan.core.palette import Palette
from tests.conftest import picture
from tests.pairs import COLOURS, NAMES, ids, layout

PALETTE = Palette(NAMES, tuple(map(tuple, COLOURS.tolist())))
IMAGES = torch.from_numpy(np.stack([np.asarray(picture(seed)) for seed in range(4)])).movedim(-1, 1)
MAPS = torch.from_numpy(np.stack([ids(seed) for seed in range(4)]))[:, None]
CASES = {
    "pair": (Image(), Schema(("all",), (4,), 3), Batch(IMAGES, torch.zeros(4).long(), IMAGES)),
    "grey": (Image(of="grey"), Schema(("all",), (4,)), Batch(IMAGES, torch.zeros(4).long())),
    "edges": (Image(of="edges"), Schema(("all",), (4,)), Batch(IMAGES, torch.zeros(4).long())),
    "joint": (
        Joint(of="grey"),
        Schema(tuple(f"n{index}" for index in range(300)), (1,) * 300),
        Batch(IMAGES, torch.tensor([0, 299, 2, 256])),
    ),
    "painted": (Image(), Schema(("all",), (4,), 1, PALETTE), Batch(IMAGES, torch.zeros(4).long(), MAPS)),
    "layout": (Layout(), Schema(("all",), (4,), 1, PALETTE), Batch(IMAGES, torch.zeros(4).long(), MAPS)),
    "boundaries": (
        Layout(),
        Schema(("all",), (4,), 2, PALETTE),
        Batch(IMAGES, torch.zeros(4).long(), torch.cat([MAPS, MAPS % 2], 1)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_contract(name: str) -> None:
    condition, schema, items = CASES[name]
    condition = condition.complete(schema)
    encoded = condition.targets(schema, items)
    assert encoded.dtype == torch.uint8 and len(encoded) == 4
    embedder = condition.embedder()
    cond = embedder(encoded)
    assert (cond.vector is None) == (condition.kind != "joint")
    assert cond.map.shape == (4, embedder.widths.map, *encoded.shape[2:])
    assert cond.map.min() >= -1 and cond.map.max() <= 1
    assert type(condition).parse(condition.plain()) == condition
    assert condition.pictures and condition.outputs == 0
    assert condition.show(encoded).shape[1] in (1, 3)
    for ask in (lambda: condition.in_turn(3), lambda: condition.encode(["wren"])):
        with pytest.raises(SettingsError, match="translate"):
            ask()


def test_a_class_beside_a_picture() -> None:
    condition, schema, items = CASES["joint"]
    condition = condition.complete(schema)
    encoded = condition.targets(schema, items)
    cond = condition.embedder()(encoded)
    assert cond.vector.argmax(1).tolist() == items.labels.tolist() and cond.map.shape[1] == 1
    assert torch.equal(condition.encode([(picture(1), "n299"), (picture(1), 2)])[0], encoded[1])
    assert torch.equal(condition.show(encoded), lightness(IMAGES))
    with pytest.raises(SettingsError, match="--label NAME"):
        condition.encode([picture(1)])
    with pytest.raises(SettingsError, match="no label beside"):
        CASES["grey"][0].complete(CASES["grey"][1]).encode([(picture(1), "n1")])


def test_what_people_give_is_encoded_as_the_data_are() -> None:
    for name, given in (("pair", picture(2)), ("grey", picture(2)), ("layout", layout(2))):
        condition, schema, items = CASES[name]
        condition = condition.complete(schema)
        assert torch.equal(condition.encode([given])[0], condition.targets(schema, items)[2])
    drawing = Image(of="edges").complete(Schema(("all",), (4,)))
    assert torch.equal(drawing.encode([Pillow.fromarray(ids(0))])[0, 0], torch.from_numpy(ids(0)))


def test_painted_label_maps_are_painted_again() -> None:
    """Whatever their own colours: what is given later is what was given in training."""
    condition, schema, items = CASES["painted"]
    condition = condition.complete(schema)
    for given in (layout(2), Pillow.fromarray(ids(2)), ids(2), Pillow.fromarray(COLOURS[ids(2)])):
        assert torch.equal(condition.encode([given])[0], condition.targets(schema, items)[2])
    with pytest.raises(SettingsError, match=r"data\.input_channels"):
        Image(channels=1).complete(Schema(("all",), (4,), 3))


def test_a_layout_is_one_hot_with_its_boundaries_beside() -> None:
    condition, schema, items = CASES["boundaries"]
    condition = condition.complete(schema)
    cond = condition.embedder()(condition.targets(schema, items))
    assert torch.equal(cond.map[:, :3].sum(1), torch.ones(4, 12, 18))
    assert torch.equal(cond.map[:, :3].argmax(1), MAPS[:, 0].long()) and torch.equal(cond.map[:, 3:], MAPS % 2)


def test_data_of_another_kind_are_refused() -> None:
    with pytest.raises(SettingsError, match="no pairs.*set it to grey or edges"):
        Image().complete(Schema(("a",), (4,)))
    with pytest.raises(SettingsError, match="no label maps"):
        Layout().complete(Schema(("a",), (4,), 3))
    with pytest.raises(SettingsError, match="other classes"):
        Layout(names=("a", "b"), colours=((0, 0, 0), (1, 1, 1))).complete(Schema(("a",), (4,), 1, PALETTE))


def test_lightness_is_that_of_the_eye() -> None:
    """CIE 1976: white 100, black 0, mid grey 119 at 50, pure green lighter than pure blue."""
    colours = torch.tensor([[255, 255, 255], [0, 0, 0], [119, 119, 119], [0, 255, 0], [0, 0, 255]], dtype=torch.uint8)
    found = lightness(colours[:, :, None, None]).flatten().float() / 2.55
    torch.testing.assert_close(found, torch.tensor([100.0, 0.0, 50.0, 87.7, 32.3]), atol=0.4, rtol=0)


def test_edges_are_dark_where_the_image_changes_and_white_where_not() -> None:
    image = torch.full((1, 3, 32, 32), 40, dtype=torch.uint8)
    image[..., 16:] = 220
    drawn = edges(image)[0, 0]
    assert drawn[:, :12].min() > 200 and drawn[:, 20:].min() > 200
    assert drawn[:, 14:17].min() < 60
