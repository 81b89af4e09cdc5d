"""How a generator is steered: the product of named parts, and the kinds of parts."""

from condgan.conditions.base import PARTS as PARTS
from condgan.conditions.base import Part as Part
from condgan.conditions.condition import Condition as Condition
from condgan.core.lazy import lazily

__getattr__ = lazily(
    {
        "Attributes": "condgan.conditions.attributes:Attributes",
        "Instance": "condgan.conditions.instance",
        "Label": "condgan.conditions.label",
        "Layout": "condgan.conditions.layout",
        "Picture": "condgan.conditions.picture",
        "Text": "condgan.conditions.text",
        "Vector": "condgan.conditions.vector",
    }
)
