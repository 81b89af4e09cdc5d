"""``condgan train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from condgan.core.errors import SettingsError

if TYPE_CHECKING:
    from condgan.data import Dataset
    from condgan.recipe import Recipe


def train(
    data: str | None = None,
    /,
    *,
    preset: str | None = None,
    recipe: Path | None = None,
    out: Path | None = None,
    images: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    device: str = "auto",
    precision: str | None = None,
    data_root: str = "",
    **settings: dict[str, str],
) -> None:
    """Train a generator. The same command again goes on where the run was stopped.

    Flags come before the recipe file, the recipe file before the preset, the preset before what the data say.
    Any setting of a recipe is a flag, such as --training.batch 64 or --architecture.kind mlp
    (condgan presets NAME shows them all).

    Parameters
    ----------
    data
        digits (embedded), mnist, fashion-mnist, kmnist, emnist/letters …, cifar10; a folder per class; an image
        folder with metadata.jsonl; a .parquet, .csv, .jsonl or .npz file; or hf:owner/name.
    preset
        A ready recipe: see condgan presets. By default one that fits the data.
    recipe
        A TOML file, laid over the preset.
    out
        The run's folder. By default runs/ and the name of the data.
    images
        Budget: real images to train on.
    minutes
        Budget: minutes of training.
    seed
        Number from which all randomness is derived.
    device
        auto, cpu, cuda or mps.
    precision
        auto, fp32 or bf16.
    data_root
        Folder that holds named data in the usual layout (MNIST/raw/…); by default $CONDGAN_DATA, else a download.
    settings
        --SECTION.FIELD VALUE: any setting of the recipe.
    """
    from condgan.cli.view import watch

    flags: dict[str, dict[str, object]] = {
        section: {name.replace("-", "_"): value for name, value in fields.items()}
        for section, fields in settings.items()
    }
    for name, value in (("images", images), ("minutes", minutes), ("precision", precision)):
        if value is not None:
            flags.setdefault("training", {})[name] = value
    if minutes is not None and images is not None:
        raise SettingsError("two budgets", where="--images and --minutes", do="give one of them")
    watch(lambda: compose(data, data_root, preset, recipe, flags, seed), out, device)


def compose(
    data: str | None,
    data_root: str,
    preset: str | None,
    file: Path | None,
    flags: dict[str, dict[str, object]],
    seed: int | None,
) -> tuple[Recipe, str, Dataset]:
    """The recipe that a command line asks for, the name of its preset, and the data.

    Raises:
        SettingsError: neither data nor a recipe, or a setting that is unknown or does not fit.
        DataError: the data are not there.
    """
    from condgan.data import find
    from condgan.presets import fitting, get
    from condgan.recipe import merge, read_toml

    if data is None and file is None:
        raise SettingsError("no data", where="DATA", do="name a data set or a path, such as: condgan train digits")
    laid: dict[str, object] = read_toml(file) if file else {}
    if data is not None:
        laid = merge(laid, {"data": find(data, data_root).plain()})
    laid = merge(laid, flags)
    if seed is not None:
        laid["seed"] = seed
    where = f"{file} or the command line" if file else "the command line"
    recipe = get(preset or "house").override(laid, where)
    dataset = recipe.data.load()
    if preset is None and file is None:
        preset = fitting(len(dataset))
        recipe = get(preset).override(laid, where)
    return recipe.resolve(dataset.schema, dataset.shape), preset or str(file), dataset
