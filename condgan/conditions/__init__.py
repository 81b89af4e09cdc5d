"""How a generator is steered."""

from condgan.conditions.label import Label
from condgan.conditions.unconditional import Unconditional

__all__ = ["Label", "Unconditional"]
