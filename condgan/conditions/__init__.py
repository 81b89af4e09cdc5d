"""How a generator is steered."""

from condgan.conditions.image import Image
from condgan.conditions.joint import Joint
from condgan.conditions.label import Label
from condgan.conditions.layout import Layout
from condgan.conditions.unconditional import Unconditional

__all__ = ["Image", "Joint", "Label", "Layout", "Unconditional"]
