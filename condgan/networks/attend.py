"""Positions of an image that look at the words they are described by."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.cond import Cond
from condgan.networks import ops

HEADS = 4


class Attend(nn.Module):
    """Cross-attention from each position to the tokens of the condition (Xu et al. 2018, eq. 7; Vaswani et al. 2017,
    eq. 1), added to the features.

    A learned token stands beside the others: a position may look at none, and where there are no tokens all do.
    """

    def __init__(self, features: int, tokens: int, axes: int) -> None:
        """``axes``: number of axes of space of the features."""
        super().__init__()
        self.heads = HEADS if features % HEADS == 0 else 1
        self.queries = ops.convolution(axes, features, features, 1, bias=False)
        self.keys = nn.Linear(tokens, features, bias=False)
        self.values = nn.Linear(tokens, features, bias=False)
        self.nothing = nn.Parameter(torch.zeros(2, features))
        self.out = ops.convolution(axes, features, features, 1)
        for each in self.out.parameters():  # at first nothing is added
            nn.init.zeros_(each)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Float[Tensor, "b c *space"]:
        assert cond.tokens is not None, "built only where the condition has tokens"
        words, mask = cond.tokens
        key, value = (
            torch.cat([none.expand(x.shape[0], 1, -1), layer(words.to(x.dtype))], 1)
            for none, layer in zip(self.nothing.to(x.dtype), (self.keys, self.values), strict=True)
        )
        there = F.pad(mask, (1, 0), value=True)[:, None, None]
        q, k, v = (
            each.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for each in (self.queries(x).flatten(2).transpose(1, 2), key, value)
        )
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=there)
        return x + self.out(seen.transpose(1, 2).flatten(2).transpose(1, 2).reshape(x.shape))
