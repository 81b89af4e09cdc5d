"""Adversarial losses as pure functions of logits: one value per logit, lower is better for the player named."""

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import relu, softplus

Logits = Float[Tensor, "b ..."]
LossName = Literal["minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"]


class Loss(NamedTuple):
    """What each player minimises, given logits on real and on fake samples: of shape ``[b]``, of patches ``[b, n]``."""

    discriminator: Callable[[Logits, Logits], Logits]
    generator: Callable[[Logits, Logits], Logits]


minimax = Loss(
    discriminator=lambda real, fake: softplus(-real) + softplus(fake),
    generator=lambda real, fake: -softplus(fake),
)
"""Binary cross-entropy; the generator minimises what the discriminator maximises (Goodfellow et al. 2014, eq. 1)."""

non_saturating = Loss(
    discriminator=lambda real, fake: softplus(-real) + softplus(fake),
    generator=lambda real, fake: softplus(-fake),
)
"""Binary cross-entropy; the generator maximises log D(G(z)) (Goodfellow et al. 2014, section 3)."""

least_squares = Loss(
    discriminator=lambda real, fake: 0.5 * (real - 1).square() + 0.5 * fake.square(),
    generator=lambda real, fake: 0.5 * (fake - 1).square(),
)
"""Squared distance to 1 for real and 0 for fake (Mao et al. 2017, eq. 2 with a = 0, b = c = 1)."""

hinge = Loss(
    discriminator=lambda real, fake: relu(1 - real) + relu(1 + fake),
    generator=lambda real, fake: -fake,
)
"""Margins of one (Lim & Ye 2017; Miyato et al. 2018, eq. 16 and 17)."""

wasserstein = Loss(
    discriminator=lambda real, fake: fake - real,
    generator=lambda real, fake: -fake,
)
"""The critic's difference (Arjovsky et al. 2017); needs a gradient penalty (Gulrajani et al. 2017, eq. 3)."""

relativistic = Loss(
    discriminator=lambda real, fake: softplus(fake - real),
    generator=lambda real, fake: softplus(real - fake),
)
"""Each fake is compared with a real one (Jolicoeur-Martineau 2019; with R1 and R2: Huang et al. 2024, eq. 2)."""

LOSSES: dict[LossName, Loss] = dict(
    zip(get_args(LossName), [minimax, non_saturating, least_squares, hinge, wasserstein, relativistic], strict=True)
)
