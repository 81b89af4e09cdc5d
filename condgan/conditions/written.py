"""What is done with captions and the ids of their words."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import Texts
from condgan.core.bundle import Bundle
from condgan.core.seeds import key as key_of
from condgan.core.task import Task

MOST_BYTES = 1024
"""Bytes of a text that are kept to show it, at most."""


def first(ids: Int64[Tensor, "b n"]) -> Bool[Tensor, "b n"]:
    """Where a word of each row is for the first time."""
    earlier = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool, device=ids.device).tril(-1)
    return ~((ids[:, :, None] == ids[:, None]) & earlier).any(2)


def chosen(captions: Sequence[Texts], key: int) -> list[str]:
    """One caption of each item, empty where it has none; another key chooses others."""
    chance = torch.Generator().manual_seed(key_of(key, "one of several"))
    places = torch.rand(len(captions), generator=chance).tolist()
    return [texts[int(place * len(texts))] if texts else "" for texts, place in zip(captions, places, strict=True)]


def as_bytes(texts: Sequence[str]) -> Tensor:
    """UInt8[b k]: texts in UTF-8, cut where they are long."""
    found = torch.zeros(len(texts), MOST_BYTES, dtype=torch.uint8)
    for row, text in enumerate(texts):
        data = text.encode(errors="replace")[:MOST_BYTES]
        if data:
            found[row, : len(data)] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    return found


def as_texts(written: Tensor) -> list[str]:
    """The inverse of ``as_bytes``."""
    return [bytes(row).rstrip(b"\0").decode(errors="ignore") for row in written.tolist()]


def told(names: tuple[str, ...], ids: Sequence[Sequence[int]]) -> Task:
    """Which of some words, and of some pairs of neighbouring words, the text of an image has: cross-entropy of each;
    and the F1 score of those that are found, 0 where none is.

    Args:
        names: the words and pairs.
        ids: of each of them the ids of its one or two words.
    """
    firsts, seconds = ([each[place] for each in ids] for place in (0, -1))
    alone = [len(each) == 1 for each in ids]

    def wanted(bundle: Bundle) -> Tensor:
        there = bundle["ids"][:, :, None]
        after = F.pad(there[:, 1:], (0, 0, 0, 1))
        one, other, word = (torch.tensor(each, device=there.device) for each in (firsts, seconds, alone))
        return ((there == one) & ((after == other) | word)).any(1).float()

    def loss(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        right = wanted(bundle).to(prediction.device)
        each = F.binary_cross_entropy_with_logits(prediction.float(), right, reduction="none")
        return each.sum(1) / right.sum(1).clamp(min=1) * right.any(1)

    def score(prediction: Float[Tensor, "b k"], bundle: Bundle) -> Float[Tensor, " b"]:
        right, found = wanted(bundle).to(prediction.device), (prediction > 0).float()
        both = (right * found).sum(1)
        f1 = 2 * both / (right.sum(1) + found.sum(1)).clamp(min=1)
        return f1.masked_fill(~right.any(1), torch.nan)

    return Task(len(ids), False, loss, score, 0.0, labels=names)
