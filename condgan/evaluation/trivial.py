"""Answers that need no generator: what is no better than these has learnt nothing."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from condgan.evaluation.real_pairs import RealPairs
from condgan.pipeline import Pipeline

Images = UInt8[Tensor, "n c h w"]


def trivial(pipeline: Pipeline, real: RealPairs) -> dict[str, Images]:
    """The answers that need no generator: of grey levels to be coloured no colour, and the mean one; of any other
    pictures the mean image."""
    train, n = real.train.images, len(real.items.images)
    if pipeline.condition.plain().get("of") != "grey" or train.shape[1] != 3:
        mean = torch.stack([part.float().mean(0) for part in torch.split(train, 500)]).mean(0)
        return {"the mean image": mean.round().to(torch.uint8).expand(n, -1, -1, -1)}
    from kornia.color import rgb_to_lab

    chroma = torch.stack([rgb_to_lab(part.float() / 255)[:, 1:].mean((0, 2, 3)) for part in torch.split(train, 500)])
    lightness = real.encoded[:, :1]
    return {
        "grey": _with_chroma(lightness, torch.zeros(2)),
        "the mean colour": _with_chroma(lightness, chroma.mean(0)),
    }


def _with_chroma(lightness: UInt8[Tensor, "n 1 h w"], chroma: Float[Tensor, " 2"]) -> UInt8[Tensor, "n 3 h w"]:
    from kornia.color import lab_to_rgb

    found = []
    for part in torch.split(lightness, 500):
        colour = chroma.view(1, 2, 1, 1).expand(len(part), -1, *part.shape[2:])
        found.append(lab_to_rgb(torch.cat([part.float() / 2.55, colour], 1)).mul(255).round().to(torch.uint8))
    return torch.cat(found)
