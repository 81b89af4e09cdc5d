"""Demos of failure modes: recipes that fail on purpose, each with the one change that is its remedy."""

from typing import Any

from condgan.presets.classic import cgan_mlp_small
from condgan.presets.modern import acgan
from condgan.recipe import Recipe

DEMO: dict[str, Any] = {"training": {"images": 240_000, "snapshots": 6}}
"""Small networks, which fail within two minutes."""


def demo_collapse() -> Recipe:
    """Fails on purpose by mode collapse: AC-GAN with its label embedded as strongly as the noise.

    One image that is surely of its class lowers the generator's loss at once, and nothing asks it for a second.
    """
    return acgan().override(
        {
            "condition": {"label": {"encoding": "embedding", "width": 50}},
            "architecture": {"channels": 32, "most_channels": 128},
            "training": {"images": 48_000, "snapshots": 4},
        }
    )


def demo_oscillation() -> Recipe:
    """Fails on purpose by oscillation: a Wasserstein critic without its gradient penalty, at a high rate with momentum.

    Without it the players circle each other and do not converge (Mescheder et al. 2018, section 2.3); momentum and a
    high rate make the circles grow.
    """
    return cgan_mlp_small().override({**DEMO, "objective": {"loss": "wasserstein"}, "optimizer": {"lr": 2e-3}})


def demo_vanishing() -> Recipe:
    """Fails on purpose by a vanishing generator gradient: the loss of 2014, a strong discriminator.

    The loss is that of Goodfellow et al. 2014, eq. 1. The discriminator takes five steps for each of the generator, at
    four times its rate, and is soon so certain that its output hardly changes with the image (Arjovsky & Bottou 2017,
    section 2). A gradient penalty keeps it from that; the loss that does not saturate would bring the
    gradient back, too, but not the diversity.
    """
    return cgan_mlp_small().override(
        {
            "objective": {"loss": "minimax"},
            "optimizer": {"lr": 5e-4, "discriminator_lr": 2e-3},
            "training": {**DEMO["training"], "discriminator_steps": 5},
        }
    )


REMEDIES: dict[str, dict[str, Any]] = {
    "demo-collapse": {"condition": {"label": {"encoding": "one-hot"}}},
    "demo-oscillation": {"objective": {"gradient_penalty": 10.0}},
    "demo-vanishing": {"objective": {"r1": 10.0}},
}
"""The remedy of each, as section → field → value."""
