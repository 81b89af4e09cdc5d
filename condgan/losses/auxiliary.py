"""What an auxiliary head learns: to predict the condition from the image; one value a sample."""

from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from pydantic import NonNegativeFloat
from torch import Tensor
from torch.nn.functional import relu

from condgan.core.bundle import same
from condgan.core.needs import APART, AUXILIARY, HEAD, TASK, Need
from condgan.losses.base import Player, Step, Term

TEMPERATURE, MARGIN = 0.5, 0.98
"""As Kang et al. 2021 have them on CIFAR-10; images repel each other where the cosine between them is above
1 − ``MARGIN``."""


def data_to_data(
    embedding: Float[Tensor, "b d"], proxy: Float[Tensor, "b d"], other: Bool[Tensor, "b b"]
) -> Float[Tensor, " b"]:
    """Cross-entropy of each sample's own proxy against the samples of other conditions (Kang et al. 2021, eq. 7).

    Args:
        embedding: of the images, of length 1.
        proxy: of each image's condition, of length 1.
        other: whether two samples are of different conditions.
    """
    with torch.autocast(embedding.device.type, enabled=False):  # bf16 would round angles away
        pull = relu(MARGIN - (embedding * proxy).sum(1)) / TEMPERATURE
        push = relu(embedding @ embedding.T - (1 - MARGIN)) / TEMPERATURE
        return pull + torch.cat([-pull[:, None], push.masked_fill(~other, -torch.inf)], 1).logsumexp(1)


class Auxiliary(Term):
    """Predict each part of the condition from the image (Odena et al. 2017, eq. 2 and 3); with the injection ``proxy``,
    embed the image near its condition. The discriminator learns it from real samples alone."""

    kind: Literal["auxiliary"] = "auxiliary"
    weight: NonNegativeFloat = 1.0
    """Weight of the auxiliary task, for both players. It is to classify, or with the injection ``proxy`` to embed."""

    players: ClassVar[tuple[Player, ...]] = ("discriminator", "generator")

    def provides(self) -> frozenset[str]:
        return frozenset({AUXILIARY})

    def needs(self) -> tuple[Need, ...]:
        return (
            Need(TASK, "objective.auxiliary needs a condition to predict, such as a label: set it to 0"),
            Need(HEAD, "objective.auxiliary needs a discriminator with an auxiliary head: set it to 0"),
            Need(
                APART,
                "objective.auxiliary would be learned from the label itself, there in the discriminator's input: "
                "set architecture.discriminator_injection to features or projection, or objective.auxiliary to 0",
            ),
        )

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        output = step.of_real if player == "discriminator" else step.of_fake
        assert output.auxiliary is not None, "a recipe without an auxiliary head is refused"
        if output.proxy is not None:
            return data_to_data(output.auxiliary, output.proxy, ~same(step.bundle, len(output.auxiliary)))
        predictions = torch.split(output.auxiliary, [task.outputs for task in step.tasks.values()], 1)
        losses = [task.loss(each, step.bundle) for task, each in zip(step.tasks.values(), predictions, strict=True)]
        return losses[0] if len(losses) == 1 else torch.stack(losses).mean(0)
