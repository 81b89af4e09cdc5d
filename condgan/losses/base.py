"""The contract of a term of the objective, and what it sees of a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, NamedTuple

from jaxtyping import Bool, Float
from pydantic import NonNegativeFloat
from torch import Tensor

from condgan.core.bundle import Bundle
from condgan.core.output import Output
from condgan.core.registry import Registry
from condgan.core.spec import Spec
from condgan.core.task import Task

Player = Literal["discriminator", "generator"]
Place = Literal["real", "fake", "between"]
"""Images at which the discriminator's gradient with respect to its input may be needed."""
Images = Float[Tensor, "b c *space"]


class Step(NamedTuple):
    """One player's step on a batch: real and generated images of the same conditions, and what the discriminator says
    of them."""

    real: Images
    fake: Images
    of_real: Output
    """In the generator's step: what the discriminator said in its own, without its graph."""
    of_fake: Output
    z: Float[Tensor, "b noise"]
    bundle: Bundle
    tasks: Mapping[str, Task]
    """What an auxiliary head predicts, in the order of its outputs."""
    discriminate: Callable[[Images, Bundle], Output]
    """The discriminator, for a term that asks it about other pairs of images and conditions."""
    again: Callable[[], tuple[Tensor, Images]]
    """Other noise, and the images that it makes of the same conditions; only in the generator's step."""
    gradients: Mapping[Place, Images]
    """The discriminator's gradients with respect to its input, where a term needs them."""
    posterior: tuple[Tensor, Tensor] | None = None
    """Mean and logarithm of the variance (both Float[b z]) of the latents, where they are told from the images."""
    perceive: Callable[[Images], Sequence[Tensor]] | None = None
    """Another network's features of images, layer by layer."""
    mismatched: Bool[Tensor, " b"] | None = None
    """In the discriminator's step, where a term needs it: whether the condition of ``of_real.others`` is another one
    than the image's own."""
    own_loss: Float[Tensor, " b"] | None = None
    """What the player's embedder learns from the conditions alone, where a term needs it."""


class Term(Spec, ABC):
    """One summand of what the players minimise."""

    kind: str
    weight: NonNegativeFloat = 1.0
    """How much it counts; 0: it is left out."""

    players: ClassVar[tuple[Player, ...]]
    """Who minimises it."""
    places: ClassVar[frozenset[Place]] = frozenset()
    """Where it needs the discriminator's gradient. Such a term is a penalty: it may be computed at some steps only,
    with more weight (``objective.every``)."""

    def check(self, tasks: Mapping[str, Task]) -> None:
        """Refuse tasks that it cannot be computed for, before a run begins.

        Raises:
            SettingsError: there is one.
        """
        return

    @abstractmethod
    def __call__(self, step: Step, player: Player) -> Float[Tensor, " b"]:
        """One value a sample, without the weight; lower is better for the player."""


TERMS: Registry[Term] = Registry(
    {
        "r1": "condgan.losses.penalties:R1",
        "r2": "condgan.losses.penalties:R2",
        "gradient_penalty": "condgan.losses.penalties:GradientPenalty",
        "auxiliary": "condgan.losses.auxiliary:Auxiliary",
        "l1": "condgan.losses.paired:L1",
        "feature_matching": "condgan.losses.paired:FeatureMatching",
        "perceptual": "condgan.losses.paired:Perceptual",
        "diversity": "condgan.losses.paired:Diversity",
        "style": "condgan.losses.paired:Style",
        "matching": "condgan.losses.matching:Matching",
        "skip_gram": "condgan.losses.matching:SkipGram",
    }
)
AnyTerm = Annotated[Term, TERMS]
