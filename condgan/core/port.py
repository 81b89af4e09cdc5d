"""What an exported generator takes: a tensor for each field of the form, with the sample as its first axis."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

TYPES = {"int32": torch.int32, "float32": torch.float32, "uint8": torch.uint8}


class Port(NamedTuple):
    """A tensor under the public name of a field."""

    name: str
    type: Literal["int32", "float32", "uint8"]
    shape: tuple[int, ...] = ()
    """Of one sample."""
    low: float = 0.0
    high: float = 1.0
    """The range of its numbers: of a choice the first and the last index."""
    missing: float | None = None
    """The number that says that nothing is asked for; ``None``: something has to be."""
    help: str = ""
    """What its numbers mean."""
    names: tuple[str, ...] = ()
    """What each whole number from 0 stands for; of a set, what each place does."""
    colours: tuple[tuple[int, int, int], ...] = ()
    """Of classes of a label map: red, green and blue of each."""

    def random(self, n: int, chance: torch.Generator) -> Tensor:
        """Values for ``n`` samples; some of them are left out, where they may be."""
        share = torch.rand(n, *self.shape, generator=chance)
        if self.type == "float32":
            found = self.low + share * (self.high - self.low)
        else:
            found = (self.low + share * (self.high - self.low + 1)).floor()
        if self.missing is not None:
            found[torch.rand(n, generator=chance) < 0.25] = self.missing
        return found.to(TYPES[self.type])
