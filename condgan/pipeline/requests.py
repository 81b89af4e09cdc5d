"""What people ask for as text: ``hair=black|brown, smiling=0.7, age=20..70``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.core.names import places

STEPS = 8
"""Values of a sweep, where it does not say how many."""
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
SWEEP = re.compile(rf"\s*({NUMBER})\s*\.\.\s*({NUMBER})\s*(?:/\s*(\d+)\s*)?")
QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
ALTERNATIVE, MOST_STEPS = "|", 64


class Literal(NamedTuple):
    """Text in quotes: it is taken as it is."""

    text: str


class Several(NamedTuple):
    """Values that come in turn."""

    values: tuple[str, ...]


class Sweep(NamedTuple):
    """Values from one to another."""

    values: tuple[float, ...]


def named_in(text: str, form: Sequence[FormField]) -> dict[str, Any]:
    """The values in a text, by public name, each as text, or in quotes.

    A comma that is followed by no ``NAME=`` of the form belongs to the value before it.

    Raises:
        SettingsError: it is not of the form ``NAME=VALUE, …``, or it gives two values to one name.
    """
    found: dict[str, Any] = {}
    for piece in _pieces(text, {field.name for field in form}):
        name, equals, value = piece.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name:
            raise SettingsError(f"no value in {piece.strip()!r}", where="where", do="write NAME=VALUE, NAME=VALUE")
        if name in found:
            raise SettingsError(
                f"two values for {name}", where=f"where: {text}", do=f'to have them in turn write {name}="A|B"'
            )
        found[name] = Literal(value[1:-1]) if QUOTED.fullmatch(value) else value
    return found


def _pieces(text: str, names: set[str]) -> list[str]:
    """The text cut at commas that stand outside quotes and before a name."""
    masked = QUOTED.sub(lambda match: "\0" * len(match[0]), text)
    ends = [place for place, character in enumerate(masked) if character == ","]
    pieces, start = [], 0
    for end in [*ends, len(text)]:
        rest = masked[end + 1 :]
        name = text[end + 1 : end + 1 + len(rest.partition("=")[0])].strip() if "=" in rest else ""
        another = "=" in rest and ("," not in rest.partition("=")[0] or name in names)
        if end == len(text) or another:
            pieces.append(text[start:end])
            start = end + 1
    return [piece for piece in pieces if piece.strip()]


def read(field: FormField | None, value: Any) -> Any:
    """A value as a person writes it: text of several alternatives as these, a range of numbers as a sweep.

    Raises:
        SettingsError: a sweep of one value, or of very many.
    """
    if isinstance(value, Literal):
        return value.text
    if not isinstance(value, str) or field is None or _is_known(field, value):
        return value
    if (sweep := SWEEP.fullmatch(value)) and field.type in ("number", "boolean"):
        return _sweep(field.name, sweep)
    if ALTERNATIVE in value and field.type in ("choice", "boolean", "number", "set"):
        parts = [each.strip() for each in _alternatives(value)]
        return Several(tuple(each[1:-1] if QUOTED.fullmatch(each) else each for each in parts))
    return value


def _is_known(field: FormField, value: str) -> bool:
    return bool(field.choices) and bool(places(value, field.choices))


def _alternatives(value: str) -> list[str]:
    masked = QUOTED.sub(lambda match: "\0" * len(match[0]), value)
    cuts = [-1, *(place for place, character in enumerate(masked) if character == ALTERNATIVE), len(value)]
    return [value[start + 1 : end] for start, end in pairwise(cuts)]


def _sweep(name: str, match: re.Match[str]) -> Sweep:
    low, high, steps = float(match[1]), float(match[2]), int(match[3] or STEPS)
    if not 2 <= steps <= MOST_STEPS:
        raise SettingsError(
            f"a sweep of {steps} values", where=f"{name}={match[0].strip()}", do=f"give 2 to {MOST_STEPS}, as /8"
        )
    return Sweep(tuple(low + (high - low) * step / (steps - 1) for step in range(steps)))


def swept(
    rows: Sequence[Mapping[str, Any]], seeds: Sequence[int], sweeps: Mapping[str, Sweep]
) -> tuple[list[dict[str, Any]], list[int], int | None]:
    """Each row as all of the values swept over, and how many of them go along a row of the picture.

    The first sweep goes along a row, the second down.

    Raises:
        SettingsError: more than two sweeps.
    """
    if len(sweeps) > 2:
        raise SettingsError(
            f"{len(sweeps)} sweeps", where=", ".join(sweeps), do="sweep over two at most: along a row, and down"
        )
    names = list(sweeps)
    along = [{names[0]: value} for value in sweeps[names[0]].values] if names else [{}]
    down = [{names[1]: value} for value in sweeps[names[1]].values] if len(names) > 1 else [{}]
    found = [{**row, **line, **each} for row in rows for line in down for each in along]
    repeated = [seed for seed in seeds for _ in range(len(down) * len(along))]
    return found, repeated, len(along) if names else None


def require_in_range(form: Sequence[FormField], rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse numbers beyond those of the training.

    Raises:
        SettingsError: the first of them.
    """
    for field in form:
        if field.type != "number" or field.low is None or field.high is None:
            continue
        for row in rows:
            number = _float(row.get(field.name))
            if number is not None and not field.low <= number <= field.high:
                unit = f" {field.unit}" * bool(field.unit)
                raise SettingsError(
                    f"{field.name} {number:g} is out of the range of the training",
                    where=f"{field.name}: {field.low:g} to {field.high:g}{unit}",
                    do="give a number of this range; --extrapolate, in Python extrapolate=True, allows any",
                )


def _float(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
