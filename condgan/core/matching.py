"""Classes of one generator found again among those of another, by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from condgan.core.names import folded


def matched(names: Sequence[str], old: Sequence[str]) -> list[int | None]:
    """Where each name stands among old ones; ``None`` where it is new.

    A name that is not there is compared without its case and its Unicode form, where that leaves no choice: with old
    names that no other one is equal to.
    """
    exact = {name: index for index, name in enumerate(old)}
    left = [name for name in old if name not in set(names)]
    loose = Counter(map(folded, left))
    wanted = Counter(folded(name) for name in names if name not in exact)
    alike = {folded(name): exact[name] for name in left}
    found: list[int | None] = []
    for name in names:
        key = folded(name)
        only = name not in exact and loose[key] == wanted[key] == 1
        found.append(alike[key] if only else exact.get(name))
    return found


def rows_of(rows: Tensor, where: Sequence[int | None]) -> Tensor:
    """Rows by their places; the mean of all of them where there is none."""
    rows = rows.float()
    mean = rows.mean(0)
    return torch.stack([mean if place is None else rows[place] for place in where])
