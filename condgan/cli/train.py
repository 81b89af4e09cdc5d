"""``condgan train``."""

import inspect
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from condgan.core.errors import SettingsError, nearest
from condgan.core.lock import require_free


def train(
    data: str | None = None,
    /,
    *,
    preset: str | None = None,
    recipe: Path | None = None,
    out: Path | None = None,
    resume: Path | None = None,
    images: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    device: str = "auto",
    precision: str | None = None,
    data_root: str = "",
    skip_bad: Annotated[bool, Parameter(negative="")] = False,
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
    resume
        A checkpoint to go on from (RUN/checkpoints/step-…), or a run. Without it, the newest sound one in --out.
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
    skip_bad
        Leave out images that cannot be read, up to one in a hundred.
    settings
        --SECTION.FIELD VALUE: any setting of the recipe.
    """
    if out is not None:
        require_free(out)  # before anything heavy is imported
    from condgan.cli.view import watch
    from condgan.verbs import plan

    watch(
        lambda: plan(
            data,
            preset=preset,
            recipe=recipe,
            out=out,
            resume=resume,
            images=images,
            minutes=minutes,
            seed=seed,
            precision=precision,
            data_root=data_root,
            skip_bad=skip_bad,
            settings=spelled(settings),
        ),
        device,
    )


def spelled(settings: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Settings as Python spells them: dashes become underscores."""
    return {
        section: {name.replace("-", "_"): value for name, value in fields.items()}
        for section, fields in settings.items()
    }


def known_options(tokens: list[str]) -> None:
    """Refuse what is neither an option of ``train`` nor of the form of a setting, with the nearest that is one.

    Raises:
        SettingsError: the first such option.
    """
    options = [f"--{name.replace('_', '-')}" for name in inspect.signature(train).parameters if name != "settings"]
    for before, token in pairwise(["", *tokens]):
        name = token.split("=")[0]
        if not name.startswith("--") or name in options or before in options:
            continue
        if name.count(".") > 1:
            raise SettingsError(
                "unknown option", where=name, do="write --SECTION.FIELD VALUE; see condgan presets house"
            )
        if "." not in name:
            same = _settings(name[2:])
            raise SettingsError("unknown option", where=name, do=nearest(same[0] if same else name, [*options, *same]))


def _settings(field: str) -> list[str]:
    """The settings of that name, as options."""
    from condgan.presets import house

    plain = house().plain()
    return [f"--{section}.{field}" for section, value in plain.items() if isinstance(value, dict) and field in value]
