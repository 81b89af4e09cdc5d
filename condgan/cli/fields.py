"""What a pipeline can be asked for, in the help of ``condgan sample`` and in the completion of its ``--where``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from condgan.core.form import FormField

if TYPE_CHECKING:
    from cyclopts.completion import CompletionContext


def form_of(pipeline: str) -> tuple[FormField, ...] | None:
    """The form of the pipeline in a folder, of which only ``config.json`` is read; ``None``: there is none."""
    from condgan.conditions import Condition
    from condgan.pipeline.folder import CONFIG, read_config

    if not Path(pipeline, CONFIG).is_file():
        return None
    return Condition.parse(read_config(Path(pipeline))["condition"]).form()


def show_fields(tokens: Sequence[str]) -> None:
    """What a pipeline among the words of a command line takes, if one is there."""
    from rich.console import Console
    from rich.table import Table

    known = ((token, form_of(token)) for token in tokens if not token.startswith("-"))
    place, form = next(((token, form) for token, form in known if form is not None), ("", None))
    if form is None:
        return
    table = Table(title=f"What {place} takes", title_justify="left", box=None, show_header=False, padding=(0, 2))
    for field in form:
        table.add_row(f"--{field.name}", field.described())
    Console().print(table if form else f"{place} takes no condition.", markup=False)


def complete_where(context: CompletionContext) -> list[tuple[str, str]]:
    """The next ``NAME=VALUE`` of a ``--where`` that is being written, with what it means."""
    form = form_of(_pipeline(context)) or ()
    before, comma, _ = context.incomplete.rpartition(",")
    written = {piece.partition("=")[0].strip() for piece in before.split(",")} if comma else set()
    start = f"{before}{comma}{' ' * bool(comma)}"
    return [
        (f"{start}{field.name}={value}", field.described())
        for field in form
        if field.name not in written
        for value in _values(field)
    ]


def _pipeline(context: CompletionContext) -> str:
    try:
        return context["pipeline"].raw or ""
    except KeyError:
        return ""


def _values(field: FormField) -> list[str]:
    """Values to choose from; of numbers the ends of their range."""
    if field.type == "boolean":
        return ["yes", "no"]
    if field.type == "number" and field.low is not None and field.high is not None:
        return [f"{field.low:g}", f"{field.high:g}", f"{field.low:g}..{field.high:g}"]
    return [f'"{each}"' if "," in each else each for each in field.choices]
