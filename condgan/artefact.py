"""Where a pipeline lies: the files of its folder, and the way there from the Hugging Face Hub."""

import json
from pathlib import Path
from typing import Any

from condgan.core.bounds import read_text
from condgan.core.errors import SettingsError

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"


def read_config(folder: Path) -> dict[str, Any]:
    """A pipeline's ``config.json``.

    Raises:
        SettingsError: there is none, or it cannot be read.
    """
    if folder.is_file():
        raise SettingsError(
            "a file, not a pipeline",
            where=folder,
            do=f"give a folder with {CONFIG} and {WEIGHTS}; no pickle is read",
        )
    try:
        config = json.loads(read_text(folder / CONFIG))
        if not isinstance(config, dict):
            raise ValueError("not an object")
        return config
    except FileNotFoundError:
        raise SettingsError("no pipeline", where=folder, do=f"give a folder with {CONFIG} and {WEIGHTS}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError("cannot read pipeline", where=folder / CONFIG, do=first_line(error)) from None


def located(name: str | Path) -> Path:
    """The folder of that path, else one brought from the Hugging Face Hub.

    Raises:
        SettingsError: there is neither.
    """
    return Path(name) if Path(name).exists() else _download(str(name))


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=[CONFIG, WEIGHTS, CARD]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise SettingsError(
            f"no pipeline {name!r}",
            where="neither a folder nor on the Hub",
            do=f"check the path ({type(error).__name__})",
        ) from None


def first_line(error: Exception) -> str:
    """What an error says first, else its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
