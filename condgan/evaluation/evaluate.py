"""A pipeline compared with real data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL.Image import Image
from pydantic import TypeAdapter, ValidationError

from condgan.core.batch import Batch
from condgan.core.bundle import take
from condgan.core.errors import DataError, SettingsError, said
from condgan.core.seeds import some_of
from condgan.evaluation import page, sections, verdict
from condgan.evaluation.accuracy_score import classification_accuracy_score
from condgan.evaluation.control import controllability
from condgan.evaluation.likelihood import likelihood
from condgan.evaluation.likeness import likeness
from condgan.evaluation.motion import motion
from condgan.evaluation.protocol import protocol
from condgan.evaluation.real import Real
from condgan.evaluation.report import Report
from condgan.evaluation.retrieval import retrieval
from condgan.evaluation.samples import SampleSet, sample_sets
from condgan.evaluation.unseen import unseen
from condgan.evaluation.words import words
from condgan.metrics.copies import QUANTILE
from condgan.metrics.distances import require_enough
from condgan.networks.classifier import FEATURES
from condgan.pipeline import Pipeline
from condgan.pipeline.sheets import steps_of
from condgan.training.diagnosis import Alarm

REPEATS = 3
SHOWN = 12
"""Items of the sheet, where each shows its pictures and its ground truth."""


class Evaluation(NamedTuple):
    """A report with the pictures that belong to it."""

    report: Report
    sheet: Image
    """Every value in a column, every row from one seed; or for each item its source, samples and ground truth."""
    pairs: Image | None
    """The samples nearest to a training image, each above that image."""
    cross: Image | None = None
    """The values of two fields in columns and rows, from one seed; where there are two."""

    def save(self, folder: str | Path) -> Path:
        """Write ``report.json`` and the page, ``index.html``, which needs no other file.

        Raises:
            SettingsError: they cannot be written there.
            DiskError: the disk is full or fails.
        """
        return page.save(self.report, self.sheet, self.pairs, self.cross, Path(folder))


def evaluate(
    pipeline: Pipeline,
    real: Real,
    *,
    n: int = 10_000,
    repeats: int = REPEATS,
    quick: bool = False,
    on_step: Callable[[str], None] = lambda what: None,
) -> Evaluation:
    """Measure a pipeline against real data it was trained on, or on others of the same kind.

    Args:
        pipeline: what to measure.
        real: both splits, and the networks that look at images.
        n: samples of each repeat; where each condition has its own true image, as many as there are of these.
        repeats: sets of samples, each from other seeds: the intervals come from them.
        quick: leave out what trains classifiers on samples.
        on_step: called with what is being done.

    Raises:
        SettingsError: too few samples, one repeat, or NaN in features.
        DataError: too few test images for a covariance.
    """
    require(real, n, repeats)
    on_step("training the evaluation networks, once for these data")
    require(real, n, repeats, real.reference.shape[1])
    on_step(f"generating {repeats} × {len(real.images) if real.paired else n:,} samples")
    sets = list(sample_sets(pipeline, real, n, repeats))
    report, pairs = _measure(pipeline, real, sets, n, quick, on_step)
    return Evaluation(report, _sheet(pipeline, real), pairs, _cross(pipeline))


def require(real: Real, n: int, repeats: int, width: int = FEATURES) -> None:
    """Refuse what cannot be measured, before anything is trained.

    Raises:
        SettingsError: one repeat, or too few samples.
        DataError: too few test images.
    """
    if not 2 <= repeats <= len(real.train):
        what = "one repeat has no interval" if repeats < 2 else f"{repeats} repeats"
        raise SettingsError(what, where="repeats", do=f"give 2 to {len(real.train):,}")
    if real.paired:  # of few pairs likeness is measured, and distances are left out
        return
    require_enough(n, width)
    if len(real.images) <= width:
        raise DataError(
            f"{len(real.images):,} test images are too few for a covariance of {width} features",
            where=real.name,
            do=f"give at least {width + 1}, or a larger share as data.holdout",
        )


def _measure(
    pipeline: Pipeline, real: Real, sets: list[SampleSet], n: int, quick: bool, on_step: Callable[[str], None]
) -> tuple[Report, Image | None]:
    first, repeats = sets[0], len(sets)
    on_step("distances and coverage")
    stamp = protocol(pipeline, real, n, repeats)
    compared = [each.first(stamp.compared) for each in sets]
    reference = sections.reference(real, stamp.compared, repeats)
    fidelity = sections.fidelity(real, compared, reference.distances)
    coverage = sections.coverage(real, compared, reference.shares)
    diversity = sections.diversity(real, sets)
    pattern = sections.pattern(real, compared)
    on_step("controllability")
    control = controllability(real, sets, pipeline, stamp.n * repeats)
    new = unseen(real, first, pipeline, stamp.n * repeats)
    near = likeness(real, sets, stamp.compared) if real.paired else None
    on_step("nearest training images")
    copies, pairs = None, None
    if stamp.unseen and len(real.images) * QUANTILE >= 1:
        copies, neighbours = sections.copies(real, first)
        pairs = page.pairs(first.images, real.train.target, neighbours.samples)
    alike = retrieval(pipeline, real)
    text = words(pipeline, real, stamp.n * repeats)
    if real.train.shape.frames is not None:
        on_step("motion")
    moving = motion(real, sets)
    parzen = None
    if not real.paired and real.train.shape.frames is None:  # of clips pixels would be too many
        on_step("Parzen windows")
        parzen = likelihood(real, first)
    score = None
    if real.classes is not None and not real.paired and not quick:
        score = classification_accuracy_score(real, real.classes, first, on_step)
    report = Report(
        verdict=(
            verdict.looks(fidelity, coverage, diversity, near, stamp),
            verdict.follows(control, near, new, alike, text, moving),
            verdict.serves(score, diversity, copies, stamp),
        ),
        alarms=alarms_of(pipeline),
        fidelity=fidelity,
        coverage=coverage,
        diversity=diversity,
        pattern=pattern,
        controllability=control,
        unseen=new,
        likeness=near,
        classification_accuracy_score=score,
        copies=copies,
        retrieval=alike,
        words=text,
        motion=moving,
        parzen=parzen,
        protocol=stamp,
    )
    return report, pairs


def _sheet(pipeline: Pipeline, real: Real) -> Image:
    """Samples as a person wants to see them."""
    if pipeline.condition.examples(1) is not None:
        return pipeline.sheet()
    chosen = some_of(len(real.images), SHOWN)
    return pipeline.side_by_side(Batch(real.images[chosen], {}), take(real.bundle, chosen))


def _cross(pipeline: Pipeline) -> Image | None:
    """Two fields that may each be left out, one in columns, one in rows: those with choices first."""
    condition = pipeline.condition
    form = [field for field in condition.form() if field.name in condition.fieldwise and steps_of(field)]
    form.sort(key=lambda field: not field.choices)
    return pipeline.sheet(form[0].name, form[1].name) if len(form) > 1 and not condition.spatial() else None


def alarms_of(pipeline: Pipeline) -> tuple[Alarm, ...]:
    """The failure modes of a pipeline's training when it was saved, as its ``config.json`` says.

    Raises:
        SettingsError: what it says is no list of alarms.
    """
    try:
        return TypeAdapter(tuple[Alarm, ...]).validate_python(pipeline.trained.get("alarms", ()))
    except ValidationError as error:
        raise SettingsError(
            "damaged pipeline", where="config.json, trained.alarms", do=f"save it again ({said(error)})"
        ) from None
