"""``cg.evaluate``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter
from torch import nn

from condgan.data import Source
from condgan.evaluation import Evaluation, RealPairs, TranslationEvaluation, evaluate_translation
from condgan.evaluation import evaluate as judge
from condgan.evaluation.extractor import named, of_module
from condgan.evaluation.real import Real
from condgan.pipeline import Pipeline
from condgan.recipe import AnySource, Recipe
from condgan.training.engine import pick
from condgan.verbs.plan import beside, found_for


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
) -> Evaluation | TranslationEvaluation:
    """Hold a pipeline against real data, and write the report where ``out`` says.

    One that makes pictures from pictures is held against at most ``n`` real pairs, each with ``repeats`` seeds.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        data: as for ``plan``; their test split is what samples are held against.
        n: samples of each repeat.
        repeats: sets of samples, each from other seeds; the intervals come from them.
        quick: leave out what trains classifiers on samples.
        out: a folder for ``report.json`` and ``index.html``; by default nothing is written.
        extractor: ``cnn`` (trained on the data), ``inception``, an ONNX file, or a module that takes images (−1 … 1,
            n,c,h,w) and gives features.
        data_root: folder that holds named data.
        device: auto, cpu, cuda or mps.
        on_step: called with what is being done.

    Raises:
        SettingsError: no pipeline there, other classes than the data's, too few samples, NaN in features, or ``out``
            cannot be written.
        DataError: the data cannot be read, or have a class without images.
    """
    chosen = of_module(extractor) if isinstance(extractor, nn.Module) else named(str(extractor))
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    source = data if isinstance(data, Source) else found_for(pipe.condition, str(data), data_root)
    if not isinstance(pipeline, Pipeline) and (recipe := Path(pipeline, "recipe.toml")).is_file():
        # as the run read them: its way to bring images to a size, and the share that it kept from training
        source = TypeAdapter(AnySource).validate_python(beside(Recipe.read(recipe).data.plain(), source))
    on_step("reading the data")
    pipe = pipe.to(pick(device))
    found: Evaluation | TranslationEvaluation
    if pipe.condition.pictures:
        found = evaluate_translation(pipe, RealPairs(source, pipe, n, chosen), repeats=repeats, on_step=on_step)
    else:
        found = judge(pipe, Real(source, pipe.shape, chosen), n=n, repeats=repeats, quick=quick, on_step=on_step)
    if out is not None:
        found.save(out)
    return found
