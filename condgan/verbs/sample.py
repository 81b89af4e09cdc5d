"""``cg.sample``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from condgan.core.defaults import with_own_defaults
from condgan.gallery import Samples
from condgan.pipeline import Pipeline
from condgan.pipeline.supplied import Where
from condgan.training.engine import pick


@with_own_defaults
def sample(
    pipeline: str | Path,
    *,
    n: int | None = None,
    seeds: Iterable[int] | int | None = None,
    where: Where = None,
    like: Any = None,
    free: bool = False,
    extrapolate: bool = False,
    out: str | Path | None = None,
    device: str = "auto",
    **fields: Any,
) -> Samples:
    """Generate images with a trained pipeline, and save them where ``out`` says (.png, .npz, .parquet, or a folder).

    Args:
        pipeline: a run's folder, or a name on the Hub.
        n: as for a pipeline.
        seeds: as for a pipeline.
        where: as for a pipeline.
        like: as for a pipeline.
        free: as for a pipeline.
        extrapolate: as for a pipeline.
        out: a file or a folder; by default nothing is written.
        device: auto, cpu, cuda or mps.
        fields: values by their public names, as for a pipeline; ``NAME_index`` is an index in the choices of a field.

    Raises:
        SettingsError: no pipeline there, a name or a value that is not one of its form's, or ``out`` cannot be written.
    """
    pipe = Pipeline.from_pretrained(pipeline).to(pick(device))
    samples = pipe(n=n, seeds=seeds, where=where, like=like, free=free, extrapolate=extrapolate, **fields)
    if out is not None:
        samples.save(out)
    return samples
