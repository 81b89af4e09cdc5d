"""``cg.sample``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from condgan.gallery import Samples
from condgan.pipeline import Pipeline
from condgan.training.engine import pick


def sample(
    pipeline: str | Path,
    *,
    label: Sequence[str | int] | None = None,
    n: int | None = None,
    seeds: Sequence[int] | None = None,
    out: str | Path | None = None,
    device: str = "auto",
) -> Samples:
    """Draw images from a trained pipeline, and save them where ``out`` says (.png, .npz, .parquet, or a folder).

    Raises:
        SettingsError: no pipeline there, a label that is not in the list, or ``out`` cannot be written.
    """
    samples = Pipeline.from_pretrained(pipeline).to(pick(device))(label, n=n, seeds=seeds)
    if out is not None:
        samples.save(out)
    return samples
