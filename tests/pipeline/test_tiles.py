"""Parts of an image cover it, overlap by two thirds, and come together to what they were cut from."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from condgan.pipeline import tiles


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 90), st.integers(0, 90))
def test_parts_together_are_the_whole(high: int, wide: int, more: int, wider: int) -> None:
    space = (high + more, wide + wider)
    whole = torch.randn(2, *space)
    where = tiles.places(space, (high, wide))
    parts = torch.stack([whole[:, rows, columns] for rows, columns in where])
    assert parts.shape[2:] == (high, wide)
    torch.testing.assert_close(tiles.together(parts, where, (2, *space)), whole, atol=1e-4, rtol=1e-4)


def test_each_part_overlaps_the_next_by_two_thirds() -> None:
    starts = sorted({rows.start for rows, _ in tiles.places((100, 21), (21, 21))})
    assert starts[0] == 0 and starts[-1] == 79
    assert all(0 < later - start <= 7 for start, later in itertools.pairwise(starts))


def test_a_step_between_parts_is_spread_out() -> None:
    """Parts that disagree leave no edge: no step between neighbours is near the disagreement itself."""
    where = tiles.places((64, 200), (64, 40))
    parts = torch.stack([torch.full((1, 64, 40), float(index % 2)) for index in range(len(where))])
    found = tiles.together(parts, where, (1, 64, 200))
    assert found.diff(dim=2).abs().max() < 0.06


def test_what_depends_on_the_place_in_a_tile_hardly_shows() -> None:
    """A network that makes an even surface brighter towards the borders of each part: hardly a net remains."""
    where = tiles.places((60, 300), (60, 60))
    parts = torch.linspace(-1, 1, 60).square().expand(len(where), 1, 60, 60)
    inside = tiles.together(parts, where, (1, 60, 300))[..., 60:-60]
    assert inside.std() < 0.03


def test_less_than_a_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="less than a tile"):
        tiles.places((10, 10), (11, 10))
