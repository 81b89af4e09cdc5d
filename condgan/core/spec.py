"""The base of every settings value: frozen, checked, and the same in Python, TOML, JSON and on the command line."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, NamedTuple, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from condgan.core.errors import SettingsError, nearest
from condgan.core.needs import Need

UNWRITTEN = ("parts", "terms")
"""Tables that people leave out: ``condition.parts.label`` is written ``condition.label``."""


class Spec(BaseModel):
    """A frozen, validated value. Unknown keys are refused; a field's docstring is its help text."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _as_people_write_them(cls, values: Any) -> Any:
        """``"64,32"`` for a tuple and ``"none"`` for an empty one, as on a command line; paths, and numbers of NumPy or
        torch, as in Python."""
        if not isinstance(values, dict):
            return values
        tuples = {name for name, field in cls.model_fields.items() if get_origin(field.annotation) is tuple}
        for name in values.keys() & cls.model_fields.keys():
            taken = _types_in(cls.model_fields[name].annotation)
            if isinstance(_plain(values[name]), bool) and taken & {int, float} and bool not in taken:
                raise ValueError(f"{name} is a number, not {values[name]}")
        return {
            name: [part for part in value.split(",") if part not in ("", "none")]
            if name in tuples and isinstance(value, str)
            else _plain(value)
            for name, value in values.items()
        }

    @classmethod
    def parse(cls, values: Mapping[str, Any], *, where: str = "") -> Self:
        """Build from plain values.

        Raises:
            SettingsError: a key is unknown (with the nearest name) or a value does not fit.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            what, path, do = complaint(cls, error)
            place = f"setting {'.'.join(path) or cls.__name__.lower()}" + (f" in {where}" if where else "")
            raise SettingsError(what, where=place, do=do) from None

    def plain(self) -> dict[str, Any]:
        """The settings as plain JSON values, without those left empty (``None``)."""
        return self.model_dump(mode="json", exclude_none=True)

    def with_(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again."""
        return self.parse({**self.model_dump(exclude_none=True), **changes})

    @classmethod
    def resets(cls, changed: str) -> tuple[str, ...]:
        """Settings that return to their defaults where another is changed, since they belong to its old value."""
        return ()

    def provides(self) -> frozenset[str]:
        """What these settings provide to the others of a recipe; ``core.needs`` has the words."""
        return frozenset()

    def needs(self) -> tuple[Need, ...]:
        """What these settings need of the others of a recipe."""
        return ()


def _plain(value: Any) -> Any:
    """A path as text, and a number that is not one of Python's own, such as NumPy's, as one of these."""
    if isinstance(value, PurePath):
        return str(value)
    unpack = getattr(value, "item", None)  # torch need not be imported to know a tensor
    return unpack() if callable(unpack) and getattr(value, "ndim", None) == 0 else value


class Complaint(NamedTuple):
    """What is wrong with some values."""

    what: str
    path: list[str]
    """The setting, from the outermost table to the innermost key."""
    do: str


def complaint(spec: type[Spec], error: ValidationError) -> Complaint:
    """Pydantic's first complaint, in words that name the setting and the remedy."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"] if part not in UNWRITTEN]
    if first["type"] == "setting":  # an inner value has said it already (core.registry)
        inner = first["ctx"]
        return Complaint(inner["what"], [*path, *inner["path"]], inner["do"])
    home = _holder(spec, path)
    if first["type"] == "extra_forbidden":
        return Complaint("unknown setting", path, nearest(path[-1], home.model_fields))
    message = first["msg"].removeprefix("Value error, ")
    given = first["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    field = home.model_fields.get(path[-1]) if path else None
    help_text = " ".join((field.description or "").split()) if field else ""
    return Complaint(message[0].lower() + message[1:] + shown, path, help_text)


def kind_of(spec: type[Spec]) -> str | None:
    """The tag by which a registry tells this spec from its fellows."""
    field = spec.model_fields.get("kind")
    return field.default if field and isinstance(field.default, str) else None


def _holder(spec: type[Spec], path: list[str]) -> type[Spec]:
    """The spec that holds the last key of an error's path."""
    for part in path[:-1]:
        field = spec.model_fields.get(part)
        found = [each for each in _specs_in(field.annotation) if field] if field else []
        if not found:
            break
        spec = found[0]
    return spec


def _types_in(annotation: Any) -> set[type]:
    """The classes that an annotation names, at any depth."""
    inner = [each for part in get_args(annotation) for each in _types_in(part)]
    return {annotation, *inner} if isinstance(annotation, type) else set(inner)


def _specs_in(annotation: Any) -> list[type[Spec]]:
    """The Spec classes that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return [annotation]
    return [spec for part in get_args(annotation) for spec in _specs_in(part)]
