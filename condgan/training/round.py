"""One adversarial step on a part of a batch, as pure functions of ``G(z, y)`` and ``D(x, y)``.

The discriminator's step generates images and keeps them: the generator's step, which follows, uses the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from condgan.core.bundle import TIMES, Bundle, concat
from condgan.core.needs import JOINT, MISMATCHES, POSTERIOR
from condgan.core.output import Output
from condgan.core.task import Task
from condgan.losses.base import Place, Step
from condgan.losses.objective import Losses
from condgan.networks.base import Conditioned
from condgan.networks.posterior import Posterior
from condgan.recipe import Recipe

Images = Float[Tensor, "b c *space"]
Perceive = Callable[[Images], Sequence[Tensor]]


class Part(NamedTuple):
    """Real images of a batch, or of a part of one, and their conditions."""

    real: Images
    bundle: Bundle


class Generated(NamedTuple):
    """Noise, and the images that the generator made of it."""

    z: Float[Tensor, "b noise"]
    images: Images
    """As the discriminator sees them."""
    posterior: Posterior | None
    """Where the latents come from, if they were told from the real images."""
    own_loss: Float[Tensor, " b"] | None = None
    """What the generator's embedder learns from the conditions alone, where the objective asks for it."""


class Compared(NamedTuple):
    """What the discriminator's step found out."""

    losses: Losses
    of_real: Output
    """Without its graph."""
    accuracy: Float[Tensor, ""]
    """Share of the pairs of a real and a generated image in which the real one has the higher logit; chance: 0.5."""


def generate(
    recipe: Recipe, generator: nn.Module, body: nn.Module, part: Part, share: Tensor | None = None
) -> Generated:
    """Images of the conditions of a part.

    Args:
        recipe: its architecture says how much noise there is, its augmentation what happens to generated images.
        generator: ``G(z, y)``, as the engine prepared it.
        body: the generator's own body, which tells latents from images where the architecture learns a style.
        part: real images and their conditions.
        share: how many of them are augmented (Float[]); ``None``: all.
    """
    z = torch.randn(len(part.real), recipe.architecture.noise, device=part.real.device)
    posterior: Posterior | None = None
    if POSTERIOR in recipe.architecture.provides():
        posterior = body.get_submodule("posterior")(part.real)
        z = posterior.sample(z)
    own_loss: Tensor | None = None
    if JOINT in recipe.objective.provides():
        images, own_loss = generator(z, part.bundle, own_loss=True)
    else:
        images = generator(z, part.bundle)
    if recipe.augment.on == "both":
        images = recipe.augment.apply(images.float(), share)
    return Generated(z, images, posterior, own_loss)


def discriminator_step(
    recipe: Recipe, discriminator: nn.Module, part: Part, generated: Generated, tasks: dict[str, Task], penalise: bool
) -> Compared:
    """What the discriminator minimises; ``penalise``: whether this step computes the gradient penalties."""
    objective, real, bundle = recipe.objective, part.real, part.bundle
    fake = generated.images.detach()
    places, joint = objective.places(penalise), JOINT in objective.provides()
    other: Bundle | None = None
    mismatched: Tensor | None = None
    if MISMATCHES in objective.provides():
        other, mismatched = (
            {name: each if name == TIMES else each.roll(1, 0) for name, each in bundle.items()},
            recipe.condition.mismatched(bundle),
        )
    gradients: dict[Place, Tensor] = {}
    if ("real" in places) == ("fake" in places) and not mixes(discriminator):
        # one pass over both: fewer and larger products
        images, conditions = torch.cat([real, fake]), concat([bundle, bundle])
        others = None if other is None else concat([other, other])
        both = seen(discriminator, images, conditions, "real" in places, others, joint)
        of_real, of_fake = both.output.halves()
        own_loss = None if both.own_loss is None else both.own_loss.chunk(2)[0]
        if both.slope is not None:
            gradients["real"], gradients["fake"] = both.slope.chunk(2)
    else:
        of_real, real_slope, own_loss = seen(discriminator, real, bundle, "real" in places, other, joint)
        of_fake, fake_slope, _ = seen(discriminator, fake, bundle, "fake" in places)
        if real_slope is not None:
            gradients["real"] = real_slope
        if fake_slope is not None:
            gradients["fake"] = fake_slope
    if "between" in places:
        share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
        between = seen(discriminator, torch.lerp(fake, real, share), bundle, True).slope
        assert between is not None, "it was asked for"
        gradients["between"] = between
    step = Step(
        real,
        fake,
        of_real,
        of_fake,
        generated.z,
        bundle,
        tasks,
        discriminator,
        _not_here,
        gradients,
        mismatched=mismatched,
        own_loss=own_loss,
    )
    accuracy = ((of_real.logits - of_fake.logits).sign().mean() + 1) / 2
    return Compared(objective.losses(step, "discriminator", penalise), of_real.detach(), accuracy)


def generator_step(
    recipe: Recipe,
    discriminator: Conditioned,
    part: Part,
    generated: Generated,
    of_real: Output,
    tasks: dict[str, Task],
    again: Callable[[], tuple[Tensor, Images]],
    perceive: Perceive | None,
) -> Losses:
    """What the generator minimises. ``of_real`` is what the discriminator said in its own step."""
    of_fake = discriminator(generated.images, part.bundle)
    found = generated.posterior
    posterior = None if found is None else (found.mean, found.log_variance)
    step = Step(
        part.real,
        generated.images,
        of_real,
        of_fake,
        generated.z,
        part.bundle,
        tasks,
        discriminator,
        again,
        {},
        posterior,
        perceive,
        own_loss=generated.own_loss,
    )
    return recipe.objective.losses(step, "generator", penalise=False)


class Seen(NamedTuple):
    """What the discriminator makes of some images."""

    output: Output
    slope: Images | None
    """The gradient of the logits with respect to the images, itself differentiable, where it is wanted."""
    own_loss: Float[Tensor, " b"] | None
    """What its embedder learns from the conditions alone, where that is wanted."""


def seen(
    discriminator: nn.Module,
    x: Images,
    bundle: Bundle,
    gradient: bool,
    other: Bundle | None = None,
    joint: bool = False,
) -> Seen:
    """The discriminator's output for some images.

    Args:
        discriminator: ``D(x, y)``, as the engine prepared it.
        x: images.
        bundle: their conditions.
        gradient: whether the gradient with respect to the images is wanted.
        other: other conditions, for which the logits are wanted, too.
        joint: whether the embedder's own loss is wanted.
    """
    x = x.detach().requires_grad_() if gradient else x
    words = {} if other is None else {"other": other}
    output, own_loss = (
        discriminator(x, bundle, **words, own_loss=True) if joint else (discriminator(x, bundle, **words), None)
    )
    slope = torch.autograd.grad(output.logits.sum(), x, create_graph=True)[0] if gradient else None
    return Seen(output, slope, own_loss)


def mixes(network: nn.Module) -> bool:
    """Whether the output for a sample depends on the rest of the batch: by batch statistics."""
    return any(isinstance(module, _BatchNorm) for module in network.modules())


def _not_here() -> tuple[Tensor, Images]:
    raise RuntimeError("only the generator's step generates again")
