"""Pages that open anywhere: one template, its pictures inside it, written next to the numbers that it shows."""

import base64
from importlib.resources import files
from pathlib import Path
from typing import Any

from condgan.core import disk
from condgan.core.spec import Spec

PAGE = "index.html"


def render(template: str, **values: Any) -> str:
    """The text of a template of this room."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    room = files("condgan.evaluation")
    environment = Environment(
        loader=FunctionLoader(lambda name: room.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def embedded(png: bytes) -> str:
    """A picture as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def publish(folder: Path, name: str, numbers: Spec, page: str) -> Path:
    """Write the numbers under their name and the page next to them; returns the page's path.

    Raises:
        SettingsError: they cannot be written there.
        DiskError: the disk is full or fails.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        disk.write(folder / name, numbers.model_dump_json(indent=2).encode())
        disk.write(folder / PAGE, page.encode())
    except OSError as error:
        raise disk.refusal(error, f"cannot write {name}", folder, "choose another --out") from None
    return folder / PAGE
