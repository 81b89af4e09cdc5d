"""``cg.evaluate``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from torch import nn

from condgan.core.defaults import with_own_defaults
from condgan.core.errors import DataError
from condgan.core.values import whole
from condgan.data.base import SOURCES, Source
from condgan.evaluation import Evaluation, Real
from condgan.evaluation import evaluate as measure
from condgan.networks.extractor import Extractor, named, of_module
from condgan.pipeline import Pipeline
from condgan.toml import read_recipe
from condgan.training.engine import pick
from condgan.verbs.plan import combined, found_for

logger = logging.getLogger(__name__)


@with_own_defaults
def evaluate(
    pipeline: str | Path | Pipeline,
    data: str | Path | Source,
    *,
    n: int = 10_000,
    repeats: int = 3,
    quick: bool = False,
    out: str | Path | None = None,
    extractor: str | Path | nn.Module = "cnn",
    data_root: str = "",
    device: str = "auto",
    on_step: Callable[[str], None] = lambda what: None,
) -> Evaluation:
    """Compare a pipeline with real data, and write the report where ``out`` says.

    Where each condition has its own true image, such as a picture's, samples are of at most ``n`` of the test items.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        data: as for ``plan``; samples are compared with their test split.
        n: samples of each repeat.
        repeats: sets of samples, each from other seeds; the intervals come from them.
        quick: leave out what trains classifiers on samples.
        out: a folder for ``report.json`` and ``index.html``; by default nothing is written.
        extractor: ``cnn`` (trained on the data), ``inception``, ``efficientnet-lite0``, an ONNX file, a folder that
            transformers saved, or a module that takes images (−1 … 1, n,c,h,w) and gives features.
        data_root: folder that holds named data.
        device: auto, cpu, cuda or mps.
        on_step: called with what is being done.

    Raises:
        SettingsError: no pipeline there, other classes than the data's, too few samples, NaN in features, or ``out``
            cannot be written.
        DataError: the data cannot be read, or have a class without images.
    """
    n, repeats = whole(n, "n"), whole(repeats, "repeats")
    chosen = of_module(extractor) if isinstance(extractor, nn.Module) else named(str(extractor))
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    source = data if isinstance(data, Source) else found_for(pipe.condition, str(data), data_root)
    if not isinstance(pipeline, Pipeline) and (recipe := Path(pipeline, "recipe.toml")).is_file():
        # as the run read them: its way to bring images to a size, and the share that it kept from training
        old = read_recipe(recipe).data.plain()
        source = SOURCES.parse(combined(old, source))
        if not pipe.condition.parts and old.get("labelled") is False and hasattr(source, "labelled"):
            source = source.with_(labelled=False)
    on_step("reading the data")
    pipe = pipe.to(pick(device))
    real = _real(source, pipe, chosen, n)
    found = measure(pipe, real, n=n, repeats=repeats, quick=quick, on_step=on_step)
    if out is not None:
        found.save(out)
    return found


def _real(source: Source, pipe: Pipeline, extractor: Extractor | None, n: int) -> Real:
    """The real data; for a plain GAN without labels, where the data have none."""
    try:
        return Real(source, pipe, extractor, n)
    except DataError as error:
        if pipe.condition.parts or not getattr(source, "labelled", False):
            raise
        found = Real(source.with_(labelled=False), pipe, extractor, n)
        logger.warning("the data are read without labels: %s", error.what)
        return found
