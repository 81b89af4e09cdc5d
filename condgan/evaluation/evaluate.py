"""A pipeline held against real data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from PIL.Image import Image

from condgan.core.cache import digest
from condgan.core.errors import DataError, SettingsError
from condgan.core.version import __version__
from condgan.data import Source
from condgan.evaluation import page, sections, verdict
from condgan.evaluation.drawn import Drawn, draw_sets
from condgan.evaluation.extractor import Extractor
from condgan.evaluation.likelihood import likelihood
from condgan.evaluation.real import Real, require_classes
from condgan.evaluation.report import Network, Protocol, Report
from condgan.evaluation.utility import usefulness
from condgan.metrics import rate
from condgan.metrics.distances import require_enough
from condgan.metrics.memorization import QUANTILE
from condgan.pipeline import Pipeline

REPEATS = 3


class Evaluation(NamedTuple):
    """A report with the pictures that belong to it."""

    report: Report
    sheet: Image
    """Every class in a column, every row from one seed."""
    pairs: Image | None
    """The samples nearest to a training image, each above that image."""

    def save(self, folder: str | Path) -> Path:
        """Write ``report.json`` and the page, ``index.html``, which needs nothing beside it.

        Raises:
            SettingsError: they cannot be written there.
            DiskError: the disk is full or fails.
        """
        return page.save(self.report, self.sheet, self.pairs, Path(folder))


def evaluate(
    pipeline: Pipeline,
    source: Source,
    *,
    n: int = 10_000,
    repeats: int = REPEATS,
    quick: bool = False,
    extractor: Extractor | None = None,
    on_step: Callable[[str], None] = lambda what: None,
) -> Evaluation:
    """Measure a pipeline against real data it was trained on, or on others of the same classes.

    Args:
        pipeline: what to measure.
        source: the real data; its test split is what samples are held against.
        n: samples of each repeat.
        repeats: sets of samples, each from other seeds: the intervals come from them.
        quick: leave out what trains classifiers on samples.
        extractor: whose features distances are measured on; by default those of a classifier trained on the data.
        on_step: called with what is being done.

    Raises:
        SettingsError: other classes than the pipeline's, too few samples, or NaN in features.
        DataError: the data cannot be read, have a class without images, or too few for a covariance.
    """
    if repeats < 2:
        raise SettingsError("one repeat has no interval", where="repeats", do="give at least 2")
    on_step("reading the data")
    real = Real(source, pipeline.shape, extractor)
    require_classes(real, pipeline.names)
    on_step("training the judge, once for these data")
    width = real.reference.shape[1]
    require_enough(n, width)
    if len(real.reference) <= width:
        raise DataError(
            f"{len(real.reference):,} test images are too few for a covariance of {width} features",
            where=real.name,
            do=f"give at least {width + 1}, or a larger share as data.holdout",
        )
    on_step(f"drawing {repeats} × {n:,} samples")
    sets = list(draw_sets(pipeline, real, n, repeats))
    report, pairs = _measure(pipeline, real, sets, quick, on_step)
    return Evaluation(report, pipeline.sheet(), pairs)


def _measure(
    pipeline: Pipeline, real: Real, sets: list[Drawn], quick: bool, on_step: Callable[[str], None]
) -> tuple[Report, Image | None]:
    first, n = sets[0], len(sets[0].asked)
    on_step("distances and coverage")
    floor = sections.floor(real, n, len(sets))
    fidelity = sections.fidelity(real, sets, floor.distances)
    coverage = sections.coverage(real, sets, floor.shares)
    variety = sections.variety(real, sets)
    on_step("the obedience test")
    obedience = sections.obedience(real, sets, pipeline, n * len(sets)) if first.conditional else None
    on_step("nearest training images")
    memorization, pairs = None, None
    if real.unseen and len(real.images) * QUANTILE >= 1:
        memorization, neighbours = sections.copies(real, first)
        pairs = page.pairs(first.images, real.train.images, neighbours.samples)
    on_step("Parzen windows")
    parzen = likelihood(real, first)
    useful = usefulness(real, first, on_step) if first.conditional and not quick else None
    report = Report(
        verdict=(
            verdict.looks(fidelity, coverage, variety, plain_fid=real.extractor.name == "inception"),
            verdict.obeys(obedience),
            verdict.serves(useful, memorization, real.unseen),
        ),
        fidelity=fidelity,
        coverage=coverage,
        obedience=obedience,
        variety=variety,
        usefulness=useful,
        memorization=memorization,
        parzen=parzen,
        protocol=_protocol(pipeline, real, n, len(sets)),
    )
    return report, pairs


def _protocol(pipeline: Pipeline, real: Real, n: int, repeats: int) -> Protocol:
    extractor = real.extractor
    return Protocol(
        condgan=__version__,
        torch=torch.__version__,
        pipeline=digest(*pipeline.generator.state_dict().values()),
        data=real.name,
        data_hash=digest(real.train.images, real.train.labels, real.test.images, real.test.labels),
        training_images=len(real.train),
        test_images=len(real.test),
        unseen=real.unseen,
        shape=str(real.train.shape),
        classes=len(real.names),
        n=n,
        repeats=repeats,
        seeds=f"0-{n * repeats - 1}",
        resizer=extractor.resizer,
        extractor=Network(name=extractor.name, hash=extractor.hash),
        judge=Network(name="cnn", hash=digest(*real.judge.state_dict().values())),
        judge_accuracy=rate(real.judged.classes == real.labels),
    )
