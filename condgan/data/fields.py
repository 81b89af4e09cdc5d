"""Fields of any form as columns: what each is, told by its values or said by a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import BeforeValidator

from condgan.core.errors import DataError, nearest
from condgan.core.form import RESERVED, FormField
from condgan.core.names import composed, folded
from condgan.core.note import LEFT_OUT, READ, WRONG, Note, some
from condgan.core.schema import FIELDS, YES_NO
from condgan.data import captions
from condgan.data.columns import Classes, Numbers, RawValues, Sets, Vectors
from condgan.data.inference import NO, YES, inferred, number_of, parts_of, plain
from condgan.data.names import ordered

TEXT = "text"
KINDS = ("category", "boolean", "set", "number", "vector", TEXT, "none")
"""What a field can be; ``text``: captions, wherever they stand; ``none``: it is left out."""
OF_FORMS = {
    "choice": "category",
    "boolean": "boolean",
    "set": "set",
    "number": "number",
    "vector": "vector",
    "text": TEXT,
}
"""The kinds by the types of forms."""
KIND = re.compile(r"(?P<kind>[a-z]+)(\[(?P<unit>[^\[\]]*)\])?")
UNIT = re.compile(r"\s*[\[(]([^\[\]()]+)[\])]\s*$")
"""A unit at the end of a heading: ``age [years]``."""
MADE_OF_NAMES = ("_names", "_index")
"""What files and calls add to the name of a field to name something else: its list of values, and an index in it."""
MEANT = "the name means something else"


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
            raise ValueError(f"no kind {kind!r}, which is said of {name}: give one of {', '.join(KINDS)}")
        if known["unit"] and known["kind"] != "number":
            raise ValueError(f"a unit of {name}, which is no number: write {name}=number[{known['unit']}]")
    return found


Kinds = Annotated[dict[str, str], BeforeValidator(_kinds)]


class Fields(NamedTuple):
    """The columns of some fields, and what is to be told of them."""

    columns: dict[str, RawValues]
    notes: tuple[Note, ...] = ()


Reader = Callable[..., Fields]
"""``Source.fields_of``: columns of values by their headings."""


def kinds_of(form: Sequence[FormField]) -> dict[str, str]:
    """What data must hold for what people can ask for, and no other field."""
    found = {
        field.name: OF_FORMS[field.type] + (f"[{field.unit}]" if field.unit else "")
        for field in form
        if field.type in OF_FORMS
    }
    return {**found, FIELDS: "none"}


def fields(
    values: Mapping[str, Sequence[Any] | np.ndarray],
    asked: Mapping[str, str],
    where: str,
    hints: Mapping[str, str] | None = None,
    taken: Collection[str] = (),
    headings: Sequence[str] = (),
) -> Fields:
    """Columns of the values of each field.

    Args:
        values: by heading; of each item one value, ``None`` or a word for it where it is missing.
        asked: what people say that a field is; ``*`` is any other. What is not said is told by the values.
        where: the data's title, for messages.
        hints: what fields are by where they come from, by heading; what people say goes before.
        taken: names of columns that are there already, and are no fields.
        headings: of the columns of captions; empty: the usual ones.

    Raises:
        DataError: there is no field of a name that is asked for, or its values are not what it is said to be.
    """
    named, left_out = _named(values, taken)
    hinted = {public(heading): kind for heading, kind in (hints or {}).items()}
    others = {folded(name) for name in taken}
    texts = [name for name, kind in asked.items() if kind == TEXT]
    spelled = {folded(public(name)): kind for name, kind in asked.items() if name not in (FIELDS, *texts)}
    for name in asked:
        if name not in (FIELDS, *texts) and folded(public(name)) not in {*map(folded, named), *others}:
            raise DataError(f"no field called {name!r}", where=where, do=nearest(name, named))
    columns: dict[str, RawValues] = {}
    told: list[Note] = []
    for name in texts:
        found_in = captions.chosen(values, name, headings, where)
        columns[name], notes = captions.read(values, found_in, where)
        told += notes
        named = {each: heading for each, heading in named.items() if heading not in found_in}
    read: list[str] = []
    missing: list[str] = []
    for name, heading in named.items():
        kind = spelled.get(folded(name), asked.get(FIELDS, ""))
        if kind == "none":
            continue
        if kind and name.casefold() in RESERVED:
            do = f"call it otherwise in the data, or leave it out: --data.fields {name}=none"
            raise DataError(f"no field can be called {name}", where=where, do=do)
        found = _plain(values[heading])
        chosen, why = (kind, "") if kind else inferred(name, found, hinted.get(name, ""))
        if why:
            left_out.append(f"{name} ({why})")
            continue
        unit = UNIT.search(heading)
        columns[name] = _column(name, chosen, found, unit[1].strip() if unit else "", where)
        read += [] if kind else [f"{name}={chosen}"]
        absent = sum(value is None for value in found)
        missing += [f"{name} ({absent:,})"] if absent else []
    return Fields(columns, (*told, *_told(read, left_out, missing), *_alike(columns)))


def public(heading: str) -> str:
    """The name that people call a field by: its heading without a unit, and with underscores for spaces and
    signs that mean something where names are listed."""
    without = UNIT.sub("", composed(heading)).strip()
    return re.sub(r"[\s,=|&;.]+", "_", without).strip("_") or "field"


def spread(name: str, vectors: np.ndarray) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """The numbers of one vector an image as fields of their own, and what these are: of one-hot vectors one category;
    of others of zeros and ones a boolean each; else a number each."""
    whole = bool(np.isin(vectors, (0, 1)).all())
    if whole and vectors.shape[1] > 1 and (vectors.sum(1) == 1).all():
        return {name: [str(place) for place in vectors.argmax(1).tolist()]}, {name: "category"}
    found = {f"{name}_{place}": column.tolist() for place, column in enumerate(vectors.T)}
    return found, dict.fromkeys(found, "boolean" if whole else "number")


def _named(values: Mapping[str, Any], taken: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """The headings by public names, and those that can be no fields for their names."""
    others = {folded(name) for name in taken}
    named: dict[str, str] = {}
    left_out: list[str] = []
    for heading in values:
        name = public(heading)
        twin = next((each for each in named if folded(each) == folded(name)), None)
        base = next((name[: -len(end)] for end in MADE_OF_NAMES if name.endswith(end)), "")
        if folded(name) in others or (base and base in {*map(public, values), *taken}):
            left_out.append(f"{heading} ({MEANT})")
        elif twin is not None:
            left_out.append(f"{heading} (called like {named[twin]})")
        else:
            named[name] = heading
    return named, left_out


def _told(read: Sequence[str], left_out: Sequence[str], missing: Sequence[str]) -> Iterator[Note]:
    if read:
        text = f"fields by their values: {some(read, 50)}; --data.fields NAME={'|'.join(KINDS)} changes one"
        yield Note("fields", text, READ)
    if left_out:
        yield Note("no-fields", f"columns that are no fields: {some(left_out, 20)}", LEFT_OUT)
    if missing:
        yield Note("missing", f"images without a value of a field: {some(missing, 20)}", READ)


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
            return Classes(_each(values, _yes, name, place), YES_NO)
        case "number":
            return Numbers(_each(values, _float, name, place), known["unit"] or unit)
        case "vector":
            return Vectors(_vectors(values, place))
        case "set":
            return Sets([None if value is None else parts_of(value) for value in values])
        case _:
            return Classes(_each(values, _text, name, place))


class _Unfit(Exception):
    """A value that a field of a kind cannot have: what it is not, and what to do."""


def _each(values: Sequence[Any], read: Callable[[Any, str], Any], name: str, where: str) -> list[Any]:
    """Each value as a kind of field has it; where it is none, its item is named."""
    known: dict[str, Any] = {}
    found: list[Any] = []
    try:
        for value in values:
            if isinstance(value, str):  # those recur
                if value not in known:
                    known[value] = read(value, name)
                found.append(known[value])
            else:
                found.append(None if value is None else read(value, name))
    except _Unfit as error:
        what, do = error.args
        raise DataError(what, where=f"{where}, item {len(found)}", do=do) from None
    return found


def _plain(values: Sequence[Any] | np.ndarray) -> list[Any]:
    """All values as Python has them."""
    known: dict[str, Any] = {}
    found: list[Any] = []
    for value in values:
        if type(value) is str:  # those recur
            if value not in known:
                known[value] = plain(value)
            found.append(known[value])
        else:
            found.append(plain(value))
    return found


def _text(value: Any, name: str) -> str:
    """A name; a whole number without a fraction, as other programs write it where some are missing."""
    if isinstance(value, list | tuple | dict | np.ndarray):
        raise _Unfit("lists are no category", f"give --data.fields {name}=set, or {name}=vector")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _yes(value: Any, name: str) -> int:
    text = str(value).casefold()
    if text not in (*YES, *NO):
        raise _Unfit(f"{value!r} is neither yes nor no", _mend(name))
    return int(text in YES)


def _float(value: Any, name: str) -> float:
    number = number_of(str(value))
    if number is None or abs(number) > 3e38:
        raise _Unfit(f"{value!r} is no number", _mend(name))
    return number


def _mend(name: str) -> str:
    return f"mend it, or give another kind, such as --data.fields {name}=category"


def _vectors(values: Sequence[Any], where: str) -> np.ndarray:
    widths = {len(value) for value in values if isinstance(value, list | tuple | np.ndarray)}
    if len(widths) != 1 or not all(value is None or isinstance(value, list | tuple | np.ndarray) for value in values):
        raise DataError("no vectors of one width", where=where, do="give a list of as many numbers for each image")
    (width,) = widths
    try:
        return np.array([np.full(width, np.nan) if value is None else value for value in values], np.float32)
    except (TypeError, ValueError) as error:
        raise DataError("vectors that are no numbers", where=where, do=f"mend them ({error})") from None


def _alike(columns: Mapping[str, RawValues]) -> Iterator[Note]:
    """Fields that say the same, under other names."""
    codes: dict[bytes, list[str]] = {}
    for name, column in columns.items():
        if isinstance(column, Classes):
            first: dict[str, int] = {}
            order = [first.setdefault(str(value), len(first)) for value in column.values]
            codes.setdefault(np.array(order).tobytes(), []).append(name)
    for names in codes.values():
        if len(names) > 1:
            yield Note("same-fields", f"fields that say the same: {' and '.join(ordered(names))}", WRONG)
