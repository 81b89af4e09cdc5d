"""Intervals, compared with closed forms and other libraries."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from condgan.core.errors import SettingsError
from condgan.metrics import Figure, bootstrap, jackknife, over_repeats, rate


def test_repeats_have_students_interval() -> None:
    values = [0.91, 0.95, 0.92, 0.94]
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    found = over_repeats(values)
    assert (found.value, found.low, found.high) == pytest.approx((0.93, low, high)) and found.over == "repeats"
    with pytest.raises(SettingsError, match="one repeat has no interval"):
        over_repeats([1.0])


@pytest.mark.parametrize(("hits", "of"), [(0, 50), (50, 50), (7, 50), (9_926, 10_000)])
def test_shares_have_wilsons_interval(hits: int, of: int) -> None:
    """(p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n); it never has no width."""
    z, p = stats.norm.ppf(0.975), hits / of
    center, half = p + z**2 / (2 * of), z * math.sqrt(p * (1 - p) / of + z**2 / (4 * of**2))
    found = rate(torch.arange(of) < hits)
    assert (found.value, found.over) == (pytest.approx(p), "images")
    assert (found.low, found.high) == (
        pytest.approx((center - half) / (1 + z**2 / of), abs=1e-12),
        pytest.approx((center + half) / (1 + z**2 / of), abs=1e-12),
    )
    assert found.high - found.low > 0


def test_means_have_a_bootstrap_interval() -> None:
    """Near the normal one where there are many values, and the same each time."""
    values = torch.from_numpy(np.random.default_rng(0).exponential(size=4_000))
    found = bootstrap(values)
    error = values.std().item() / math.sqrt(4_000)
    assert found == bootstrap(values)
    assert found.value == pytest.approx(values.mean().item())
    assert (found.low, found.high) == (
        pytest.approx(found.value - 1.96 * error, abs=0.2 * error),
        pytest.approx(found.value + 1.96 * error, abs=0.2 * error),
    )


def test_a_figure_shows_as_many_digits_as_it_knows() -> None:
    assert str(Figure(value=0.98232, low=0.9797, high=0.9849, over="images")) == "0.9823 ± 0.0026"
    assert str(Figure(value=226.21, low=222.3, high=230.1, over="images")) == "226.2 ± 3.9"
    assert str(Figure(value=0, low=0, high=0.0019, over="images")) == "0.0000 ± 0.0019"
    assert str(Figure(value=5, low=5, high=5, over="repeats")) == "5.0000 ± 0.0000"


def test_a_mean_has_its_own_jackknife_interval() -> None:
    """Of means of parts of one the jackknife's variance is that of the mean itself, s²/n."""
    values = np.random.default_rng(0).exponential(size=40)
    found = jackknife(values.mean(), [np.delete(values, index).mean() for index in range(40)])
    half = 1.96 * values.std(ddof=1) / math.sqrt(40)
    assert (found.low, found.high) == (pytest.approx(values.mean() - half), pytest.approx(values.mean() + half))
