"""What an auxiliary head learns: to predict the condition from the image; one value a sample."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from pydantic import NonNegativeFloat
from torch import Tensor
from torch.nn.functional import cross_entropy, relu

from condgan.core.bundle import same
from condgan.core.errors import SettingsError
from condgan.core.needs import APART, AUXILIARY, HEAD, PREDICTIONS, TASK, TWIN, Need
from condgan.core.task import Task
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
    embed the image near its condition."""

    kind: Literal["auxiliary"] = "auxiliary"
    weight: NonNegativeFloat = 1.0
    """Weight of the auxiliary task, for both players. It is to classify, or with the injection ``proxy`` to embed."""
    generated: Literal["ignored", "twin", "joint"] = "ignored"
    """What is learned of generated images. ignored: nothing, so the generator draws clear cases more often than there
    are (AC-GAN). twin: a second head learns their values, and the generator lowers its loss on the first and raises
    that on the second (TAC-GAN: Gong et al. 2019). joint: one classification learns the classes of real and, as
    others, those of generated images (ADC-GAN: Hou et al. 2022)."""

    players: ClassVar[tuple[Player, ...]] = ("discriminator", "generator")

    def provides(self) -> frozenset[str]:
        return frozenset({AUXILIARY} | ({TWIN} if self.generated != "ignored" else set()))

    def needs(self) -> tuple[Need, ...]:
        needed = (
            Need(TASK, "objective.auxiliary needs a condition to predict, such as a label: set it to 0"),
            Need(HEAD, "objective.auxiliary needs a discriminator with an auxiliary head: set it to 0"),
            Need(
                APART,
                "objective.auxiliary would be learned from the label itself, there in the discriminator's input: "
                "set architecture.discriminator_injection to features or projection, or objective.auxiliary to 0",
            ),
        )
        twin = Need(
            PREDICTIONS,
            "objective.auxiliary.generated is for a head that predicts, and with proxies it embeds: set it to ignored",
        )
        return needed if self.generated == "ignored" else (*needed, twin)

    def check(self, tasks: Mapping[str, Task]) -> None:
        others = [name for name, each in tasks.items() if each.target is None or len(each.names) != each.outputs]
        if self.generated == "joint" and others:
            raise SettingsError(
                f"only classes can be told jointly for real and generated images, not {', '.join(others)}",
                where="setting objective.auxiliary.generated",
                do="set it to twin",
            )

    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        real, fake = step.of_real.auxiliary, step.of_fake.auxiliary
        assert real is not None and fake is not None, "a recipe without an auxiliary head is refused"
        output = step.of_real if player == "discriminator" else step.of_fake
        if output.proxy is not None:
            assert output.auxiliary is not None, "there is a head"
            return data_to_data(output.auxiliary, output.proxy, ~same(step.bundle, len(output.auxiliary)))
        if self.generated == "ignored":
            return over_tasks(step, real if player == "discriminator" else fake)
        loss = twin if self.generated == "twin" else joint
        if player == "discriminator":
            return loss(step, real, 0) + loss(step, fake, 1)
        return loss(step, fake, 0) - loss(step, fake, 1)


def over_tasks(step: Step, outputs: Float[Tensor, "b k"]) -> Float[Tensor, " b"]:
    """The mean over the tasks of their losses."""
    parts = torch.split(outputs, [task.outputs for task in step.tasks.values()], 1)
    return mean([task.loss(part, step.bundle) for task, part in zip(step.tasks.values(), parts, strict=True)])


def twin(step: Step, outputs: Float[Tensor, "b k"], generated: int) -> Float[Tensor, " b"]:
    """The loss of one of two heads, that of real images (0) or that of generated ones (1)."""
    return over_tasks(step, outputs.chunk(2, 1)[generated])


def joint(step: Step, outputs: Float[Tensor, "b k"], generated: int) -> Float[Tensor, " b"]:
    """Cross-entropy of the class among all classes of real and of generated images; 0 where the class is missing."""
    sizes = [task.outputs for task in step.tasks.values()]
    halves = [torch.split(half, sizes, 1) for half in outputs.chunk(2, 1)]
    losses = []
    for task, real, fake in zip(step.tasks.values(), *halves, strict=True):
        assert task.target is not None, "a task without classes is refused"
        ids = task.target(step.bundle)
        shifted = torch.where(ids < 0, -1, ids + generated * task.outputs)
        losses.append(cross_entropy(torch.cat([real, fake], 1), shifted, reduction="none", ignore_index=-1))
    return mean(losses)


def mean(losses: Sequence[Float[Tensor, " b"]]) -> Float[Tensor, " b"]:
    """Of one value a sample each."""
    return losses[0] if len(losses) == 1 else torch.stack(list(losses)).mean(0)
