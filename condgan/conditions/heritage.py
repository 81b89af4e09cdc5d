"""What becomes of a condition where a generator is taken further: on other data, or where a run goes on."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from condgan.conditions.condition import Condition
from condgan.core.errors import SettingsError
from condgan.core.note import some
from condgan.core.spec import kind_of


def opened(condition: Condition) -> Condition:
    """A condition for other data: what they fill in is left open again."""
    return Condition(parts={name: each.opened() for name, each in condition.parts.items()})


def continued(condition: Condition, parent: Condition) -> Condition:
    """A complete condition, in the order and with the settings under which the parent's weights fit.

    Raises:
        SettingsError: there are none.
    """
    mine, theirs = _kinds(condition), _kinds(parent)
    if mine != theirs:
        odd = [name for name in {**theirs, **mine} if mine.get(name) != theirs.get(name)]
        raise SettingsError(
            f"the generator to go on from is steered by {_listed(theirs)}, not by {_listed(mine)}",
            where=f"setting condition.{odd[0]}",
            do="leave out the condition, the preset and the recipe to take its own; or train without --from",
        )
    return Condition(parts={name: condition.parts[name].continued(part) for name, part in parent.parts.items()})


def _kinds(condition: Condition) -> dict[str, str | None]:
    return {name: kind_of(type(part)) for name, part in condition.parts.items()}


def _listed(kinds: Mapping[str, str | None]) -> str:
    return ", ".join(name if name == kind else f"{name} ({kind})" for name, kind in kinds.items()) or "no condition"


def inherit(condition: Condition, parent: Condition, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of a condition's embedder, from that of its parent's."""
    found = dict(state)
    for name, part in condition.parts.items():
        prefix = f"parts.{name}."
        own = {key.removeprefix(prefix): found.pop(key) for key in state if key.startswith(prefix)}
        found |= {prefix + key: value for key, value in part.inherit(parent.parts[name], own).items()}
    return found


def as_before(condition: Condition, before: Condition) -> Condition:
    """A complete condition of data with which a run goes on, its classes in the run's order.

    A condition of other parts stays as it is: its run is another one.

    Raises:
        SettingsError: the data have other classes, or pictures of another kind, than those of the run; ``where`` says
            which.
    """
    if _kinds(condition) != _kinds(before):
        return condition
    found = {}
    for name, part in condition.parts.items():
        old = before.parts[name]
        pairs = [(ours.choices, theirs.choices) for ours, theirs in zip(part.form(), old.form(), strict=False)]
        for ours, theirs in pairs:
            if set(ours) != set(theirs):
                raise SettingsError("other classes", where=_except(ours, theirs))
        found[name] = part.filled_as(old)
        if found[name] != part and not any(ours for ours, _ in pairs):
            raise SettingsError("other pictures or values", where=f"condition.{name}")
    return Condition(parts=found)


def _except(names: tuple[str, ...], old: tuple[str, ...]) -> str:
    """What two lists of classes do not have in common."""
    new, gone = [each for each in names if each not in old], [each for each in old if each not in names]
    return "; ".join([*([f"new: {some(new)}"] if new else []), *([f"not there: {some(gone)}"] if gone else [])])
