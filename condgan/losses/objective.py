"""What the two players minimise: an adversarial loss and a list of weighted terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from pydantic import Field, PositiveInt, model_serializer, model_validator
from torch import Tensor

from condgan.core.errors import nearest
from condgan.core.needs import Need
from condgan.core.registry import refusal
from condgan.core.spec import Spec
from condgan.core.task import Task
from condgan.losses.adversarial import LOSSES, LossName
from condgan.losses.base import TERMS, AnyTerm, Place, Player, Step, Term

Losses = dict[str, Float[Tensor, ""]]


class Objective(Spec):
    """An adversarial loss with its terms. A term is written by its kind: a number is its weight, a table all of it."""

    loss: LossName = "relativistic"
    """The adversarial loss: minimax, non-saturating, least-squares, hinge, wasserstein or relativistic."""
    every: PositiveInt = 1
    """Compute the gradient penalties at each so many steps, with as many times the weight (Karras et al. 2020, section
    3.2)."""
    terms: dict[str, AnyTerm] = Field(default_factory=dict)
    """The other terms, by name."""

    if TYPE_CHECKING:

        def __init__(self, *, loss: LossName = ..., every: int = ..., **terms: Any) -> None: ...

    @model_validator(mode="before")
    @classmethod
    def _terms_by_kind(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        own = {name: value for name, value in values.items() if name in cls.model_fields and name != "terms"}
        terms = {**(values.get("terms") or {}), **{k: v for k, v in values.items() if k not in cls.model_fields}}
        found: dict[str, Any] = {}
        for name, value in terms.items():
            settings = value if isinstance(value, Mapping | Term) else {"weight": value}
            if isinstance(settings, Mapping):
                settings = {"kind": name, **settings}
                if settings["kind"] not in TERMS:
                    known = [*(field for field in cls.model_fields if field != "terms"), *TERMS.kinds()]
                    raise refusal("unknown setting", [name], nearest(name, known))
            found[name] = settings
        return {**own, "terms": found}

    @model_validator(mode="after")
    def _without_weightless(self) -> Objective:
        for name in [name for name, term in self.terms.items() if not term.weight]:
            del self.terms[name]
        return self

    @model_serializer
    def _flat(self) -> dict[str, Any]:
        found: dict[str, Any] = {"loss": self.loss, "every": self.every}
        for name in dict.fromkeys([*TERMS.builtin, *self.terms]):
            found[name] = _brief(name, self.terms[name]) if name in self.terms else 0.0
        return found

    def weight(self, name: str) -> float:
        """Of a term; 0 where there is none of that name."""
        return self.terms[name].weight if name in self.terms else 0.0

    def provides(self) -> frozenset[str]:
        return frozenset().union(*(term.provides() for term in self.terms.values()))

    def needs(self) -> tuple[Need, ...]:
        return tuple(need for term in self.terms.values() for need in term.needs())

    def check(self, tasks: Mapping[str, Task]) -> None:
        """Refuse tasks of an auxiliary head that a term cannot be computed for.

        Raises:
            SettingsError: there is one.
        """
        for term in self.terms.values():
            term.check(tasks)

    def places(self, penalise: bool) -> frozenset[Place]:
        """Where the discriminator's gradient is needed in a step; ``penalise``: whether it computes the penalties."""
        return frozenset().union(*(term.places for term in self.terms.values())) if penalise else frozenset()

    def losses(self, step: Step, player: Player, penalise: bool) -> Losses:
        """A player's losses by their names, weighted; ``penalise``: whether this step computes the penalties."""
        adversarial = getattr(LOSSES[self.loss], player)(step.of_real.logits, step.of_fake.logits)
        found: Losses = {player: adversarial.mean()}
        for name, term in self.terms.items():
            if player not in term.players or (term.places and not penalise):
                continue
            times = self.every if term.places else 1
            key = name if len(term.players) == 1 else f"{name}_{player}"
            found[key] = times * term.weight * term(step, player).mean()
        return found


def total(losses: Losses) -> Float[Tensor, ""]:
    """The sum of all losses."""
    return torch.stack(list(losses.values())).sum()


def _brief(name: str, term: Term) -> Any:
    """A term as people write it: its weight, where that is all that is set."""
    plain = term.model_dump(mode="json", exclude_none=True)
    default = type(term).model_validate({"weight": term.weight}).model_dump(mode="json", exclude_none=True)
    return term.weight if plain == default and plain["kind"] == name else plain
