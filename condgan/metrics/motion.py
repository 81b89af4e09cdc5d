"""How much clips move."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

PART = 500


def changes(clips: UInt8[Tensor, "n c t h w"]) -> Float[Tensor, " n"]:
    """Mean absolute difference of a frame from the next, of the range of a pixel; 0 where nothing moves."""
    parts = [part.float().diff(dim=2).abs().flatten(1).mean(1) / 255 for part in torch.split(clips, PART)]
    return torch.cat(parts)
