"""Whether the numbers of a run are still numbers."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor


class Divergence(Exception):
    """NaN or Inf was found. The run goes back to its last checkpoint; no user sees this."""


def require_finite(named: Iterable[tuple[str, Tensor]], what: str) -> None:
    """Raise where a tensor holds NaN or Inf. Of sound tensors one number in all is looked at, for a GPU's sake.

    The Euclidean norm is the quickest look (a tenth of the time of ``isfinite`` on a CPU); where it overflows, each
    value is looked at.

    Raises:
        Divergence: it names the first such tensor.
    """
    held = [(name, tensor.detach()) for name, tensor in named]
    if not held:
        return
    norms = torch._foreach_norm([tensor for _, tensor in held])
    if torch.stack([each.float() for each in norms]).isfinite().all():
        return
    for name, tensor in held:
        if not tensor.isfinite().all():
            raise Divergence(f"{what} {name} holds NaN or Inf")


def gradients(weights: Mapping[str, Tensor]) -> Iterable[tuple[str, Tensor]]:
    """The gradients that there are, by their weights' names."""
    return ((name, each.grad) for name, each in weights.items() if each.grad is not None)
