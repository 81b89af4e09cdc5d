"""Recipes as TOML, with or without their help texts."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli_w

from condgan.core.bounds import read_text
from condgan.core.errors import SettingsError, said
from condgan.core.spec import Spec
from condgan.losses.base import TERMS
from condgan.recipe import Recipe

DEEP = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""")
"""A key of more than 32 parts: the parser takes the square of their number."""


def write_toml(recipe: Recipe, explain: bool = False) -> str:
    """A recipe as TOML; explained, each setting stands below its help text as a comment."""
    if not explain:
        return tomli_w.dumps(recipe.plain())
    return "\n".join(_explained(recipe, "")).lstrip("\n") + "\n"


def read_recipe(file: str | Path) -> Recipe:
    """A recipe from a TOML file.

    Raises:
        SettingsError: no such file, not TOML, or a setting is unknown or does not fit.
    """
    return Recipe.parse(read_toml(file), where=str(file))


def read_toml(file: str | Path) -> dict[str, Any]:
    """A TOML file as plain values.

    Raises:
        SettingsError: no such file, or not TOML.
    """
    try:
        text = read_text(Path(file))
        if DEEP.search(text):
            raise ValueError("keys nested too deeply")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError("no such recipe file", where=file, do="check the path") from None
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError("cannot read recipe", where=file, do=said(error)) from None


def _explained(spec: Spec, name: str) -> Iterator[str]:
    """The lines of a table and of those in it; what is not set stands there as a comment."""
    plain = spec.plain()
    unset = [field for field in type(spec).model_fields if field not in plain and getattr(spec, field) is None]
    tables: list[tuple[str, Spec, str]] = []
    for key in [*plain, *unset]:
        value = getattr(spec, key, None)
        if isinstance(value, Spec):
            tables.append((key, value, _help(spec, key)))
        elif key == "parts" and not value:
            yield "parts = {}"
        elif key == "parts":
            tables += [(f"{key}.{inner}", each, type(each).__doc__ or "") for inner, each in (value or {}).items()]
        else:
            yield from _comment(_help(spec, key) if key != "kind" else "")
            yield f"# {key} =" if key in unset else f"{key} = {_inline(plain[key])}"
    for key, value, text in tables:
        whole = f"{name}.{key}" if name else key
        yield from ["", *_comment(text.split("\n\n")[0]), f"[{whole}]", *_explained(value, whole)]


def _inline(value: Any) -> str:
    """A value on one line; a term of the objective with settings of its own is a table."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(each)}" for key, each in value.items()) + " }"
    return tomli_w.dumps({"value": value}).rstrip().removeprefix("value = ")


def _help(spec: Spec, name: str) -> str:
    field = type(spec).model_fields.get(name) or TERMS[name].model_fields["weight"]
    return field.description or ""


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), 100)]
