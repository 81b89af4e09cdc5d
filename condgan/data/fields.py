"""Fields of any form as columns: what each is, told by its values or said by a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import BeforeValidator

from condgan.core.errors import DataError, nearest
from condgan.core.form import RESERVED, FormField
from condgan.core.names import composed, folded
from condgan.core.note import LEFT_OUT, READ, WRONG, Note, some
from condgan.core.schema import FIELDS, YES_NO
from condgan.data.columns import Classes, Numbers, RawValues, Sets, Vectors
from condgan.data.names import ordered

KINDS = ("category", "boolean", "set", "number", "vector", "none")
"""What a field can be; ``none``: it is left out."""
OF_FORMS = {"choice": "category", "boolean": "boolean", "set": "set", "number": "number", "vector": "vector"}
"""The kinds by the types of forms."""
KIND = re.compile(r"(?P<kind>[a-z]+)(\[(?P<unit>[^\[\]]*)\])?")
YES, NO = ("yes", "true", "y", "t", "1", "1.0"), ("no", "false", "n", "f", "0", "-1", "0.0", "-1.0")
MISSING = ("", "nan", "na", "n/a", "none", "null", "?", "-")
"""How tables write that there is no value, in lower case."""
UNIT = re.compile(r"\s*[\[(]([^\[\]()]+)[\])]\s*$")
"""A unit at the end of a heading: ``age [years]``."""
CODES = 12
"""Different whole numbers up to which these are the codes of categories, where they are consecutive from 0 or 1."""
MANY = 1_000
"""Values up to which text is a category."""
SEPARATORS = "|;"
"""What stands between several things in one cell."""


def _kinds(value: Any) -> Any:
    """``hair=category,age=number[years]``, as people write it."""
    if not isinstance(value, str):
        found = value
    else:
        found = {}
        for piece in filter(None, map(str.strip, value.split(","))):
            name, equals, kind = piece.rpartition("=")
            if not equals:
                raise ValueError(f"no kind for {piece}: write {piece}={KINDS[0]}, or another of {', '.join(KINDS)}")
            found[name.strip()] = kind.strip()
    for name, kind in found.items() if isinstance(found, Mapping) else ():
        known = KIND.fullmatch(kind) if isinstance(kind, str) else None
        if known is None or known["kind"] not in KINDS:
            raise ValueError(f"{name} cannot be a {kind}: give one of {', '.join(KINDS)}")
        if known["unit"] and known["kind"] != "number":
            raise ValueError(f"{name} has a unit, but is no number: write {name}=number[{known['unit']}]")
    return found


Kinds = Annotated[dict[str, str], BeforeValidator(_kinds)]


class Fields(NamedTuple):
    """The columns of some fields, and what is to be told of them."""

    columns: dict[str, RawValues]
    notes: tuple[Note, ...] = ()


def kinds_of(form: Sequence[FormField]) -> dict[str, str]:
    """What data must hold for what people can ask for, and no other field."""
    found = {
        field.name: OF_FORMS[field.type] + (f"[{field.unit}]" if field.unit else "")
        for field in form
        if field.type in OF_FORMS
    }
    return {**found, FIELDS: "none"}


def fields(values: Mapping[str, Sequence[Any] | np.ndarray], asked: Mapping[str, str], where: str) -> Fields:
    """Columns of the values of each field.

    Args:
        values: by heading; of each item one value, ``None`` or a word for it where it is missing.
        asked: what people say that a field is; ``*`` is any other. What is not said is told by the values.
        where: the data's title, for messages.

    Raises:
        DataError: there is no field of a name that is asked for, or its values are not what it is said to be.
    """
    named = dict(zip(map(public, values), values.items(), strict=True))
    spelled = {folded(public(name)): kind for name, kind in asked.items() if name != FIELDS}
    known = {folded(name) for name in named}
    if missing := [name for name in asked if name != FIELDS and folded(public(name)) not in known]:
        raise DataError(f"no field called {missing[0]!r}", where=where, do=nearest(missing[0], named))
    columns: dict[str, RawValues] = {}
    left_out: list[str] = []
    read: list[str] = []
    for name, (heading, column) in named.items():
        kind = spelled.get(folded(name), asked.get(FIELDS, ""))
        if kind == "none":
            continue
        plain = [_plain(value) for value in column]
        inferred, why = (kind, "") if kind else _inferred(name, plain)
        if why:
            left_out.append(f"{name} ({why})")
            continue
        unit = UNIT.search(heading)
        columns[name] = _column(name, inferred, plain, unit[1].strip() if unit else "", where)
        read += [] if kind else [f"{name}={inferred}"]
    notes = []
    if read:
        text = f"fields by their values: {some(read, 50)}; --data.fields NAME={'|'.join(KINDS)} changes one"
        notes.append(Note("fields", text, READ))
    if left_out:
        notes.append(Note("no-fields", f"columns that are no fields: {some(left_out, 20)}", LEFT_OUT))
    return Fields(columns, (*notes, *_alike(columns)))


def public(heading: str) -> str:
    """The name that people call a field by: its heading without a unit, and with underscores for spaces."""
    plain = UNIT.sub("", composed(heading)).strip()
    return re.sub(r"[\s,=|]+", "_", plain).strip("_") or "field"


def _plain(value: Any) -> Any:
    """A value as Python has it; ``None`` where it is missing."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        value = value.strip()
        return None if value.casefold() in MISSING else value
    return None if isinstance(value, float) and value != value else value


def _inferred(name: str, values: Sequence[Any]) -> tuple[str, str]:
    """What a field is by its values, or why it is none."""
    there = [value for value in values if value is not None]
    if name.casefold() in RESERVED:
        return "", "the name means something else"
    if not there:
        return "", "no values"
    if all(isinstance(value, list | tuple | np.ndarray) for value in there):
        return _of_lists(there)
    if any(isinstance(value, list | tuple | dict | np.ndarray) for value in there):
        return "", "values of several forms"
    texts = [str(value) for value in there]
    distinct = set(texts)
    if len(distinct) == 1:
        return "", f"always {texts[0]}"
    words = {text.casefold() for text in distinct}
    if words <= {*YES, *NO} and words & {*YES} and words & {*NO}:
        return "boolean", ""
    numbers = [number for text in distinct if (number := _number(text)) is not None]
    if len(numbers) == len(distinct):
        return _of_numbers(sorted(numbers), len(there))
    if any(separator in text for separator in SEPARATORS for text in distinct):
        parts = [part for text in texts for part in _parts(text)]
        if 2 * len(set(parts)) <= len(parts) and len(set(parts)) <= MANY:
            return "set", ""
    if 2 * len(distinct) > max(4, len(there)) or len(distinct) > MANY:
        return "", f"{len(distinct):,} different texts"
    return "category", ""


def _of_lists(lists: Sequence[Any]) -> tuple[str, str]:
    members = [member for each in lists for member in each]
    if all(isinstance(member, str) for member in members):
        few = 2 * len(set(members)) <= len(members)
        return ("set", "") if members and few else ("", f"{len(set(members)):,} different texts")
    if (
        all(isinstance(member, int | float | np.number) for member in members)
        and len({len(each) for each in lists}) == 1
    ):
        return "vector", ""
    return "", "lists of several lengths"


def _of_numbers(numbers: Sequence[float], count: int) -> tuple[str, str]:
    """What different numbers are, in their order."""
    if any(number != int(number) for number in numbers):
        return "number", ""
    consecutive = numbers[-1] - numbers[0] == len(numbers) - 1
    if consecutive and len(numbers) == count > CODES:
        return "", "an id: each item has its own"
    codes = consecutive and numbers[0] in (0, 1) and len(numbers) <= CODES
    return ("category" if codes else "number"), ""


def _column(name: str, kind: str, values: Sequence[Any], unit: str, where: str) -> RawValues:
    """The column of a field of a kind.

    Raises:
        DataError: a value that is none of that kind.
    """
    known = KIND.fullmatch(kind)
    assert known is not None, "checked where it was written"
    place = f"{where}, field {name}"
    match known["kind"]:
        case "boolean":
            return Classes([_yes(value, place) for value in values], YES_NO)
        case "number":
            return Numbers([_float(value, place) for value in values], known["unit"] or unit)
        case "vector":
            return Vectors(_vectors(values, place))
        case "set":
            return Sets([None if value is None else _parts(value) for value in values])
        case _:
            if any(isinstance(value, list | tuple | dict | np.ndarray) for value in values):
                raise DataError("lists are no category", where=place, do=f"say --data.fields {name}=set, or vector")
            return Classes([None if value is None else _text(value) for value in values])


def _text(value: Any) -> str:
    """A name; a whole number without a fraction, as other programs write it where some are missing."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _yes(value: Any, where: str) -> int | None:
    if value is None:
        return None
    text = str(value).casefold()
    if text not in (*YES, *NO):
        raise DataError(f"{value!r} is neither yes nor no", where=where, do="give yes or no, or another kind of field")
    return int(text in YES)


def _float(value: Any, where: str) -> float | None:
    if value is None:
        return None
    number = _number(str(value))
    if number is None or abs(number) > 3e38:
        raise DataError(f"{value!r} is no number", where=where, do="mend it, or give another kind of field")
    return number


def _vectors(values: Sequence[Any], where: str) -> np.ndarray:
    widths = {len(value) for value in values if isinstance(value, list | tuple | np.ndarray)}
    if len(widths) != 1 or not all(value is None or isinstance(value, list | tuple | np.ndarray) for value in values):
        raise DataError("no vectors of one width", where=where, do="give a list of as many numbers for each image")
    (width,) = widths
    try:
        return np.array([np.full(width, np.nan) if value is None else value for value in values], np.float32)
    except (TypeError, ValueError) as error:
        raise DataError("vectors that are no numbers", where=where, do=f"mend them ({error})") from None


def _parts(value: Any) -> tuple[str, ...]:
    """The things in one cell."""
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(dict.fromkeys(composed(str(each)).strip() for each in value))
    found = re.split("[" + re.escape(SEPARATORS) + "]", str(value))
    return tuple(dict.fromkeys(part for each in found if (part := composed(each).strip())))


def _number(text: str) -> float | None:
    """The number that a text is; ``None`` where it is none, or no finite one."""
    try:
        found = float(text.replace(",", ".") if re.fullmatch(r"-?\d+,\d+", text) else text)
    except ValueError:
        return None
    return found if abs(found) != float("inf") and found == found and "_" not in text else None


def _alike(columns: Mapping[str, RawValues]) -> Iterator[Note]:
    """Fields that say the same, under other names."""
    codes: dict[bytes, list[str]] = {}
    for name, column in columns.items():
        if isinstance(column, Classes):
            _, places = np.unique([str(value) for value in column.values], return_inverse=True)
            first: dict[int, int] = {}
            order = [first.setdefault(place, len(first)) for place in places.tolist()]
            codes.setdefault(np.array(order).tobytes(), []).append(name)
    for names in codes.values():
        if len(names) > 1:
            yield Note("same-fields", f"fields that say the same: {' and '.join(ordered(names))}", WRONG)
