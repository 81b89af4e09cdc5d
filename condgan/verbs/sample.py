"""``cg.sample``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from condgan.core.bounds import read_text
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import DataError, SettingsError
from condgan.core.values import listed, seeds_of, whole
from condgan.data.captions import lines
from condgan.gallery import Samples
from condgan.pipeline import Pipeline
from condgan.pipeline.supplied import Where
from condgan.training.engine import pick

SEEDS = 4
"""Images of each text, where nothing says how many."""


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
    frames: int | None = None,
    loop: bool = False,
    motion: Iterable[int] | int | None = None,
    texts: str | Path | None = None,
    out: str | Path | None = None,
    device: str = "auto",
    **fields: Any,
) -> Samples:
    """Generate images with a trained pipeline, and save them by ``out`` (.png, .pdf, .npz, .parquet, or a folder; clips
    also as .webp, .gif, .apng or .mp4).

    Args:
        pipeline: a run's folder, or a name on the Hub.
        n: as for a pipeline.
        seeds: as for a pipeline.
        where: as for a pipeline.
        like: as for a pipeline.
        free: as for a pipeline.
        extrapolate: as for a pipeline.
        frames: as for a pipeline.
        loop: as for a pipeline.
        motion: as for a pipeline.
        texts: a file with a text in each line, for a generator that takes text. Of texts, here or by name, each has
            ``n`` images, by default four, all from the same seeds: a row of the grid.
        out: a file or a folder; by default nothing is written.
        device: auto, cpu, cuda or mps.
        fields: values by their public names, as for a pipeline; ``NAME_index`` is an index in the choices of a field.

    Raises:
        SettingsError: no pipeline there, a name or a value that is not one of its form's, or ``out`` cannot be written.
        DataError: the file of texts cannot be read, or has none.
    """
    pipe = Pipeline.from_pretrained(pipeline).to(pick(device))
    if texts is not None:
        fields = with_texts(pipe, fields, texts)
    across: int | None = None
    name = text_field(pipe, fields)
    if name is not None:
        captions = listed(fields[name], name)
        each = seeds_of(seeds) if seeds is not None else range(SEEDS if n is None else whole(n, "n"))
        if len(each) < 1 or (n is not None and len(each) != n):
            raise SettingsError(
                f"{n} images of a text but {len(each)} seeds", where="n and seeds", do="give one seed an image"
            )
        pipe.require_memory(len(captions) * len(each))
        fields = {**fields, name: [text for text in captions for _ in each]}
        across, n, seeds = len(each), None, [*each] * len(captions)
    moving: dict[str, Any] = {"frames": frames, "loop": loop, "motion": motion}
    samples = pipe(n=n, seeds=seeds, where=where, like=like, free=free, extrapolate=extrapolate, **moving, **fields)
    if across is not None and samples.across is None:
        samples = samples._replace(across=across)
    if out is not None:
        samples.save(out)
    return samples


def text_field(pipe: Pipeline, fields: Mapping[str, Any]) -> str | None:
    """The field of texts, where some are given."""
    names = [field.name for field in pipe.condition.form() if field.type == "text"]
    return next((name for name in names if fields.get(name) is not None), None)


def with_texts(pipe: Pipeline, fields: Mapping[str, Any], file: str | Path) -> dict[str, Any]:
    """The values with the texts in a file, one in each line.

    Raises:
        SettingsError: the generator takes no text, or there are texts already.
        DataError: the file cannot be read, or has none.
    """
    name = next((field.name for field in pipe.condition.form() if field.type == "text"), None)
    if name is None:
        raise SettingsError("this generator takes no text", where="texts", do="leave it out")
    if fields.get(name) is not None:
        raise SettingsError(f"two values for {name}", where=f"texts and {name}", do="give one of them")
    try:
        found = lines(read_text(Path(file)).removeprefix("\ufeff"))
    except (OSError, ValueError) as error:
        raise DataError("cannot read texts", where=file, do=f"give a file with a text in each line ({error})") from None
    if not found:
        raise DataError("no texts", where=file, do="write one in each line")
    return {**fields, name: found}
