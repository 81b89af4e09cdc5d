"""Losses as pure functions, and the objective composed from them."""

from condgan.losses.adversarial import LOSSES, Loss
from condgan.losses.auxiliary import data_to_data
from condgan.losses.base import TERMS, Step, Term
from condgan.losses.objective import Objective
from condgan.losses.paired import divergence, feature_matching, l1, mode_seeking
from condgan.losses.penalties import one_centred, zero_centred

__all__ = [
    "LOSSES",
    "TERMS",
    "Loss",
    "Objective",
    "Step",
    "Term",
    "data_to_data",
    "divergence",
    "feature_matching",
    "l1",
    "mode_seeking",
    "one_centred",
    "zero_centred",
]
