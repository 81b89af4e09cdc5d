"""Metrics as plain functions on tensors, each usable alone."""

from condgan.metrics.agreement import accuracy, confusion, obedience, spread, spread_between
from condgan.metrics.coverage import Coverage, coverage
from condgan.metrics.distances import frechet_distance, kernel_distance
from condgan.metrics.figure import Figure, bootstrap, jackknife, over_repeats, rate
from condgan.metrics.memorization import memorization
from condgan.metrics.neighbours import nearest
from condgan.metrics.parzen import parzen, parzen_log_likelihood

__all__ = [
    "Coverage",
    "Figure",
    "accuracy",
    "bootstrap",
    "confusion",
    "coverage",
    "frechet_distance",
    "jackknife",
    "kernel_distance",
    "memorization",
    "nearest",
    "obedience",
    "over_repeats",
    "parzen",
    "parzen_log_likelihood",
    "rate",
    "spread",
    "spread_between",
]
