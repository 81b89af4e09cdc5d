"""The base of every settings value: frozen, checked, and the same in Python, TOML, JSON and on the command line."""

from collections.abc import Mapping
from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from condgan.core.errors import SettingsError, nearest


class Spec(BaseModel):
    """A frozen, validated value. Unknown keys are refused; a field's docstring is its help text."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _tuples_from_text(cls, values: Any) -> Any:
        """``"64,32"`` for a tuple, ``"none"`` for an empty one, as people write it on a command line."""
        if not isinstance(values, dict):
            return values
        tuples = {name for name, field in cls.model_fields.items() if get_origin(field.annotation) is tuple}
        return {
            name: [part for part in value.split(",") if part not in ("", "none")]
            if name in tuples and isinstance(value, str)
            else value
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
            raise settings_error(cls, error, where) from None

    def plain(self) -> dict[str, Any]:
        """The settings as plain JSON values, without those left empty (``None``)."""
        return self.model_dump(mode="json", exclude_none=True)

    def with_(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again."""
        return self.parse({**self.model_dump(exclude_none=True), **changes})


def settings_error(spec: type[Spec], error: ValidationError, where: str) -> SettingsError:
    """Turn pydantic's first complaint into one line that names the setting and the remedy."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    home, written = _resolve(spec, path)
    name = ".".join(written) or spec.__name__.lower()
    place = f"setting {name}" + (f" in {where}" if where else "")
    if first["type"] == "extra_forbidden":
        return SettingsError("unknown setting", where=place, do=nearest(path[-1], home.model_fields))
    message = first["msg"].removeprefix("Value error, ")
    given = first["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    field = home.model_fields.get(path[-1]) if path else None
    help_text = " ".join((field.description or "").split()) if field else ""
    return SettingsError(message[0].lower() + message[1:] + shown, where=place, do=help_text)


def specs_in(annotation: Any) -> list[type[Spec]]:
    """The Spec classes that an annotation names: itself, or the members of a union."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return [annotation]
    return [spec for part in get_args(annotation) for spec in specs_in(part)]


def kind_of(spec: type[Spec]) -> str | None:
    """The tag by which a union tells this spec from its fellows."""
    field = spec.model_fields.get("kind")
    return field.default if field else None


def _resolve(spec: type[Spec], path: list[str]) -> tuple[type[Spec], list[str]]:
    """The spec that holds the last key of an error's path, and the path as people write it: without union tags."""
    candidates, written = [spec], []
    for part in path[:-1]:
        holders = [each for each in candidates if part in each.model_fields]
        if not holders and any(kind_of(each) == part for each in candidates):
            candidates = [each for each in candidates if kind_of(each) == part]
            continue
        written.append(part)
        inner = [found for each in holders for found in specs_in(each.model_fields[part].annotation)]
        candidates = inner or candidates
    tag = path and len(candidates) > 1 and any(kind_of(each) == path[-1] for each in candidates)
    return candidates[0], written + ([] if tag else path[-1:])
