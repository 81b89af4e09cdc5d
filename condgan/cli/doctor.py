"""``condgan doctor``."""

from json import dumps
from typing import Annotated

from cyclopts import Parameter

from condgan.cli.options import Options


def doctor(
    data: str | None = None,
    /,
    *,
    preset: str | None = None,
    device: str = "auto",
    json: Annotated[bool, Parameter(negative="")] = False,
    options: Options = Options(),  # noqa: B008 (frozen)
) -> None:
    """Look at data before a long run: labels, broken, odd and repeated images, and what training would take.

    Exits with 3 where train would stop. Nothing is written. Any setting of the recipe is a flag, as for train.

    Parameters
    ----------
    data
        As for train.
    preset
        A ready recipe: see condgan presets. By default one that fits the data.
    device
        auto, cpu, cuda or mps.
    json
        Write what was found as JSON.
    """
    from condgan.cli.view import show_diagnosis
    from condgan.verbs.doctor import doctor as examine

    diagnosis = examine(data, preset=preset, device=device, **options.words())
    if json:
        print(dumps(diagnosis.plain(), indent=2, default=str, ensure_ascii=False))
    else:
        show_diagnosis(diagnosis)
    for error in diagnosis.errors:
        raise error
