"""Registries: from the ``kind`` that a recipe names to the class of settings that has it.

A class of another package joins by one line, ``PARTS.register(Mine)``; a package that names a module under the entry
point group ``condgan.plugins`` is imported when a kind is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import PydanticCustomError, core_schema

from condgan.core.errors import nearest
from condgan.core.spec import Spec, complaint, kind_of

S = TypeVar("S", bound=Spec)
PLUGINS = "condgan.plugins"


class Registry(Generic[S]):
    """The kinds of one contract. As the metadata of an annotated field it reads and writes values of any of them."""

    def __init__(self, builtin: Mapping[str, str]) -> None:
        """``builtin``: where each kind of condgan itself is, as ``module:Class``; it is imported when it is needed."""
        self._places = dict(builtin)
        self._classes: dict[str, type[S]] = {}

    def register(self, spec: type[S]) -> type[S]:
        """Make a class known by the default of its field ``kind``; also as a decorator.

        Raises:
            ValueError: it has no kind, or another class has the same.
        """
        kind = kind_of(spec)
        if kind is None:
            raise ValueError(f'{spec.__name__} has no kind: give it a field such as kind: Literal["mine"] = "mine"')
        taken = self._places.get(kind) or (f"{c.__module__}:{c.__name__}" if (c := self._classes.get(kind)) else "")
        if taken and taken != f"{spec.__module__}:{spec.__name__}":
            raise ValueError(f"kind {kind!r} is taken by {taken}")
        self._classes[kind] = spec
        return spec

    @property
    def builtin(self) -> tuple[str, ...]:
        """The kinds of condgan itself."""
        return tuple(self._places)

    def kinds(self) -> tuple[str, ...]:
        """All kinds, condgan's own first."""
        return tuple(dict.fromkeys([*self._places, *self._classes]))

    def __contains__(self, kind: object) -> bool:
        return kind in self._places or kind in self._classes

    def __getitem__(self, kind: str) -> type[S]:
        """The class of a kind.

        Raises:
            KeyError: there is none; the message names the nearest.
        """
        if kind not in self:
            for plugin in entry_points(group=PLUGINS):
                plugin.load()
        if kind not in self:
            raise KeyError(f"no kind {kind!r}; {nearest(kind, self.kinds())}")
        if kind not in self._classes:
            module, name = self._places[kind].split(":")
            self._classes[kind] = getattr(import_module(module), name)
        return self._classes[kind]

    def classes(self) -> list[type[S]]:
        """The classes of all kinds."""
        return [self[kind] for kind in self.kinds()]

    def parse(self, value: Any) -> Any:
        """Plain values with a ``kind``, as a value of its class; what is one already, as it is."""
        if isinstance(value, Spec) and kind_of(type(value)) in self:
            return value
        if not isinstance(value, Mapping) or not isinstance(value.get("kind"), str):
            raise PydanticCustomError(
                "no_kind", "give a table with a kind: {kinds}", {"kinds": ", ".join(self.kinds())}
            )
        try:
            spec = self[value["kind"]]
        except KeyError as error:
            what, _, do = str(error.args[0]).partition("; ")
            raise refusal(what, ["kind"], do) from None
        try:
            return spec.model_validate(dict(value))
        except ValidationError as error:
            raise refusal(*complaint(spec, error)) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def plain(value: Spec, info: core_schema.SerializationInfo) -> dict[str, Any]:
            return value.model_dump(mode=info.mode, exclude_none=info.exclude_none, exclude_unset=info.exclude_unset)

        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.plain_serializer_function_ser_schema(plain, info_arg=True)
        )


def refusal(what: str, path: list[str], do: str) -> PydanticCustomError:
    """What is wrong with an inner value, as an error that keeps the three apart until it is shown."""
    escaped = what.replace("{", "(").replace("}", ")")
    return PydanticCustomError("setting", escaped, {"what": what, "path": path, "do": do})
