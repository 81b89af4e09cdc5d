"""From the words of a text to what the networks get: one vector, and a sequence of words in their context."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.conditions.encoder import Encoder
from condgan.conditions.vocabulary import FIRST, PADDING
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Embedder, Tensors, Tokens, Widths

WINDOW, NEGATIVES, RANDOM = 2, 5, 64
"""Of skip-gram: how far apart two words of a pair are at most, how many random words stand against each pair, and of
how many, the same for all pairs of a batch, their mean is taken."""
SMALL = 0.05
"""Deviation of the random vectors from which skip-gram starts."""
LAYERS = 2
"""Convolutions over three words: each word is read with its two neighbours on both sides."""


class Reader(Embedder):
    """Vectors of words → convolutions over neighbouring words (Kim 2014) → mean and largest value of each feature.

    Words are read in their order: a red hat and blue shoes are not a blue hat and red shoes.
    """

    def __init__(self, width: int, features: int, tokens: bool) -> None:
        """``width``: of the vectors of words; ``features``: of what comes out."""
        super().__init__(Widths(vector=features, tokens=features if tokens else 0))
        self.first = nn.Linear(width, features)
        self.convs = nn.ModuleList(nn.Conv1d(features, features, 3, padding=1) for _ in range(LAYERS))
        self.last = nn.Linear(2 * features, features)

    def read(self, x: Float[Tensor, "b n d"], mask: Bool[Tensor, "b n"]) -> Cond:
        """The vectors of words, and where there is a word."""
        there = mask[:, None].to(x.dtype)
        # vectors of one scale, wherever they come from
        h = self.first(F.layer_norm(x, x.shape[2:])).movedim(1, 2) * there
        for conv in self.convs:
            h = (h + conv(F.leaky_relu(h, 0.2))) * there
        mean = h.sum(2) / there.sum(2).clamp(min=1)
        # of a text without words everything is 0
        most = h.masked_fill(~mask[:, None], -torch.inf).amax(2).masked_fill(~mask.any(1)[:, None], 0)
        vector = self.last(torch.cat([mean, most], 1))
        # of one scale, however long the text is
        vector = F.layer_norm(vector, vector.shape[1:])
        return Cond(vector=vector, tokens=Tokens(h.movedim(1, 2), mask) if self.widths.tokens else None)


class Words(Reader):
    """A table with a vector for each word, which may learn with the networks, and by skip-gram."""

    def __init__(
        self, count: int, width: int, features: int, tokens: bool, *, frozen: bool, skip_gram: bool, before: int
    ) -> None:
        """``before``: passes over the captions, by skip-gram, before the networks learn."""
        super().__init__(width, features, tokens)
        self.before = before
        # small, so that what is learned before stands out from chance
        vectors = torch.randn(count, width) * (SMALL if before else 1.0)
        vectors[PADDING] = 0
        keep = nn.Buffer if frozen else nn.Parameter
        self.table: Tensor = keep(vectors)
        # what a word says of its neighbours (Mikolov et al. 2013)
        self.context: Tensor | None = keep(torch.zeros(count, width)) if skip_gram else None

    def forward(self, bundle: Bundle) -> Cond:
        ids = bundle.get("shown", bundle["ids"])
        found = self.read(self.table[ids], ids != PADDING)
        if self.training and self.context is not None and self.context.requires_grad:
            # without a loss for them they would get no gradient, which stops processes that train together
            assert found.vector is not None, "a reader gives one"
            found = found._replace(vector=found.vector + 0 * self.context.sum())
        return found

    def own_loss(self, bundle: Tensors) -> Float[Tensor, " b"] | None:
        return None if self.context is None else skip_gram(self.table, self.context, bundle["ids"])


class Encoded(Reader):
    """The vectors of words that another network gave. It is no part of this one: it is looked up, and not saved."""

    def __init__(self, encoder: Encoder, features: int, tokens: bool) -> None:
        super().__init__(encoder.width, features, tokens)
        self.encoder = encoder

    def forward(self, bundle: Bundle) -> Cond:
        x, mask = self.encoder.vectors(bundle["place"])
        return self.read(x.to(self.first.weight), mask.to(self.first.weight.device))


def skip_gram(
    table: Float[Tensor, "v d"], context: Float[Tensor, "v d"], ids: Int64[Tensor, "b n"]
) -> Float[Tensor, " b"]:
    """Skip-gram with negative sampling (Mikolov et al. 2013, eq. 4): of each pair of near words, how unlikely the one
    is beside the other, and how likely random words of the batch would be; the mean over the pairs of each text, 0
    where there is none."""
    pool = ids[ids >= FIRST]
    total = torch.zeros(len(ids), device=ids.device)
    pairs = torch.zeros(len(ids), device=ids.device)
    if not len(pool):
        return total
    random = context[pool[torch.randint(len(pool), (RANDOM,), device=ids.device)]]
    for distance in range(1, min(WINDOW, ids.shape[1] - 1) + 1):
        near, far = ids[:, :-distance], ids[:, distance:]
        both = (near >= FIRST) & (far >= FIRST)
        for word, other in ((near, far), (far, near)):
            vectors = table[word]
            right = (vectors * context[other]).sum(2)
            wrong = F.softplus(vectors @ random.T).mean(2)
            loss = F.softplus(-right) + NEGATIVES * wrong
            total = total + (loss * both).sum(1)
            pairs = pairs + both.sum(1)
    return total / pairs.clamp(min=1)
