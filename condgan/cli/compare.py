"""``condgan compare``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from condgan.cli.options import Options


def compare(
    *,
    preset: Annotated[list[str], Parameter(negative="")],
    source: Annotated[str, Parameter("--data", accepts_keys=False)],  # its own name: --data.FIELD is a setting
    seeds: str = "0-2",
    n: int = 10_000,
    repeats: int = 3,
    quick: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    device: str = "auto",
    options: Options = Options(),  # noqa: B008 (frozen)
) -> None:
    """Train and evaluate several presets on the same data at the same budget: one table, and a page.

    The same command again goes on where it was stopped. A training that diverges does not stop the others.
    Any setting may be laid over each preset: --SECTION.FIELD VALUE, as for train.

    Parameters
    ----------
    preset
        A ready recipe; again for more.
    source
        As for train.
    seeds
        A-B, or one number: those of the trainings. The intervals come from them where there are several.
    n
        Samples of each repeat, as for evaluate.
    repeats
        Sets of samples, as for evaluate.
    quick
        Leave out what trains classifiers on samples.
    out
        Folder for index.html, comparison.json and the runs. By default runs/compare- and the name of the data.
    device
        auto, cpu, cuda or mps.
    """
    from condgan.cli.sample import parse_seeds
    from condgan.cli.view import show_comparison

    show_comparison(
        preset,
        source,
        seeds=parse_seeds(seeds),
        n=n,
        repeats=repeats,
        quick=quick,
        out=out,
        device=device,
        **options.words(),
    )
