"""Named tensors of a batch, as plain dictionaries: the first axis of each is the sample.

Names have two parts, as in ``"label.id"``: that of a part of the condition, and that of the tensor.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

Bundle = dict[str, Tensor]
TIMES = "times"
"""Of clips: which frames are meant, Float[b k]; it belongs to the images, not to what they are asked to be."""


def take(bundle: Mapping[str, Tensor], rows: Tensor | slice) -> Bundle:
    """Some of the samples, by their indices, a mask or a slice."""
    return {name: each[rows] for name, each in bundle.items()}


def concat(bundles: Sequence[Mapping[str, Tensor]]) -> Bundle:
    """Bundles of the same names, one after another."""
    return {name: torch.cat([each[name] for each in bundles]) for name in bundles[0]}


def to(bundle: Mapping[str, Tensor], device: torch.device | str) -> Bundle:
    """The same on a device."""
    return {name: each.to(device) for name, each in bundle.items()}


def repeat(bundle: Mapping[str, Tensor], n: int) -> Bundle:
    """``n`` samples: those of the bundle in turn."""
    return {name: each[torch.arange(n, device=each.device) % len(each)] for name, each in bundle.items()}


def part(bundle: Mapping[str, Tensor], name: str) -> Bundle:
    """The tensors of one part of the condition, without its name."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): each for key, each in bundle.items() if key.startswith(prefix)}


def prefixed(name: str, bundle: Mapping[str, Tensor]) -> Bundle:
    """The inverse of ``part``."""
    return {f"{name}.{key}": each for key, each in bundle.items()}


def same(bundle: Mapping[str, Tensor], n: int) -> Tensor:
    """Bool[n n]: whether two of the ``n`` samples have the same values under every name."""
    device = next((each.device for each in bundle.values()), torch.device("cpu"))
    found = torch.ones(n, n, dtype=torch.bool, device=device)
    for name, each in bundle.items():
        if name == TIMES:
            continue
        rows = each.flatten(1) if each.dim() > 1 else each[:, None]
        found &= (rows[:, None] == rows[None]).all(2)
    return found
