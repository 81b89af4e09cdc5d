"""Pictures made from the images themselves, so that any folder of photos is one of pairs."""

from collections.abc import Sequence

import torch
from jaxtyping import UInt8
from torch import Tensor

POSITIONS = 1 << 21
"""Positions of images that are looked at together, at most: as floats in three colours they take up many times the
memory."""
SIGMA, RATIO, STEEPNESS, THRESHOLD = 0.7, 1.6, 20.0, 0.02
"""Of a drawing, for images of some 64 to 256 pixels: the finer blur and how much wider the other is; how much darker
than its surroundings a position has to be to take ink, and how fast it does; chosen by eye."""


def lightness(images: UInt8[Tensor, "n c h w"]) -> UInt8[Tensor, "n 1 h w"]:
    """CIE L*, 0 … 100 as 0 … 255: what remains of a picture without its colours."""
    from kornia.color import rgb_to_lab

    if images.shape[1] == 1:
        images = images.expand(-1, 3, -1, -1)
    found = []
    for part in _parts(images):
        light = rgb_to_lab(part[:, :3].float() / 255)[:, :1]
        # as bytes at once: a view would keep the other two channels
        found.append((light * 2.55).round().clamp(0, 255).to(torch.uint8))
    return torch.cat(found)


def edges(images: UInt8[Tensor, "n c h w"]) -> UInt8[Tensor, "n 1 h w"]:
    """Dark lines on white: where one blur is darker than a wider one, by a soft threshold (Winnemöller et al. 2012,
    section 2); dark surfaces stay white."""
    from kornia.filters import gaussian_blur2d

    found = []
    for part in _parts(lightness(images)):
        grey = part.float() / 255
        fine, wide = (
            gaussian_blur2d(grey, (2 * round(3 * sigma) + 1,) * 2, (sigma, sigma), border_type="replicate")
            for sigma in (SIGMA, RATIO * SIGMA)
        )
        darker = (wide - fine - THRESHOLD).clamp(min=0)
        ink = 1 - torch.tanh(STEEPNESS * darker)
        found.append((ink * 255).round().clamp(0, 255).to(torch.uint8))
    return torch.cat(found)


def first_frame(clips: UInt8[Tensor, "n c *space"]) -> UInt8[Tensor, "n c h w"]:
    """How clips begin."""
    return clips[:, :, 0] if clips.dim() == 5 else clips


def _parts(images: UInt8[Tensor, "n c h w"]) -> Sequence[UInt8[Tensor, "m c h w"]]:
    return torch.split(images, max(1, POSITIONS // images.shape[2:].numel()))
