"""Finding an image again: the latent from which a generator makes it, and the condition."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import to_float
from condgan.core.cond import Cond, rows
from condgan.core.seeds import noise
from condgan.networks.base import Conditioned

STARTS, BATCH = 512, 64
"""Random latents that are compared with the image, over all conditions together; and how many are so at once."""
FIRST, STEPS, RATE = 36, 30, 0.1
"""How many of the best go on, by so many steps of Adam, and the first learning rate."""
STAGES = ((10, 8), (3, 4), (1, 8))
"""How many of the best go on then, and for how many steps of Levenberg & Marquardt."""
SCALES = 3
"""Sizes at which images are compared at first: coarse ones lead there from afar."""
PRIOR, LAST = 1e-2, 1e-5
"""Weight of a latent's mean square, against the mean square of the difference, whose values run from −1 to 1: with odd
latents one digit can be drawn as another. And in the last stage."""
DIFFERENCE, DAMPING, EASIER, HARDER = 1e-2, 1e-2, 0.2, 8.0
"""Of a number of a latent, by which derivatives are found; the first damping, and what a step that succeeds, and one
that fails, changes of it."""


class Found(NamedTuple):
    """The nearest image that was found."""

    latent: Float[Tensor, " noise"]
    place: int
    """Of its condition among those that were tried."""


@torch.no_grad()
def invert(generator: Conditioned, image: UInt8[Tensor, "c h w"], cond: Cond, count: int, width: int) -> Found:
    """Optimise latents from several starts so that the image comes out (Zhu et al. 2016, section 3.2).

    Args:
        generator: in evaluation mode.
        image: of the size of the training.
        cond: embedded conditions to choose from.
        count: how many they are.
        width: of a latent.
    """
    device = next(generator.parameters()).device
    target = to_float(image[None]).to(device)
    each = -(-STARTS // count)
    latents = noise(range(each * count), width).to(device)
    places = torch.arange(count).repeat_interleave(each).to(device)
    parts = zip(torch.split(latents, BATCH), torch.split(places, BATCH), strict=True)
    errors = torch.cat([_error(generator, z, rows(cond, place), target, 0.0, SCALES) for z, place in parts])
    chosen = in_turn(errors, places)[:FIRST]
    latents = _descended(generator, latents[chosen], rows(cond, places[chosen]), target)
    places = places[chosen]
    errors = _error(generator, latents, rows(cond, places), target, PRIOR)
    chosen = in_turn(errors, places)
    for most, steps in STAGES:
        latents, places = latents[chosen[:most]], places[chosen[:most]]
        prior = PRIOR if most > 1 else LAST
        latents, unlikely = _refined(generator, latents, rows(cond, places), target, prior, steps)
        chosen = unlikely.argsort()
    return Found(latents[chosen[0]].cpu(), int(places[chosen[0]]))


def in_turn(errors: Float[Tensor, " n"], places: Int64[Tensor, " n"]) -> Int64[Tensor, " n"]:
    """The order in which starts go on: the best of each condition, then the second best of each, …"""
    seen: Counter[int] = Counter()
    ranked: list[tuple[int, int, int]] = []
    for index in errors.argsort().tolist():
        place = int(places[index])
        ranked.append((seen[place], len(ranked), index))
        seen[place] += 1
    return torch.tensor([index for *_, index in sorted(ranked)], device=errors.device)


def _error(
    generator: Conditioned,
    latents: Float[Tensor, "b noise"],
    cond: Cond,
    target: Float[Tensor, "1 c h w"],
    prior: float,
    scales: int = 1,
) -> Float[Tensor, " b"]:
    """Mean squared differences at some scales, added, and the weighted mean square of the latent."""
    difference = generator.body(latents, cond).float() - target
    total = difference.square().flatten(1).mean(1) + prior * latents.square().mean(1)
    for _ in range(scales - 1):
        if min(difference.shape[2:]) < 2:
            break
        difference = F.avg_pool2d(difference, 2)
        total = total + difference.square().flatten(1).mean(1)
    return total


def _descended(
    generator: Conditioned, latents: Float[Tensor, "b noise"], cond: Cond, target: Float[Tensor, "1 c h w"]
) -> Float[Tensor, "b noise"]:
    """By Adam, roughly."""
    learned = [weight for weight in generator.parameters() if weight.requires_grad]
    for weight in learned:
        weight.requires_grad_(False)
    with torch.enable_grad():
        found = latents.clone().requires_grad_()
        optimizer = torch.optim.Adam([found], RATE)
        for step in range(STEPS):
            optimizer.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
            optimizer.zero_grad(set_to_none=True)
            loss = _error(generator, found, cond, target, PRIOR, SCALES)
            loss.sum().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    for weight in learned:
        weight.requires_grad_()
    return found.detach()


def _refined(
    generator: Conditioned,
    latents: Float[Tensor, "b noise"],
    cond: Cond,
    target: Float[Tensor, "1 c h w"],
    prior: float,
    steps: int,
) -> tuple[Float[Tensor, "b noise"], Float[Tensor, " b"]]:
    """By the method of Levenberg (1944) and Marquardt (1963); and how unlikely the image is under each condition: the
    error that remains, and how narrow the latents are that make it (Laplace's approximation; MacKay 1992, section 2.3).

    A latent has so few numbers that the derivative by each of them can be found from an image of its own, whatever
    layers a generator has.
    """
    count, width = latents.shape
    unit = torch.eye(width, device=latents.device)
    own = torch.arange(count, device=latents.device).repeat_interleave(width)
    damping = torch.full((count,), DAMPING, device=latents.device)
    error = _error(generator, latents, cond, target, prior)
    narrow = torch.zeros_like(error)
    for _ in range(steps):
        made = generator.body(latents, cond).float().flatten(1)
        size = made.shape[1]
        moved = latents.repeat_interleave(width, 0) + DIFFERENCE * unit.repeat(count, 1)
        parts = zip(torch.split(moved, BATCH), torch.split(own, BATCH), strict=True)
        images = torch.cat([generator.body(z, rows(cond, place)).float().flatten(1) for z, place in parts])
        slope = ((images - made.repeat_interleave(width, 0)) / DIFFERENCE).reshape(count, width, size)
        curved = slope @ slope.transpose(1, 2) / size + prior / width * unit
        down = (slope @ (made - target.flatten(1))[..., None])[..., 0] / size + prior / width * latents
        narrow = prior / width * torch.logdet(width / prior * curved)
        diagonal = torch.diag_embed(curved.diagonal(dim1=1, dim2=2) + 1e-8)
        tried = latents - torch.linalg.solve(curved + damping[:, None, None] * diagonal, down)
        new = _error(generator, tried, cond, target, prior)
        better = new < error
        latents = torch.where(better[:, None], tried, latents)
        error = torch.where(better, new, error)
        damping = torch.where(better, EASIER * damping, HARDER * damping).clamp(1e-6, 1e4)
    return latents, error + narrow
