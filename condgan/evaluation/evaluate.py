"""A pipeline held against real data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL.Image import Image
from pydantic import TypeAdapter, ValidationError

from condgan.core.cache import digest
from condgan.core.errors import DataError, SettingsError
from condgan.evaluation import page, sections, verdict
from condgan.evaluation.drawn import Drawn, draw_sets
from condgan.evaluation.likelihood import likelihood
from condgan.evaluation.protocol import Network, common
from condgan.evaluation.real import Real, require_classes
from condgan.evaluation.report import Protocol, Report
from condgan.evaluation.utility import usefulness
from condgan.metrics import rate
from condgan.metrics.distances import require_enough
from condgan.metrics.memorization import QUANTILE
from condgan.networks.classifier import FEATURES
from condgan.pipeline import Pipeline
from condgan.training.health import Alarm

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
    real: Real,
    *,
    n: int = 10_000,
    repeats: int = REPEATS,
    quick: bool = False,
    on_step: Callable[[str], None] = lambda what: None,
) -> Evaluation:
    """Measure a pipeline against real data it was trained on, or on others of the same classes.

    Args:
        pipeline: what to measure.
        real: both splits, and who looks at them.
        n: samples of each repeat.
        repeats: sets of samples, each from other seeds: the intervals come from them.
        quick: leave out what trains classifiers on samples.
        on_step: called with what is being done.

    Raises:
        SettingsError: other classes than the pipeline's, too few samples, or NaN in features.
        DataError: too few test images for a covariance.
    """
    require_classes(real, pipeline.names)
    require(real, n, repeats)
    on_step("training the judge, once for these data")
    require(real, n, repeats, real.reference.shape[1])
    on_step(f"drawing {repeats} × {n:,} samples")
    sets = list(draw_sets(pipeline, real, n, repeats))
    report, pairs = _measure(pipeline, real, sets, quick, on_step)
    return Evaluation(report, pipeline.sheet(), pairs)


def require(real: Real, n: int, repeats: int, width: int = FEATURES) -> None:
    """Refuse what cannot be measured, before anything is trained.

    Raises:
        SettingsError: one repeat, or too few samples.
        DataError: too few test images.
    """
    if repeats < 2:
        raise SettingsError("one repeat has no interval", where="repeats", do="give at least 2")
    require_enough(n, width)
    if len(real.chosen) <= width:
        raise DataError(
            f"{len(real.chosen):,} test images are too few for a covariance of {width} features",
            where=real.name,
            do=f"give at least {width + 1}, or a larger share as data.holdout",
        )


def _measure(
    pipeline: Pipeline, real: Real, sets: list[Drawn], quick: bool, on_step: Callable[[str], None]
) -> tuple[Report, Image | None]:
    first, n, repeats = sets[0], len(sets[0].asked), len(sets)
    on_step("distances and coverage")
    stamp = protocol(pipeline, real, n, repeats)
    alike = [each.first(stamp.compared) for each in sets]
    floor = sections.floor(real, stamp.compared, repeats)
    fidelity = sections.fidelity(real, alike, floor.distances)
    coverage = sections.coverage(real, alike, floor.shares)
    variety = sections.variety(real, sets)
    on_step("the obedience test")
    labelled = first.conditional and len(real.names) > 1
    obedience = sections.obedience(real, sets, pipeline, n * repeats) if labelled else None
    on_step("nearest training images")
    memorization, pairs = None, None
    if real.unseen_by(pipeline) and len(real.images) * QUANTILE >= 1:
        memorization, neighbours = sections.copies(real, first)
        pairs = page.pairs(first.images, real.train.images, neighbours.samples)
    on_step("Parzen windows")
    parzen = likelihood(real, first)
    useful = usefulness(real, first, on_step) if labelled and not quick else None
    report = Report(
        verdict=(
            verdict.looks(fidelity, coverage, variety, stamp),
            verdict.obeys(obedience),
            verdict.serves(useful, memorization, real.split),
        ),
        alarms=alarms_of(pipeline),
        fidelity=fidelity,
        coverage=coverage,
        obedience=obedience,
        variety=variety,
        usefulness=useful,
        memorization=memorization,
        parzen=parzen,
        protocol=stamp,
    )
    return report, pairs


def alarms_of(pipeline: Pipeline) -> tuple[Alarm, ...]:
    """What a pipeline was ill with when it was saved, as its ``config.json`` says.

    Raises:
        SettingsError: what it says is no list of alarms.
    """
    try:
        return TypeAdapter(tuple[Alarm, ...]).validate_python(pipeline.trained.get("alarms", ()))
    except ValidationError as error:
        raise SettingsError(
            "damaged pipeline", where="config.json, trained.alarms", do=f"save it again ({str(error).splitlines()[0]})"
        ) from None


def protocol(pipeline: Pipeline, real: Real, n: int, repeats: int) -> Protocol:
    """By what a report of a pipeline is made; the judge is trained for it, where it is not there yet."""
    return Protocol(
        **common(pipeline, real),
        unseen=real.unseen_by(pipeline),
        classes=len(real.names),
        n=n,
        repeats=repeats,
        compared=min(n, len(real.train) // repeats),
        seeds=f"0-{n * repeats - 1}",
        resizer=real.extractor.resizer,
        plain_fid=real.extractor.plain_fid,
        judge=Network(name="cnn", hash=digest(*real.judge.state_dict().values())),
        judge_accuracy=rate(real.judged.classes == real.labels),
    )
