"""What a picture and a label map make of data, and of what people supply."""

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from condgan.conditions import Condition, Layout, Picture
from condgan.conditions.base import Part
from condgan.conditions.derive import edges, lightness
from condgan.core.batch import Batch
from condgan.core.errors import DataError, SettingsError
from condgan.core.palette import Palette, boundaries
from condgan.core.schema import Column, Schema
from tests.conftest import picture
from tests.pairs import COLOURS, NAMES, ids, layout

PALETTE = Palette(NAMES, tuple(map(tuple, COLOURS.tolist())))
IMAGES = torch.from_numpy(np.stack([np.asarray(picture(seed)) for seed in range(4)])).movedim(-1, 1)
MAPS = torch.from_numpy(np.stack([ids(seed) for seed in range(4)]))[:, None]
PHOTOS = torch.zeros(4, 3, 12, 18, dtype=torch.uint8)


def schema(**columns: Column) -> Schema:
    return Schema(Column("pixels", channels=3), columns)


OF_PIXELS, OF_IDS = Column("pixels", channels=3), Column("pixels", channels=1, palette=PALETTE)
CASES: dict[str, tuple[Part, Schema, Batch]] = {
    "pair": (Picture(), schema(picture=OF_PIXELS), Batch(IMAGES, {"picture": IMAGES})),
    "grey": (Picture(of="grey"), schema(), Batch(IMAGES, {})),
    "edges": (Picture(of="edges"), schema(), Batch(IMAGES, {})),
    "coloured": (Picture(), schema(picture=OF_IDS), Batch(PHOTOS, {"picture": MAPS})),
    "layout": (Layout(), schema(picture=OF_IDS), Batch(PHOTOS, {"picture": MAPS})),
    "boundaries": (
        Layout(),
        schema(picture=OF_IDS, instances=Column("pixels", channels=1)),
        Batch(PHOTOS, {"picture": MAPS, "instances": MAPS % 2}),
    ),
}


def case(name: str) -> tuple[Condition, dict[str, torch.Tensor]]:
    part, found, batch = CASES[name]
    condition = Condition(picture=part).complete(found)
    return condition, condition.targets(found, batch)


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_picture(name: str) -> None:
    condition, bundle = case(name)
    assert all(each.dtype == torch.uint8 and len(each) == 4 for each in bundle.values())
    embedder = condition.embedder()
    cond = embedder(bundle)
    space = next(iter(bundle.values())).shape[2:]
    assert cond.vector is None and cond.map.shape == (4, embedder.widths.map, *space)
    assert cond.map.min() >= -1 and cond.map.max() <= 1
    assert Condition.parse(condition.plain()) == condition
    assert condition.show(bundle)["picture"].shape[1] in (1, 3)
    with pytest.raises(SettingsError, match="not a picture"):
        condition.encode([{"picture": "wren"}])


def test_what_people_supply_is_encoded_as_the_data_are() -> None:
    for name, supplied in (("pair", picture(2)), ("grey", picture(2)), ("layout", layout(2))):
        condition, bundle = case(name)
        for key, each in condition.encode([{"picture": supplied}]).items():
            assert torch.equal(each[0], bundle[key][2])
    drawing = Condition(picture=Picture(of="edges")).complete(schema())
    encoded = drawing.encode([{"picture": Pillow.fromarray(ids(0))}])["picture.pixels"]
    assert torch.equal(encoded[0, 0], torch.from_numpy(ids(0)))


def test_colour_coded_label_maps_are_coloured_again() -> None:
    """Whatever their own colours: what is supplied later is what was seen in training."""
    condition, bundle = case("coloured")
    for supplied in (layout(2), Pillow.fromarray(ids(2)), ids(2), Pillow.fromarray(COLOURS[ids(2)])):
        encoded = condition.encode([{"picture": supplied}])["picture.pixels"]
        assert torch.equal(encoded[0], bundle["picture.pixels"][2])
    with pytest.raises(SettingsError, match=r"data\.input_channels"):
        Condition(picture=Picture(channels=1)).complete(schema(picture=OF_PIXELS))


def test_colour_coded_label_maps_are_segmented_as_label_maps_are() -> None:
    """The classes are the same, in whichever form they are given: so is what a report measures of them."""
    (coloured, bundle), (maps, ids_of_maps) = case("coloured"), case("layout")
    one, other = coloured.tasks()["picture"], maps.tasks()["picture"]
    assert one.dense and one.names == other.names == PALETTE.names
    assert torch.equal(one.target(bundle), other.target(ids_of_maps))
    assert case("pair")[0].tasks() == case("grey")[0].tasks() == {}


def test_a_layout_is_one_hot_concatenated_with_its_boundaries() -> None:
    condition, bundle = case("boundaries")
    cond = condition.embedder()(bundle)
    assert torch.equal(cond.map[:, :3].sum(1), torch.ones(4, 12, 18))
    assert torch.equal(cond.map[:, :3].argmax(1), MAPS[:, 0].long()) and torch.equal(
        cond.map[:, 3:], (MAPS % 2).float()
    )
    numbers = np.arange(12 * 18).reshape(12, 18) // 50
    encoded = condition.encode([{"picture": layout(1), "instances": numbers}, {"picture": layout(2)}])
    assert torch.equal(encoded["picture.boundary"][0, 0].bool(), torch.from_numpy(boundaries(numbers)))
    assert not encoded["picture.boundary"][1].any()
    with pytest.raises(DataError, match="instances of 3×2 for a label map of 18×12; item 0"):
        condition.encode([{"picture": layout(1), "instances": np.zeros((2, 3), int)}])


def test_data_of_another_kind_are_refused() -> None:
    with pytest.raises(SettingsError, match="no pairs.*set it to grey or edges"):
        Condition(picture=Picture()).complete(schema())
    with pytest.raises(SettingsError, match="no label maps"):
        Condition(layout=Layout()).complete(schema(picture=OF_PIXELS))
    with pytest.raises(SettingsError, match="other classes"):
        part = Layout(names=("a", "b"), colours=((0, 0, 0), (1, 1, 1)))
        Condition(layout=part).complete(schema(picture=OF_IDS))


@pytest.mark.parametrize("part", ["picture", "layout"])
def test_a_picture_cannot_be_left_out(part: str) -> None:
    with pytest.raises(SettingsError, match="cannot be left out: set dropout to 0"):
        Condition.parse({part: {"dropout": 0.1}})


def test_pictures_are_derived_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never of the whole data set, which may be larger than memory."""
    from condgan.conditions import picture as module
    from condgan.presets import get
    from condgan.training.engine import accelerator
    from condgan.training.trainer import Trainer
    from tests.training.runs import two_tones

    sizes: list[int] = []
    grey = module.DERIVED["grey"]
    counted = grey._replace(make=lambda images: sizes.append(len(images)) or grey.make(images))
    monkeypatch.setitem(module.DERIVED, "grey", counted)
    data = two_tones((16, 16), 3)
    small = {"architecture": {"channels": 4, "most_channels": 4, "patch_channels": 4}, "training": {"batch": 4}}
    trainer = Trainer(
        get("colorize").override(small).resolve(data.schema, data.shape), data, accelerator("cpu", "fp32")
    )
    trainer.step()
    assert sizes == [4]


def test_large_images_are_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    images = torch.randint(0, 256, (5, 3, 9, 12), dtype=torch.uint8)
    together = lightness(images), edges(images)
    for most in (250, 50):
        monkeypatch.setattr("condgan.conditions.derive.POSITIONS", most)
        assert torch.equal(lightness(images), together[0]) and torch.equal(edges(images), together[1])


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
