"""A ward: recipes that fail on purpose, each with the one change that heals it."""

from typing import Any

from condgan.presets.classic import cgan_mlp_small
from condgan.presets.modern import acgan
from condgan.recipe import Recipe

PATIENT: dict[str, Any] = {"training": {"images": 240_000, "snapshots": 6}}
"""Small networks, ill within two minutes."""


def ill_collapse() -> Recipe:
    """Ill on purpose, mode collapse: AC-GAN with its label embedded as strongly as the noise.

    Drawing one image that is surely of its class pays the generator at once, and nothing asks it for a second.
    """
    return acgan().override(
        {
            "condition": {"encoding": "embedding", "width": 50},
            "architecture": {"channels": 32, "most_channels": 128},
            "training": {"images": 48_000, "snapshots": 4},
        }
    )


def ill_oscillation() -> Recipe:
    """Ill on purpose, oscillation: a Wasserstein critic without its gradient penalty, at a high rate with momentum.

    Without it the players circle each other and do not converge (Mescheder et al. 2018, section 2.3); momentum and a
    high rate make the circles grow.
    """
    return cgan_mlp_small().override({**PATIENT, "objective": {"loss": "wasserstein"}, "optimizer": {"lr": 2e-3}})


def ill_vanishing() -> Recipe:
    """Ill on purpose, vanishing generator gradient: the loss of Goodfellow et al. 2014, eq. 1, a strong discriminator.

    It takes five steps for each of the generator, at four times its rate, and is soon so certain that its verdict
    hardly changes with the image (Arjovsky & Bottou 2017, section 2). A gradient penalty keeps it from that; the loss
    that does not saturate would bring the gradient back too, but not the variety.
    """
    return cgan_mlp_small().override(
        {
            "objective": {"loss": "minimax"},
            "optimizer": {"lr": 5e-4, "discriminator_lr": 2e-3},
            "training": {**PATIENT["training"], "discriminator_steps": 5},
        }
    )


CURES: dict[str, dict[str, Any]] = {
    "ill-collapse": {"condition": {"encoding": "one-hot"}},
    "ill-oscillation": {"objective": {"gradient_penalty": 10.0}},
    "ill-vanishing": {"objective": {"r1": 10.0}},
}
"""What heals each, as section → field → value."""
