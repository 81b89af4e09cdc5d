"""``condgan doctor``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from condgan.cli.train import spelled


def doctor(
    data: str | None = None,
    /,
    *,
    preset: str | None = None,
    recipe: Path | None = None,
    images: int | None = None,
    minutes: float | None = None,
    device: str = "auto",
    precision: str | None = None,
    data_root: str = "",
    skip_bad: Annotated[bool, Parameter(negative="")] = False,
    **settings: dict[str, str],
) -> None:
    """Look at data before a long run: labels, broken, odd and repeated images, and what training would take.

    Exits with 3 where train would stop. Nothing is written.

    Parameters
    ----------
    data
        As for train.
    preset
        A ready recipe: see condgan presets. By default one that fits the data.
    recipe
        A TOML file, laid over the preset.
    images
        Budget: real images to train on.
    minutes
        Budget: minutes of training.
    device
        auto, cpu, cuda or mps.
    precision
        auto, fp32 or bf16.
    data_root
        Folder that holds named data in the usual layout (MNIST/raw/…).
    skip_bad
        Leave out images that cannot be read, up to one in a hundred.
    settings
        --SECTION.FIELD VALUE: any setting of the recipe.
    """
    from condgan.cli.view import show_diagnosis
    from condgan.verbs import doctor as examine

    diagnosis = examine(
        data,
        preset=preset,
        recipe=recipe,
        images=images,
        minutes=minutes,
        device=device,
        precision=precision,
        data_root=data_root,
        skip_bad=skip_bad,
        settings=spelled(settings),
    )
    show_diagnosis(diagnosis)
    for error in diagnosis.errors:
        raise error
