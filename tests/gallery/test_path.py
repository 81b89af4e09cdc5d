"""Paths through latents and conditions."""

import numpy as np
import pytest
import torch

from condgan.core.cond import Cond, Tokens
from condgan.gallery.path import change, even_speed, mixed, shared, spherical, times_of


def test_times() -> None:
    assert times_of(2, 4, False).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert times_of(2, 2, True).tolist() == [0, 0.5, 1, 1.5]
    assert len(times_of(3, 24, False)) == 49 and len(times_of(3, 24, True)) == 72


def test_a_great_circle_keeps_the_norm_between_those_of_its_ends() -> None:
    ends = torch.randn(4, 64, generator=torch.Generator().manual_seed(0))
    times = times_of(4, 10, True)
    found = spherical(ends, times)
    norms = ends.norm(dim=1)
    for time, each in zip(times, found, strict=True):
        first, share = int(time), time - int(time)
        wanted = (1 - share) * norms[first] + share * norms[(first + 1) % 4]
        assert each.norm() == pytest.approx(float(wanted), rel=1e-5)
    assert torch.equal(found[::10], ends)
    # equal angles
    units = torch.nn.functional.normalize(found[:11].double(), dim=1)
    angles = (units[1:] * units[:-1]).sum(1).acos()
    assert angles.std() < 1e-4 * angles.mean()


def test_ends_of_one_direction_or_opposite_ones_are_joined_straight() -> None:
    ends = torch.tensor([[1.0, 0.0], [3.0, 0.0], [-1.0, 0.0]])
    assert spherical(ends, times_of(3, 2, False)).tolist() == [[1, 0], [2, 0], [3, 0], [1, 0], [-1, 0]]
    assert spherical(torch.zeros(2, 0), times_of(2, 3, False)).shape == (4, 0)


def test_conditions_are_mixed_in_a_straight_line() -> None:
    vector = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    words = torch.tensor([[[1.0], [2.0]], [[3.0], [0.0]]])
    cond = Cond(vector, Tokens(words, torch.tensor([[True, True], [True, False]])))
    found = mixed(cond, times_of(2, 2, False))
    assert found.vector is not None and found.tokens is not None and found.map is None
    assert found.vector.tolist() == [[1, 0], [0.5, 0.5], [0, 1]]
    assert found.tokens.x[:, 0, 0].tolist() == [1, 2, 3] and found.tokens.x[1, 1, 0] == 2
    assert found.tokens.mask.tolist() == [[True, True], [True, True], [True, False]]
    assert mixed(Cond(), times_of(2, 2, False)) == Cond()


def test_change_is_larger_where_more_changes() -> None:
    images = np.zeros((4, 16, 16, 1), np.uint8)
    images[1, 8, 8], images[2, 4:12, 4:12], images[3] = 255, 255, images[2]
    first, second, third = change(images)
    assert 0 < first < second and third == 0


def test_even_speed_gives_fast_parts_more_time() -> None:
    """Grey levels that rise with the cube of the time; twice as far in the second segment."""

    def images(times: np.ndarray) -> list[np.ndarray]:
        share = times - np.floor(np.minimum(times, 1.999))
        level = np.where(times < 1, share**3, 1 + 2 * share**3) / 3
        return [np.broadcast_to((255 * level)[:, None, None, None], (len(times), 8, 8, 1)).round().astype(np.uint8)]

    times = even_speed(3, 12, False, images)
    assert len(times) == 25 and times[0] == 0 and times[-1] == 2 and 1.0 in times
    assert int(np.flatnonzero(times == 1)[0]) == 8  # a third of the way has a third of the frames
    steps = change(images(times)[0])
    assert steps.max() < 1.35 * np.median(steps) and steps.min() > 0.65 * np.median(steps)
    uneven = change(images(times_of(3, 12, False))[0])
    assert uneven.max() > 4 * np.median(uneven)
    loop = even_speed(3, 12, True, lambda times: [np.zeros((len(times), 8, 8, 1), np.uint8)])
    assert np.allclose(loop, times_of(3, 12, True))


def test_parts_in_proportion() -> None:
    assert shared(10, np.array([1.0, 1.0])).tolist() == [5, 5]
    assert shared(10, np.array([3.0, 1.0, 0.0])).tolist() == [6, 3, 1]
    assert shared(2, np.array([0.0, 0.0])).tolist() == [1, 1]
