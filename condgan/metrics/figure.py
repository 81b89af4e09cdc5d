"""A measured value never stands alone: the interval around it, and what that interval covers."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from pydantic import FiniteFloat
from torch import Tensor

from condgan.core.errors import SettingsError
from condgan.core.seeds import key
from condgan.core.spec import Spec

RESAMPLES = 1_000


class Figure(Spec):
    """A value with its 95 % interval."""

    value: FiniteFloat
    low: FiniteFloat
    high: FiniteFloat
    over: Literal["repeats", "images"]
    """What would vary if it were measured again: the whole repeats (other seeds), or the images that were looked at."""

    def __str__(self) -> str:
        half = max(self.high - self.value, self.value - self.low)  # an interval near 0 or 1 is lopsided
        digits = max(0, min(6, 1 - int(np.floor(np.log10(half))))) if half > 0 else 4
        value = round(self.value, digits) + 0.0  # no minus before a nought
        return f"{value:.{digits}f} ± {half:.{digits}f}"


def over_repeats(values: Sequence[float]) -> Figure:
    """The mean of independent repeats with Student's interval (1908).

    Raises:
        SettingsError: fewer than two repeats have no interval.
    """
    from scipy.stats import t

    if len(values) < 2:
        raise SettingsError("one repeat has no interval", where="repeats", do="give at least 2")
    mean = float(np.mean(values))
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Figure(value=mean, low=mean - half, high=mean + half, over="repeats")


def rate(hits: Bool[Tensor, " n"]) -> Figure:
    """A share of images with Wilson's interval (1927), which is honest near 0 and 1 too."""
    from scipy.stats import binomtest

    found = binomtest(int(hits.sum()), len(hits))
    interval = found.proportion_ci(method="wilson")
    return Figure(value=found.statistic, low=interval.low, high=interval.high, over="images")


def bootstrap(values: Float[Tensor, " n"]) -> Figure:
    """A mean over images with its percentile bootstrap interval (Efron 1979), the same each time."""
    numbers = values.double().numpy()
    generator = np.random.Generator(np.random.Philox(key=key("bootstrap", len(numbers))))
    means = [numbers[generator.integers(0, len(numbers), len(numbers))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, (0.025, 0.975))
    return Figure(value=float(numbers.mean()), low=float(low), high=float(high), over="images")


def jackknife(value: float, others: Sequence[float]) -> Figure:
    """A statistic of a sample, and the same with each of its equal parts left out, with the normal interval
    (Quenouille 1956; Tukey 1958)."""
    spread = np.square(np.asarray(others) - np.mean(others)).sum() * (len(others) - 1) / len(others)
    half = float(1.96 * np.sqrt(spread))
    return Figure(value=value, low=value - half, high=value + half, over="images")
