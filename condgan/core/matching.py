"""Classes of one generator found again among those of another, by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from condgan.core.names import folded
from condgan.core.seeds import key


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


def rows_of(rows: Tensor, where: Sequence[int | None], apart: Sequence[str] = ()) -> Tensor:
    """Rows by their places; the mean of all of them where there is none.

    Args:
        rows: the old ones.
        where: the place of each new one among them.
        apart: names of the new ones, to set those without a place apart from each other: equal ones would learn to
            differ slowly. Each goes as far from the mean as old ones stand, in a direction that its name gives, so that
            both players start from the same.
    """
    rows = rows.float()
    mean, spread = rows.mean(0), rows.std(0, correction=0)
    found = [mean if place is None else rows[place] for place in where]
    for index, (name, place) in enumerate(zip(apart, where, strict=False)):
        if place is None:
            direction = torch.randn(mean.shape, generator=torch.Generator().manual_seed(key(name, "row")))
            found[index] = mean + spread * direction
    return torch.stack(found)
