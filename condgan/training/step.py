"""What each player minimises in one step. All that is seen here is ``G(z, y)`` and ``D(x, y)``."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from condgan.conditions.base import Condition
from condgan.core.verdict import Verdict
from condgan.losses.objective import Gradients, Objective, Terms

Images = Float[Tensor, "b c *space"]


def judge(discriminator: nn.Module, x: Images, y: Tensor, gradient: bool) -> tuple[Verdict, Images | None]:
    """The verdict on some images and, where asked for, its gradient with respect to them, itself differentiable."""
    if not gradient:
        return discriminator(x, y), None
    x = x.detach().requires_grad_()
    verdict = discriminator(x, y)
    (slope,) = torch.autograd.grad(verdict.logits.sum(), x, create_graph=True)
    return verdict, slope


def discriminator_terms(
    discriminator: nn.Module,
    objective: Objective,
    condition: Condition,
    real: Images,
    fake: Images,
    y: Tensor,
    penalise: bool,
) -> Terms:
    """The discriminator's terms on a batch of real and fake images of the same conditions."""
    of_real, at_real = judge(discriminator, real, y, penalise and objective.r1 > 0)
    of_fake, at_fake = judge(discriminator, fake, y, penalise and objective.r2 > 0)
    between = None
    if penalise and objective.gradient_penalty:
        share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
        _, between = judge(discriminator, torch.lerp(fake, real, share), y, True)
    terms = objective.discriminator(of_real, of_fake, lambda prediction: condition.disagreement(prediction, y))
    return terms | objective.penalties(Gradients(at_real, at_fake, between))


def generator_terms(
    discriminator: nn.Module,
    objective: Objective,
    condition: Condition,
    real: Callable[[], Images],
    fake: Images,
    y: Tensor,
) -> Terms:
    """The generator's terms; the real images are asked for only where the loss looks at them."""
    of_real = None
    if objective.pairs:
        with torch.no_grad():
            of_real = discriminator(real(), y)
    return objective.generator(of_real, discriminator(fake, y), lambda p: condition.disagreement(p, y))
