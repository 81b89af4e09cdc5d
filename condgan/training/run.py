"""The folder that a run leaves: who may write it, and what lies where."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.core.lock import LOCK, Lock
from condgan.recipe import Recipe
from condgan.toml import read_recipe, write_toml

BUDGET = ("images", "minutes", "until", "snapshots", "checkpoint_images", "tensorboard")
"""Settings of ``training`` that may change between sessions of one run: they say how long, not what."""


class Run:
    """The layout of a run's folder."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.recipe = self.folder / "recipe.toml"
        self.checkpoints = self.folder / "checkpoints"
        self.samples = self.folder / "samples"
        self.animation = self.folder / "samples.gif"
        self.curves = self.folder / "losses.png"
        self.metrics = self.folder / "metrics.jsonl"
        self.lock = Lock(self.folder)

    def check(self, recipe: Recipe) -> None:
        """Refuse a folder that holds something else, before anything is written.

        Raises:
            SettingsError: the folder holds a run of another recipe or other files, or cannot be written.
        """
        _content(recipe)
        try:
            if self.recipe.exists():
                old = read_recipe(self.recipe)
                changed = differences(essence(old), essence(recipe))
                if changed:
                    raise SettingsError(
                        f"a run of another recipe: {changed[0]}",
                        where=self.folder,
                        do="choose another --out, or remove that folder",
                    )
            elif self.folder.exists() and any(map(_foreign, self.folder.iterdir())):
                raise SettingsError("the folder holds other files", where=self.folder, do="choose an empty --out")
        except OSError as error:
            raise disk.refusal(error, "cannot write the run's folder", self.folder, "choose another --out") from None

    def claim(self, recipe: Recipe) -> None:
        """Make the folder, lock it for this process and write the recipe into it.

        The system frees the lock when its holder ends, however it does.

        Raises:
            SettingsError: as ``check``.
            LockedError: another process is at work there.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            disk.sync(self.folder.parent)
        except OSError as error:
            raise disk.refusal(error, "cannot write the run's folder", self.folder, "choose another --out") from None
        self.lock.acquire()
        try:
            self.check(recipe)
            disk.write(self.recipe, _content(recipe))
            self.samples.mkdir(exist_ok=True)
            self.checkpoints.mkdir(exist_ok=True)
            disk.sync(self.folder)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let others in."""
        self.lock.release()


def _content(recipe: Recipe) -> bytes:
    """What is in the file of a recipe.

    Raises:
        SettingsError: a path or a name in it is no text.
    """
    text = write_toml(recipe)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        line = text[text.rfind("\n", 0, error.start) + 1 :].splitlines()[0]
        raise SettingsError(
            "a name that is no text in this system's encoding",
            where=f"setting {line}",
            do="set PYTHONUTF8=1, or a locale of UTF-8; or rename the file or folder",
        ) from None


def _foreign(file: Path) -> bool:
    """Whether a file is not one that a run leaves behind when it dies before its recipe is written."""
    return file.name != LOCK and not file.name.startswith(disk.DRAFT)


def essence(recipe: Recipe) -> dict[str, object]:
    """What makes two runs the same run: every setting but the budget, as ``section.field`` → value."""
    flat = dict(_flat("", recipe.plain()))
    return {name: value for name, value in flat.items() if name.removeprefix("training.") not in BUDGET}


def differences(old: dict[str, object], new: dict[str, object]) -> list[str]:
    """Where two recipes differ, in words."""
    return [
        f"{name} was {old.get(name)!r}, now {new.get(name)!r}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _flat(prefix: str, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Nested tables as ``table.field`` → value."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value
