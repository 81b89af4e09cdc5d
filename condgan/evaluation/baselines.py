"""Answers that need no generator: what is no better than these has learned nothing."""

from __future__ import annotations

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from condgan.core.batch import Images
from condgan.core.needs import LIGHTNESS
from condgan.evaluation.real import Real

PART = 500
COPIED = "the first frame all the time"


def baselines(real: Real) -> dict[str, Images]:
    """For a map of lightness no colour, and the mean one; for the first frame of a clip this frame all the time; for
    any other condition the mean image."""
    train, n = real.train.target, len(real.images)
    if real.train.shape.frames is not None:
        return {COPIED: real.images[:, :, :1].expand_as(real.images).contiguous()}
    if LIGHTNESS not in real.condition.provides() or train.shape[1] != 3:
        mean = torch.stack([part.float().mean(0) for part in torch.split(train, PART)]).mean(0)
        return {"the mean image": mean.round().to(torch.uint8).expand(n, -1, -1, -1)}
    from kornia.color import rgb_to_lab

    chroma = torch.stack([rgb_to_lab(part.float() / 255)[:, 1:].mean((0, 2, 3)) for part in torch.split(train, PART)])
    lightness = real.sources(real.bundle)[:, :1]
    return {
        "grey": _with_chroma(lightness, torch.zeros(2)),
        "the mean colour": _with_chroma(lightness, chroma.mean(0)),
    }


def _with_chroma(lightness: UInt8[Tensor, "n 1 h w"], chroma: Float[Tensor, " 2"]) -> UInt8[Tensor, "n 3 h w"]:
    from kornia.color import lab_to_rgb

    found = []
    for part in torch.split(lightness, PART):
        colour = chroma.view(1, 2, 1, 1).expand(len(part), -1, *part.shape[2:])
        found.append(lab_to_rgb(torch.cat([part.float() / 2.55, colour], 1)).mul(255).round().to(torch.uint8))
    return torch.cat(found)
