"""The average of the generator's weights over training: what is kept as the result."""

import copy

import torch
from torch import nn


class EMA(nn.Module):
    """Exponential moving average of a module, with a half-life counted in images (Karras et al. 2018, section 6)."""

    RAMP = 0.1
    """The half-life is at most this share of the images seen, so that early weights are soon forgotten."""

    def __init__(self, module: nn.Module, half_life: int) -> None:
        super().__init__()
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.half_life = half_life
        self.mine, self.theirs = ([*map(torch.Tensor.detach, each.parameters())] for each in (self.module, module))
        self.buffers_of_both = list(zip(self.module.buffers(), module.buffers(), strict=True))

    @torch.no_grad()
    def update(self, batch: int, images: int) -> None:
        """Take in the weights after a step of ``batch`` images, ``images`` in all. Buffers are copied."""
        half_life = min(self.half_life, self.RAMP * images)
        keep = 0.5 ** (batch / half_life) if half_life > 0 else 0.0
        torch._foreach_lerp_(self.mine, self.theirs, 1 - keep)
        for mine, theirs in self.buffers_of_both:
            mine.copy_(theirs)
