"""What people supply to a pipeline: values under their names, and pictures of any kind."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL.Image import Image
from torch import Tensor, nn

from condgan.core.batch import MODES, to_float
from condgan.core.errors import DataError, SettingsError
from condgan.core.form import FieldType, FormField
from condgan.core.values import listed, shown, whole
from condgan.data.layouts import array_of
from condgan.data.picture import Half, Picture, loaded
from condgan.pipeline.requests import Literal, Several, Sweep, named_in, read
from condgan.pipeline.vectors import vectors

PICTURES = ("picture", "layout")
"""Types of fields whose values are pictures."""
INDEX = "index"
"""What an index is called, after the name of its field or alone."""


Where = Mapping[str, Any] | str | Sequence[str] | None
"""Values by public name; or as text, or as several texts, whose values of one name come in turn."""


def values_of(
    form: Sequence[FormField], first: Sequence[Any], fields: Mapping[str, Any], where: Where
) -> dict[str, Sequence[Any] | Sweep]:
    """The values of a call by public name, each as a sequence to be taken in turn, or as a sweep.

    Args:
        form: what can be asked for.
        first: values without a name.
        fields: values by name.
        where: the same, for names that are no words; or as text, ``hair=black|brown, age=20..70``, or several such.

    Raises:
        SettingsError: more values than names, one name twice, no value, an index out of range, or what has no order.
    """
    if len(first) > 1:
        raise SettingsError("several values without names", where=f"{first!r}", do="name them, or give them in a list")
    named = together(form, fields, where)
    if first and first[0] is not None:
        if not form:
            raise SettingsError(
                "this generator takes no label",
                where=f"{first[0]!r}",
                do="it was trained without a condition; leave it out",
            )
        if form[0].name in named:
            raise SettingsError(f"two values for {form[0].name}", where=f"{first[0]!r}", do="give one of them")
        named[form[0].name] = first[0]
    fields = {field.name: field for field in form}
    found = {name: _several(fields.get(name), value, name) for name, value in chosen(form, named).items()}
    for name, values in found.items():
        if not isinstance(values, Sweep) and not values:
            raise SettingsError(f"no {name}", where=name, do="give at least one value, or leave it out for all in turn")
    return found


def together(form: Sequence[FormField], fields: Mapping[str, Any], where: Where) -> dict[str, Any]:
    """The values that are given by name, and those of ``where``.

    Raises:
        SettingsError: two values for one name, or text that is not of the form ``NAME=VALUE, …``.
    """
    more = dict(where) if isinstance(where, Mapping) else _in_texts([where] if isinstance(where, str) else where, form)
    if twice := [name for name in more if fields.get(name) is not None]:
        raise SettingsError(f"two values for {twice[0]}", where=f"where, and {twice[0]}", do="give one of them")
    return {**fields, **more}


def _in_texts(texts: Sequence[str] | None, form: Sequence[FormField]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for text in texts or ():
        for name, value in named_in(text, form).items():
            found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _several(field: FormField | None, value: Any, name: str) -> Sequence[Any] | Sweep:
    """A value as a person gives it, as all that are to be taken in turn, or as a sweep."""
    if field is not None and field.type in PICTURES:
        return pictures(value, name)
    if field is not None and field.type == "vector":
        return vectors(value, name)
    if field is not None and field.type == "set" and isinstance(value, Set | tuple):
        return [tuple(value)]
    values = [value] if isinstance(value, Literal) else listed(value, name)
    if isinstance(values, range):  # of any length
        return values
    given = [read(field, each) for each in values]
    sweeps = [each for each in given if isinstance(each, Sweep)]
    if sweeps and len(given) > 1:
        raise SettingsError(f"a sweep of {name} and other values of it", where=name, do="give one of both")
    return (
        sweeps[0]
        if sweeps
        else [one for each in given for one in (each.values if isinstance(each, Several) else [each])]
    )


def chosen(form: Sequence[FormField], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The values with lists of names in the place of indices: ``label_index`` is of ``label``, and ``index`` of the
    first field that has choices. Dashes are underscores, as on a command line.

    Raises:
        SettingsError: no such index, both a value and an index for one field, or no field with choices.
    """
    choices = {field.name: field for field in form if field.choices}
    words = {f"{name}_{INDEX}": field for name, field in choices.items()}
    words |= {INDEX: next(iter(choices.values()), FormField("", "choice"))}
    known = {*(field.name for field in form), *words}
    spelled = {_spelled(name, known): value for name, value in fields.items() if value is not None or name not in words}
    found = {name: value for name, value in spelled.items() if name not in words}
    for word in [name for name in spelled if name in words]:
        field = words[word]
        if not field.choices:
            raise SettingsError("this generator has no choices", where=word, do="leave the index out")
        if field.name in found:
            raise SettingsError(f"two values for {field.name}", where=f"{field.name} and {word}", do="give one of them")
        found[field.name] = [_choice(field, each, word) for each in listed(spelled[word], word)]
    return found


def _spelled(name: str, known: Container[str]) -> str:
    other = name.replace("-", "_")
    return other if name not in known and other in known else name


def _choice(field: FormField, value: Any, word: str) -> str | None:
    """The name of a choice by its index; text is one as on a command line."""
    if value is None:
        return None
    digits = isinstance(value, str) and value.strip().isdecimal() and len(value) < 20
    index = int(value) if digits else -1 if isinstance(value, str) else whole(value, word)
    if not 0 <= index < len(field.choices):
        raise SettingsError(
            f"no {field.name} of index {value}",
            where=word,
            do=f"give an index from 0 ({field.choices[0]}) to {len(field.choices) - 1} ({field.choices[-1]})",
        )
    return field.choices[index]


def pictures(value: Any, name: str) -> Sequence[Any]:
    """One picture, or several: an array or a tensor h,w or h,w,c is one, n,h,w,c are several.

    Raises:
        SettingsError: what has no order of values, or is no picture.
    """
    array = bytes(value) if isinstance(value, bytearray | memoryview) else _array(value)
    if not isinstance(array, np.ndarray) or array.dtype.kind in "OUS":
        return [_array(each) for each in listed(array, name)]
    if array.ndim not in (2, 3, 4):
        raise SettingsError(
            f"no picture: an array of {array.ndim} axes",
            where=name,
            do="give h,w or h,w,c for one, n,h,w,c for several",
        )
    return list(array) if array.ndim == 4 else [array]


def _array(value: Any) -> Any:
    return value.detach().cpu().numpy() if isinstance(value, Tensor) else value


def opened_as(field_type: FieldType | None, value: Any, place: int) -> Any:
    """A value as the condition takes it: a picture or an array, with the numbers that are in it.

    Raises:
        DataError: it cannot be read.
    """
    if field_type not in PICTURES:
        return value
    _require_some(value, place)
    layers = isinstance(value, np.ndarray) and value.ndim == 3 and value.shape[2] not in MODES
    if layers and field_type == "picture":
        raise DataError(
            f"a picture of shape {value.shape}", where=f"item {place}", do="give h,w or h,w,c with 1, 3 or 4 channels"
        )
    return untouched(value, place)


def _require_some(value: Any, place: int) -> None:
    """Refuse what holds no picture at all.

    Raises:
        DataError: it is none.
    """
    if not isinstance(value, str | Path | bytes | bytearray | np.ndarray | Image | Half):
        raise DataError(
            f"no picture: {shown(value)}",
            where=f"item {place}",
            do="give a path, an opened image, an array h,w[,c], or the bytes of an image file",
        )
    if isinstance(value, np.ndarray) and 0 in value.shape:
        raise DataError(f"a picture of shape {value.shape}", where=f"item {place}", do="give one with some pixels")


def untouched(picture: Picture | Image | str, place: int) -> Image | np.ndarray:
    """A picture or an array, with the numbers that are in it."""
    if isinstance(picture, Image):
        return picture
    array = array_of(Path(picture) if isinstance(picture, str) else picture)
    return loaded(picture, place) if array is None else array


@torch.no_grad()
def latents_of(generator: nn.Module, images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n noise"]:
    """The latents that a generator which has learned a style tells from examples."""
    device = next(generator.parameters()).device
    return generator.get_submodule("body.posterior")(to_float(images).to(device)).mean.cpu()
