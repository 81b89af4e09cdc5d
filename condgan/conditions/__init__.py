"""How a generator is steered."""

from condgan.conditions.image import Image
from condgan.conditions.label import Label
from condgan.conditions.layout import Layout
from condgan.conditions.unconditional import Unconditional

__all__ = ["Image", "Label", "Layout", "Unconditional"]
