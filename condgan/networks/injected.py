"""Architectures whose settings say how a condition enters each network."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import ClassVar, get_args

from condgan.core.needs import (
    APART,
    AUXILIARY,
    CONCATENATED,
    HEAD,
    INJECTIONS,
    MAP,
    NOISE,
    PREDICTIONS,
    PROJECTION,
    PROXY,
    READS,
    TOKENS,
    WHOLE_BATCH,
    Need,
)
from condgan.networks.base import Architecture, DiscriminatorInjection, GeneratorInjection, Player

VECTOR: dict[Player, frozenset[str]] = {
    "generator": frozenset({"concat", "map", "affine"}),
    "discriminator": frozenset({"concat", "map", "features", "projection"}),
}
"""The injections by which a vector reaches a player's features."""
PROVIDED: tuple[tuple[str, Player, str], ...] = (
    (CONCATENATED, "generator", "concat"),
    (PROJECTION, "discriminator", "projection"),
    (PROXY, "discriminator", "proxy"),
)
"""What an architecture provides by an injection of a player."""


class InjectedArchitecture(Architecture, ABC):
    """The half of an architecture that has a setting for the injections of each player."""

    always_read: ClassVar[Mapping[Player, frozenset[str]]] = {"discriminator": frozenset({"map"})}
    """Carriers that a player reads whatever its injections are."""
    discriminator_provides: ClassVar[frozenset[str]] = frozenset({HEAD})
    """What the discriminator gives out besides its logits, in the words of ``core.needs``."""

    generator_injection: tuple[GeneratorInjection, ...] = ("concat", "affine")
    """How the condition enters the generator, one way or several: concat, map, affine, spade, attend."""
    discriminator_injection: tuple[DiscriminatorInjection, ...] = ("projection",)
    """How the condition enters the discriminator, none, one way or several: concat, map, features, projection,
    proxy."""

    def injections(self, player: Player) -> frozenset[str]:
        """The chosen injections of a player."""
        return frozenset(self.generator_injection if player == "generator" else self.discriminator_injection)

    @classmethod
    def possible(cls, player: Player) -> tuple[str, ...]:
        """The injections of a player that can be chosen."""
        (injection, *_) = get_args(cls.model_fields[f"{player}_injection"].annotation)
        return get_args(injection)

    def reads(self, player: Player) -> frozenset[str]:
        chosen = self.injections(player)
        by_injection = {"vector": VECTOR[player] & chosen, "map": chosen & {"spade"}, "tokens": chosen & {"attend"}}
        return self.always_read.get(player, frozenset()) | {carrier for carrier, ways in by_injection.items() if ways}

    def unread(self, player: Player, carrier: str) -> str:
        if carrier == "vector":
            predicted = player == "discriminator" and HEAD in self.discriminator_provides
            others = "; or set objective.auxiliary; or --condition none for a plain GAN" if predicted else ""
            return f"the labels would be ignored: {self._with_one_of(player, VECTOR[player])}{others}"
        if carrier == "map" and "spade" in self.possible("generator"):
            ways = self._with_one_of("generator", frozenset({"spade"}))
            return f"the pictures would be ignored: {ways}; or set architecture.kind to unet or spade"
        if carrier == "map":
            return (
                "the pictures would be ignored: set architecture.kind to unet or spade, "
                "or to resnet or dcgan with spade in architecture.generator_injection"
            )
        if "attend" in self.possible(player):
            return f"the words would be ignored: {self._with_one_of(player, frozenset({'attend'}))}"
        return "the words would be ignored: set condition.text.tokens to false, or architecture.kind to resnet"

    def _with_one_of(self, player: Player, ways: frozenset[str]) -> str:
        """For people: to add an injection to those that are set, with an example."""
        field = f"{player}_injection"
        usual = (way for way in (*type(self).model_fields[field].default, *self.possible(player)) if way in ways)
        example = ",".join([*getattr(self, field), next(usual)])
        listed = " or ".join(way for way in self.possible(player) if way in ways)
        return f"add {listed} to architecture.{field}, such as --architecture.{player}-injection {example}"

    def provides(self) -> frozenset[str]:
        apart = {APART} if self.injections("discriminator").isdisjoint({"concat", "map"}) else set()
        noise = {NOISE} if self.noise else set()
        chosen = {what for what, player, injection in PROVIDED if injection in self.injections(player)}
        predictions = {PREDICTIONS} if HEAD in self.discriminator_provides and PROXY not in chosen else set()
        choice = {INJECTIONS} if "projection" in self.possible("discriminator") else set()
        reads = {READS} if self.injections("discriminator") & VECTOR["discriminator"] else set()
        return super().provides() | self.discriminator_provides | apart | noise | chosen | choice | predictions | reads

    def needs(self) -> tuple[Need, ...]:
        needed = [*super().needs()]
        if "spade" in self.generator_injection:
            needed.append(
                Need(
                    MAP,
                    "spade modulates by a picture or a layout, and there is none: take spade out of "
                    "architecture.generator_injection, or set --condition picture or layout",
                )
            )
        if "attend" in self.generator_injection:
            needed.append(
                Need(
                    TOKENS,
                    "there are no words to attend to: take attend out of architecture.generator_injection, or set "
                    "condition.text.tokens to true",
                )
            )
        if "proxy" in self.discriminator_injection:
            needed += [
                Need(AUXILIARY, "proxies are for an auxiliary head: set objective.auxiliary, such as to 0.5"),
                Need(WHOLE_BATCH, "proxies are compared with the whole batch: set training.accumulate to 1"),
            ]
        return tuple(needed)
