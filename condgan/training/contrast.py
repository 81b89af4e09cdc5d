"""A network that learns without labels what an image is like: two views of one image are alike, others are not.

Chen et al. 2020, with small networks and images, and views that keep colours and sides: samples are to be alike in
these.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape, to_float
from condgan.core.cache import cached, digest
from condgan.core.seeds import key, permutation, some_of
from condgan.networks import ops
from condgan.networks.encoder import Encoder

MOST = 50_000
"""Images to learn from."""
BATCH, EPOCHS, LEAST_STEPS, MOST_STEPS = 256, 30, 200, 300
"""Images of a step, and how long it learns: so often over the images, but within these steps."""
PEAK, TEMPERATURE, PROJECTED = 3e-3, 0.2, 64
"""The highest learning rate; what angles are divided by; and the width of what is compared."""
TURN, ZOOM, SHIFT, TINT = 12.0, 0.25, 0.15, 0.2
"""Of a view, at most: degrees of rotation, share by which it is larger or smaller, share of the sides by which it is
moved, and share by which brightness, contrast and each colour change."""


def learned(images: UInt8[Tensor, "n c h w"]) -> Encoder:
    """The network, trained once on some images and kept."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    some = images[some_of(len(images), MOST)]
    steps = min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * len(some) // BATCH))
    model = Encoder(shape)
    settings = [BATCH, PEAK, TEMPERATURE, PROJECTED, TURN, ZOOM, SHIFT, TINT]
    parts = {"images": digest(some), "steps": steps, "network": str(model), "settings": settings}
    model.load_state_dict(cached("encoder", parts, lambda: dict(fit(some, steps).state_dict())))
    return model.eval()


def fit(images: UInt8[Tensor, "n c h w"], steps: int, seed: int = 0) -> Encoder:
    """Train a fresh network for so many steps (AdamW, one cycle: Smith & Topin 2019); the same each time."""
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    batch = min(BATCH, len(images))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key(seed, "contrast"))
        model = Encoder(shape)
        width = model.dense.out_features
        head = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, PROJECTED))
        both = nn.Sequential(model, head)
        both.to(memory_format=ops.channels_last(len(shape.space)))  # type: ignore[call-overload]
        optimizer = torch.optim.AdamW(both.parameters(), weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=steps)
        epochs = -(-steps * batch // len(images))
        order = torch.cat(
            [torch.from_numpy(permutation(len(images), seed, "contrast", each)) for each in range(epochs)]
        )
        for chosen in torch.split(order[: steps * batch], batch):
            shown = to_float(images[chosen])
            views = ops.channels_last_of(torch.cat([view(shown), view(shown)]))
            loss = contrast(*both(views).chunk(2)).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


def contrast(one: Float[Tensor, "b d"], other: Float[Tensor, "b d"]) -> Float[Tensor, " n"]:
    """Cross-entropy of each view's other view against those of all other images (Chen et al. 2020, eq. 1)."""
    views = F.normalize(torch.cat([one, other]), dim=1)
    logits = (views @ views.T / TEMPERATURE).fill_diagonal_(-torch.inf)
    partner = torch.arange(len(views), device=views.device).roll(len(one))
    return F.cross_entropy(logits, partner, reduction="none")


def view(images: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
    """Each image turned, zoomed, moved and tinted a little, by torch's own random state."""
    chance = 2 * torch.rand(8, len(images)) - 1
    angle, zoom = chance[0] * math.radians(TURN), (chance[1] * math.log1p(ZOOM)).exp()
    cosine, sine = zoom * angle.cos(), zoom * angle.sin()
    moved = torch.stack([cosine, -sine, 2 * SHIFT * chance[2], sine, cosine, 2 * SHIFT * chance[3]], 1).view(-1, 2, 3)
    grid = F.affine_grid(moved, [len(images), 1, *images.shape[2:]], align_corners=False)
    found = F.grid_sample(images, grid, padding_mode="border", align_corners=False)
    colours = 1 + TINT * chance[5 : 5 + min(3, images.shape[1])].T
    if images.shape[1] == 4:  # transparency keeps its values
        colours = F.pad(colours, (0, 1), value=1.0)
    return found * colours[:, :, None, None] + TINT * chance[4].view(-1, 1, 1, 1)
