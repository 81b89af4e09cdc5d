"""How far images are from the true ones of their pairs; one value a pair."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from condgan.core.batch import Images, frames_of

PART = 250


class Likeness(NamedTuple):
    """Of each pair."""

    l1: Float[Tensor, " n"]
    """Mean absolute difference, of the range of a pixel: 0 where both are alike."""
    psnr: Float[Tensor, " n"]
    """Peak signal-to-noise ratio in dB, at most 100."""
    ssim: Float[Tensor, " n"]
    """Structural similarity (Wang et al. 2004): 1 where both are alike."""


def likeness(made: Images, truth: Images) -> Likeness:
    """Images compared with the true ones; of clips the structure of their frames."""
    from torchmetrics.functional.image import structural_similarity_index_measure as ssim

    found: list[list[Tensor]] = [[], [], []]
    for ours, theirs in zip(torch.split(made, PART), torch.split(truth, PART), strict=True):
        a, b = ours.float() / 255, theirs.float() / 255
        error = (a - b).square().flatten(1).mean(1).clamp(min=1e-10)
        found[0].append((a - b).abs().flatten(1).mean(1))
        found[1].append(-10 * error.log10())
        similar = ssim(frames_of(a), frames_of(b), data_range=1.0, reduction="none")
        assert isinstance(similar, Tensor), "it gives the whole picture only where that is asked for"
        found[2].append(similar.reshape(len(a), -1).mean(1))
    return Likeness(*map(torch.cat, found))
