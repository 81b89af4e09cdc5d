"""Metrics as plain functions on tensors, each usable alone."""

from condgan.metrics.agreement import accuracy, confusion, same_seeds, spread, spread_between
from condgan.metrics.colours import colour_histogram, histogram_distance
from condgan.metrics.copies import copies
from condgan.metrics.coverage import Coverage, coverage
from condgan.metrics.distances import frechet_distance, kernel_distance
from condgan.metrics.figure import Figure, bootstrap, jackknife, over_repeats, rate
from condgan.metrics.motion import changes
from condgan.metrics.neighbours import nearest
from condgan.metrics.pairs import likeness
from condgan.metrics.parzen import parzen, parzen_log_likelihood
from condgan.metrics.segmentation import overlap
from condgan.metrics.spectrum import peaks

__all__ = [
    "Coverage",
    "Figure",
    "accuracy",
    "bootstrap",
    "changes",
    "colour_histogram",
    "confusion",
    "copies",
    "coverage",
    "frechet_distance",
    "histogram_distance",
    "jackknife",
    "kernel_distance",
    "likeness",
    "nearest",
    "over_repeats",
    "overlap",
    "parzen",
    "parzen_log_likelihood",
    "peaks",
    "rate",
    "same_seeds",
    "spread",
    "spread_between",
]
