"""Label maps of every kind come to the same ids, and what is of no class is told of with its place."""

import numpy as np
import pytest
from PIL import Image

from condgan.core.errors import DataError
from condgan.core.palette import Palette, boundaries, colours_of, parse, spread_out
from tests.pairs import COLOURS, NAMES, ids, layout

PALETTE = Palette(NAMES, tuple(map(tuple, COLOURS.tolist())))


@pytest.mark.parametrize(
    "given",
    [
        layout(3),
        Image.fromarray(ids(3)),
        Image.fromarray(COLOURS[ids(3)]),
        Image.fromarray(ids(3).astype(np.int32)),
        np.eye(3, dtype=np.uint8)[ids(3)],
        np.moveaxis(np.eye(3, dtype=np.float32)[ids(3)], -1, 0),
        ids(3).astype(np.int64),
    ],
    ids=["palette", "index", "colour", "32 bits", "one-hot last", "one-hot first", "array"],
)
def test_every_kind_is_the_same_ids(given: object) -> None:
    np.testing.assert_array_equal(PALETTE.ids(given, "x"), ids(3))


def test_painted_and_back() -> None:
    painted = PALETTE.paint(ids(4))
    np.testing.assert_array_equal(PALETTE.nearest(painted), ids(4))
    near = (painted.astype(int) + 9).clip(0, 255).astype(np.uint8)
    np.testing.assert_array_equal(PALETTE.nearest(near), ids(4))
    np.testing.assert_array_equal(PALETTE.ids(Image.fromarray(painted), ""), ids(4))


def test_colours_count_where_they_are_in_another_order() -> None:
    """An image whose palette was reordered, as optimisers do; and one that is all of one colour, even black."""
    image = Image.fromarray(COLOURS[ids(2)]).quantize(3)
    np.testing.assert_array_equal(PALETTE.ids(image, ""), ids(2))
    dark = Palette(("void", "road"), ((0, 0, 0), (255, 0, 0)))
    assert dark.ids(Image.new("RGB", (5, 4)), "").tolist() == [[0] * 5] * 4
    assert dark.ids(Image.new("RGB", (5, 4), (255, 0, 0)).quantize(1), "").tolist() == [[1] * 5] * 4


def test_what_is_of_no_class() -> None:
    wrong = ids(1)
    wrong[5, 7] = 3
    with pytest.raises(DataError, match=r"id 3 is out of range; a\.png; ids must be 0 to 2"):
        PALETTE.ids(Image.fromarray(wrong), "a.png")
    colours = COLOURS[ids(1)].copy()
    colours[5, 7] = (1, 2, 3)
    with pytest.raises(DataError, match=r"colour \(1, 2, 3\) is of no class; a\.png, row 5, column 7"):
        PALETTE.ids(Image.fromarray(colours), "a.png")
    with pytest.raises(DataError, match="not one-hot"):
        PALETTE.ids(np.ones((4, 5, 3), np.float32), "a.npy")
    with pytest.raises(DataError, match="one-hot array of shape"):
        PALETTE.ids(np.zeros((4, 5, 7), np.float32), "a.npy")
    with pytest.raises(DataError, match="no label map"):
        PALETTE.ids(np.zeros((4, 5), np.float32), "a.npy")


def test_lists_of_classes() -> None:
    assert parse(["sky", "", "# a note", "sign symbol"], "") == (("sky", "sign symbol"), None)
    with_colours = (("sky", "sign symbol"), ((1, 2, 3), (4, 5, 6)))
    assert parse(["1 2 3 sky", "4 5 6 sign symbol"], "") == with_colours
    assert parse(["sky 1 2 3", "sign symbol 4 5 6"], "") == with_colours
    for wrong in (["1 2 3 sky", "sand"], ["1 2 3 sky", "1 2 3 sand"], ["sky", "sky"], []):
        with pytest.raises(DataError):
            parse(wrong, "classes.txt")


def test_colours_differ_and_come_from_the_image() -> None:
    assert len(set(spread_out(40))) == 40
    assert colours_of(layout(0), 3) == PALETTE.colours
    assert colours_of(Image.fromarray(ids(0)), 3) is None


def test_an_instance_ends_on_both_sides() -> None:
    found = boundaries(np.array([[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 3, 3]]))
    assert found.tolist() == [[False, True, True, False], [True] * 4, [True] * 4]
