"""Masks, label maps and lists of their classes."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condgan.core.errors import DataError
from condgan.data.doctor import remarks
from tests.conftest import picture
from tests.data.files import PAIRS, RANDOM, fill, kinds, load, masks

GREY, COLOUR = np.array([0, 255], np.uint8), np.array([[0, 255, 0], [255, 0, 0]], np.uint8)


@pytest.mark.parametrize(("values", "mode"), [(GREY, None), (GREY, "1"), (GREY, "RGB"), (COLOUR, None)])
def test_masks_of_two_colours(values: np.ndarray, mode: str | None, tmp_path: Path) -> None:
    places = masks(tmp_path, values, mode)
    dataset = load(tmp_path, PAIRS)
    np.testing.assert_array_equal(dataset.columns["picture"][:, 0], places)
    (tmp_path / "classes.txt").write_text("back\nroad\n")
    dataset = load(tmp_path, PAIRS)
    assert dataset.schema.columns["picture"].palette.names == ("back", "road")
    np.testing.assert_array_equal(dataset.columns["picture"][:, 0], places)
    colours = [tuple(int(c) for c in np.broadcast_to(value, 3)) for value in values]
    for order in ([0, 1], [1, 0]):
        names = [f"{' '.join(map(str, colours[k]))} {'back' if k == 0 else 'road'}" for k in order]
        (tmp_path / "classes.txt").write_text("\n".join(names))
        dataset = load(tmp_path, PAIRS)
        found = np.array(dataset.schema.columns["picture"].palette.names)[dataset.columns["picture"][:, 0]]
        np.testing.assert_array_equal(found, np.array(["back", "road"])[places])


LISTS = {
    "_annotations.coco.json": json.dumps({"categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}),
    "_classes.csv": "Pixel Value, Class\n0, background\n1, cat\n2, dog\n",
    "labelmap.txt": "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\ndog:0,128,0::\n",
    "class_dict.csv": "name,r,g,b\nbackground,0,0,0\ncat,128,0,0\ndog,0,128,0\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_classes_of_other_tools(name: str, tmp_path: Path) -> None:
    coloured = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0]], np.uint8)
    places = masks(tmp_path, coloured if "map" in name or "dict" in name else np.arange(3, dtype=np.uint8))
    (tmp_path / name).write_text(LISTS[name])
    dataset = load(tmp_path, PAIRS)
    assert dataset.schema.columns["picture"].palette.names == ("background", "cat", "dog")
    np.testing.assert_array_equal(dataset.columns["picture"][:, 0], places)


def test_lists_with_ids_in_any_order(tmp_path: Path) -> None:
    masks(tmp_path, np.arange(2, dtype=np.uint8))
    for name, text in (("classes.csv", "id,name\n1,sea\n0,sky\n"), ("classes.txt", "sky,0\nsea,1\n")):
        (tmp_path / name).write_text(text)
        assert load(tmp_path, PAIRS).schema.columns["picture"].palette.names == ("sky", "sea")
    (tmp_path / "classes.txt").write_bytes("Straße\nWeg\n".encode("cp1252"))
    assert load(tmp_path, PAIRS).schema.columns["picture"].palette.names == ("Straße", "Weg")


def test_a_mask_that_is_smoothed_is_no_map_of_256_classes(tmp_path: Path) -> None:
    fill(tmp_path, ["photo"], 12)
    (tmp_path / "mask").mkdir()
    for index in range(12):
        mask = Image.fromarray((RANDOM.integers(0, 2, (8, 8)) * 255).astype(np.uint8))
        if index == 11:
            mask = mask.resize((16, 16), Image.Resampling.BICUBIC).resize((8, 8), Image.Resampling.BICUBIC)
        mask.save(tmp_path / "mask" / f"{index:03d}.png")
    with pytest.raises(DataError, match=r"levels that are no ids; .*mask/\d+\.png; save masks without smoothing"):
        load(tmp_path, PAIRS)


def test_halves_are_told_and_ordinary_pictures_are_not_cut(tmp_path: Path) -> None:
    fill(tmp_path, ["x"], 4)
    with pytest.raises(DataError, match="not twice as wide as high; .*set data.input to left"):
        load(tmp_path / "x", PAIRS)
    assert "halves" in kinds(load(tmp_path / "x", PAIRS, input="left"))


def test_which_side_is_the_source_is_told(tmp_path: Path) -> None:
    fill(tmp_path, ["photo"], 6)
    for file in (tmp_path / "photo").iterdir():
        picture(int(file.stem), (16, 16)).save(file)
    (tmp_path / "sketch").mkdir()
    for index in range(6):
        colours = RANDOM.integers(0, 256, (3, 3), np.uint8)
        Image.fromarray(colours[RANDOM.integers(0, 3, (16, 16))]).save(tmp_path / "sketch" / f"{index:03d}.png")
    (note,) = (note for note in remarks(load(tmp_path, PAIRS)) if note.kind == "sides")
    assert note.harm == 3 and note.text.startswith(
        "photo is the source (pictures), sketch is generated (pictures); sketch"
    )
