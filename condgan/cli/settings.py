"""Settings of a recipe among the words of a command line: ``--SECTION.FIELD VALUE``, and ``--condition none``."""

from collections.abc import Sequence
from typing import Any

from condgan.core.errors import SettingsError

WHOLE = ("condition",)
"""Sections that text alone can stand for."""


def split(tokens: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """A command line without its settings, and these as section → field → value, dashes as underscores.

    Raises:
        SettingsError: a setting without a value, or one that is both a table and a value.
    """
    rest: list[str] = []
    settings: dict[str, Any] = {}
    words = iter(tokens)
    for word in words:
        name, equals, value = word.partition("=")
        if not name.startswith("--") or ("." not in name and name[2:] not in WHOLE):
            rest.append(word)
            continue
        if not equals:
            value = next(words, "--")
            if value.startswith("--"):
                raise SettingsError(f"no value for {name}", where="command line", do=f"write {name} VALUE")
        _put(settings, name[2:].replace("-", "_").split("."), value, name)
    return rest, settings


def _put(settings: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for part in path[:-1]:
        there = settings.setdefault(part, {})
        if not isinstance(there, dict):  # --condition label --condition.label.encoding embedding
            there = settings[part] = {"parts": {each: {} for each in there.split(",") if each not in ("", "none")}}
        settings = there
    if isinstance(settings.get(path[-1]), dict):
        raise SettingsError(f"{name} is a table and a value", where="command line", do="give it before its fields")
    settings[path[-1]] = value
