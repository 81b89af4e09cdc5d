"""Losses as pure functions, and the objective composed from them."""

from condgan.losses.adversarial import LOSSES, Loss
from condgan.losses.objective import Objective
from condgan.losses.penalties import one_centred, zero_centred

__all__ = ["LOSSES", "Loss", "Objective", "one_centred", "zero_centred"]
