"""What each player minimises in one step. All that is seen here is ``G(z, y)`` and ``D(x, y)``."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from condgan.conditions.base import Condition
from condgan.core.verdict import Verdict
from condgan.losses import data_to_data
from condgan.losses.objective import Gradients, Objective, Terms

Images = Float[Tensor, "b c *space"]


class Judged(NamedTuple):
    """What the discriminator made of a batch."""

    terms: Terms
    of_real: Verdict
    """Without its graph."""
    told: Float[Tensor, ""]
    """Share of the pairs of a real and a fake image of which it takes the real one for more real; blind: 0.5."""


def judge(discriminator: nn.Module, x: Images, y: Tensor, gradient: bool) -> tuple[Verdict, Images | None]:
    """The verdict on some images and, where asked for, its gradient with respect to them, itself differentiable."""
    if not gradient:
        return discriminator(x, y), None
    x = x.detach().requires_grad_()
    verdict = discriminator(x, y)
    (slope,) = torch.autograd.grad(verdict.logits.sum(), x, create_graph=True)
    return verdict, slope


def disagreement(condition: Condition, verdict: Verdict, y: Tensor) -> Float[Tensor, " b"]:
    """How far what an auxiliary head reads is from the condition."""
    assert verdict.auxiliary is not None, "asked only where there is an auxiliary head"
    if verdict.proxy is None:
        return condition.disagreement(verdict.auxiliary, y)
    y = y.flatten(1) if y.dim() > 1 else y[:, None]
    return data_to_data(verdict.auxiliary, verdict.proxy, (y[:, None] != y[None]).any(2))


def mixes(network: nn.Module) -> bool:
    """Whether what a network makes of a sample depends on its company: by the statistics of the batch."""
    return any(isinstance(module, _BatchNorm) for module in network.modules())


def discriminator_terms(
    discriminator: nn.Module,
    objective: Objective,
    condition: Condition,
    real: Images,
    fake: Images,
    y: Tensor,
    penalise: bool,
) -> Judged:
    """The discriminator's terms on real and fake images of the same conditions."""
    at_real, at_fake = (penalise and weight > 0 for weight in (objective.r1, objective.r2))
    if at_real == at_fake and not mixes(discriminator):
        # one pass over both: fewer and larger products
        both, slopes = judge(discriminator, torch.cat([real, fake]), torch.cat([y, y]), at_real)
        of_real, of_fake = both.halves()
        real_slope, fake_slope = (None, None) if slopes is None else slopes.chunk(2)
    else:
        of_real, real_slope = judge(discriminator, real, y, at_real)
        of_fake, fake_slope = judge(discriminator, fake, y, at_fake)
    between = None
    if penalise and objective.gradient_penalty:
        share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
        _, between = judge(discriminator, torch.lerp(fake, real, share), y, True)
    terms = objective.discriminator(of_real, of_fake, lambda verdict: disagreement(condition, verdict, y))
    terms |= objective.penalties(Gradients(real_slope, fake_slope, between))
    return Judged(terms, of_real.detach(), ((of_real.logits - of_fake.logits).sign().mean() + 1) / 2)


def generator_terms(objective: Objective, condition: Condition, of_real: Verdict, of_fake: Verdict, y: Tensor) -> Terms:
    """The generator's terms. ``of_real`` is what the discriminator said in its own step: a loss of pairs needs it."""
    return objective.generator(of_real, of_fake, lambda verdict: disagreement(condition, verdict, y))
