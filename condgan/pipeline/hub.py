"""The way to a pipeline: a folder, or a repository of the Hugging Face Hub."""

from pathlib import Path

from condgan.core.errors import SettingsError
from condgan.pipeline.folder import CARD, CONFIG, WEIGHTS


def located(name: str | Path) -> Path:
    """The folder of that path, else one brought from the Hugging Face Hub; ``hf:owner/name`` is always on the Hub.

    Raises:
        SettingsError: there is neither.
    """
    hosted = str(name).startswith("hf:")
    return Path(name) if not hosted and Path(name).exists() else _download(str(name).removeprefix("hf:"))


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
