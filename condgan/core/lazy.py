"""Names of a package that are imported where they are first used: torch alone takes a second."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(places: Mapping[str, str]) -> Callable[[str], Any]:
    """A module's ``__getattr__`` for names that are defined elsewhere: name → ``module``, or ``module:other name``."""

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"no attribute {name!r}")
        module, _, other = places[name].partition(":")
        found = import_module(module)
        return found if other == "*" else getattr(found, other or name)

    return get
