"""The options of every command that trains, or says what training would take."""

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from condgan.core.errors import SettingsError, nearest

SPELLED = {"source": "data", "parent": "from"}
"""Parameters that are not spelled as on the command line, since a section of settings has that name."""


HIDDEN = ("options", "settings")
"""Parameters that nobody writes."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Options:
    """What to train on, how, and for how long."""

    recipe: Path | None = None
    """A TOML file, laid over the preset."""
    images: int | None = None
    """Budget: real images to train on."""
    minutes: float | None = None
    """Budget: minutes of training."""
    until: str | None = None
    """plateau: stop before the budget's end where samples come no nearer to the real images; the best are kept."""
    remedy: Annotated[bool, Parameter(negative="")] = False
    """Change the one thing that a preset which fails on purpose needs."""
    precision: str | None = None
    """auto, fp32 or bf16."""
    data_root: str = ""
    """Folder that holds named data in the usual layout (MNIST/raw/…); by default $CONDGAN_DATA, else a download."""
    skip_bad: Annotated[bool, Parameter(negative="")] = False
    """Leave out images that cannot be read, up to one in a hundred."""

    settings: Annotated[str, Parameter(show=False)] = "{}"
    """Settings of the recipe as JSON: what ``main`` makes of all --SECTION.FIELD VALUE."""

    def words(self) -> dict[str, Any]:
        """The same as words of a verb."""
        return {**asdict(self), "settings": json.loads(self.settings)}


def known_options(command: Callable[..., None], tokens: list[str]) -> None:
    """Refuse what is no option of a command, with the nearest that is one.

    Raises:
        SettingsError: the first such option.
    """
    parameters = inspect.signature(command).parameters.values()
    own = [SPELLED.get(each.name, each.name) for each in parameters if each.kind is each.KEYWORD_ONLY]
    names = [*own, *(field.name for field in fields(Options))]
    options = [f"--{name.replace('_', '-')}" for name in names if name not in HIDDEN]
    for before, token in pairwise(["", *tokens]):
        name = token.split("=")[0]
        hidden = name.removeprefix("--") in HIDDEN
        if not name.startswith("--") or hidden or name in options or before in options:
            continue
        same = _settings(name[2:])
        raise SettingsError("unknown option", where=name, do=nearest(same[0] if same else name, [*options, *same]))


def _settings(field: str) -> list[str]:
    """The settings of that name, as options."""
    from condgan.presets import house

    plain = house().plain()
    name = field.replace("-", "_")
    return [f"--{section}.{field}" for section, value in plain.items() if isinstance(value, dict) and name in value]
