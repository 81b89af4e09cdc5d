"""What an embedder learns from the conditions of all items alone, before the networks learn from images."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from condgan.conditions.condition import Condition
from condgan.core.batch import Batch
from condgan.core.bundle import Bundle, take
from condgan.core.cache import cached
from condgan.core.cond import Embedder
from condgan.core.seeds import key, permutation
from condgan.data.dataset import Dataset, select

BATCH, PEAK = 256, 1e-2
"""Items of a step, and the highest learning rate."""
MOST, LEAST_STEPS, MOST_STEPS = 50_000, 100, 3_000
"""Items to learn from; and steps, whatever the passes that an embedder asks for."""


def learned_before(condition: Condition, dataset: Dataset, seed: int) -> dict[str, dict[str, Tensor]]:
    """The states of the embedders of those parts that learn by a loss of their own, by name of the part; learned once
    and kept."""
    found = {}
    for name, part in condition.parts.items():
        alone = Condition(parts={name: part})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(key(seed, "embedder", name))
            embedder = alone.embedder()
        if embedder.before:
            parts = {"condition": alone.plain(), "seed": seed, "data": dataset.hash, "settings": [BATCH, PEAK]}
            found[name] = cached("embedding", parts, lambda: _fit(embedder, alone, dataset, seed))  # noqa: B023
    return found


def _fit(embedder: Embedder, condition: Condition, dataset: Dataset, seed: int) -> dict[str, Tensor]:
    """Adam on the embedder's own loss, with one cycle of the learning rate (Smith & Topin 2019)."""
    steps = max(LEAST_STEPS, min(MOST_STEPS, embedder.before * len(dataset) // BATCH))
    # what the training leaves as it is, it learns now
    weights = [each for each in embedder.state_dict(keep_vars=True).values() if each.is_floating_point()]
    fixed = [each for each in weights if not each.requires_grad]
    for each in fixed:
        each.requires_grad_()
    optimizer = torch.optim.Adam(weights, PEAK)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=steps)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key(seed, "embedding"))
        for _, batch in zip(range(steps), _batches(condition, dataset, seed), strict=False):
            loss = embedder.own_loss(batch)
            assert loss is not None, "an embedder with passes has a loss"
            optimizer.zero_grad(set_to_none=True)
            loss.mean().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    for each in fixed:
        each.requires_grad_(False)
    (own,) = condition.parts
    prefix = f"parts.{own}."
    return {name.removeprefix(prefix): each.detach().clone() for name, each in embedder.state_dict().items()}


def _batches(condition: Condition, dataset: Dataset, seed: int) -> Iterator[Bundle]:
    """The conditions of the items, shuffled anew in each pass, without end; no image is touched."""
    columns = {each: values for each, values in dataset.columns.items() if each in condition.reads}
    turn = 0
    while True:
        rows = torch.from_numpy(permutation(len(dataset), seed, "embedding", turn))[:MOST]
        images = dataset.target[:1].expand(len(rows), *dataset.target.shape[1:])
        batch = Batch(images, {each: select(values, rows) for each, values in columns.items()})
        bundle = condition.targets(dataset.schema, batch, turn)
        for some in torch.split(torch.arange(len(rows)), BATCH):
            yield take(bundle, some)
        turn += 1
