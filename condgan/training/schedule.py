"""How the learning rate moves."""

import math

from condgan.recipe import Optimizer


def factor(optimizer: Optimizer, images: int, progress: float) -> float:
    """What to multiply the learning rate by, after ``images`` and at ``progress`` (0 … 1) through the budget."""
    rise = min(1.0, (images + 1) / optimizer.warmup) if optimizer.warmup else 1.0
    match optimizer.decay:
        case "none":
            fall = 1.0
        case "linear":
            fall = min(1.0, 2 * (1 - progress))
        case "cosine":
            fall = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return rise * max(0.0, fall)
