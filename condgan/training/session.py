"""One session of a run: from where it stands to the next snapshot, with checkpoints on the way."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL.Image import Image

from condgan.conditions.condition import Condition
from condgan.core import disk
from condgan.core.bundle import Bundle
from condgan.core.errors import CheckpointError, DivergedError
from condgan.core.seeds import some_of
from condgan.data.dataset import Dataset
from condgan.gallery import animate, draw_losses, lines_of, png
from condgan.networks.base import Conditioned
from condgan.networks.extractor import Extractor
from condgan.pipeline import Pipeline
from condgan.pipeline.combinations import Combinations
from condgan.recipe import Training
from condgan.training import checkpoint, store
from condgan.training.diagnosis import alarms
from condgan.training.finite import Divergence
from condgan.training.interruption import Interruption
from condgan.training.log import Log, Progress, read
from condgan.training.monitor import Metrics, Monitor
from condgan.training.plateau import plateau
from condgan.training.restore import restore
from condgan.training.run import Run
from condgan.training.trainer import Trainer

SHOWN = 8
"""Pictures that a snapshot shows with what is generated of them."""
COMBINED = 50_000
"""Items at most whose values are looked at to know which go together."""
EVERY = 10
"""Steps between two reports, fewer where the whole run has few."""
REPORTS = 2_000
"""Reports of a run, at most about: the log of a night stays small."""
MINUTE = 60.0
"""Seconds between two checkpoints, where the recipe does not count them in images."""
LONG = 60.0
"""Minutes of a budget, above which snapshots thin out."""
ROLLBACKS = 3
"""How often a run may go back to its last checkpoint before it is given up."""

logger = logging.getLogger(__name__)


class Snapshot(NamedTuple):
    """A look at a run on its way."""

    progress: Progress
    pipeline: Pipeline
    """With the average of the generator's weights; saved in the run's folder, unless a better one is there."""
    picture: Path
    """A grid of samples from the same seeds in each snapshot."""
    stopped: str | None = None
    """Why the run stops here, before the end of its budget."""

    def __str__(self) -> str:
        values = {**self.progress.losses, "distance": self.progress.metrics["pixel_distance"]}
        listed = ", ".join(f"{name} {value:.3f}" for name, value in values.items())
        return f"{self.progress.images:,} images in {self.progress.seconds / 60:.1f} min: {listed}; {self.picture}"


class Session:
    """What one session of a run holds besides the state that goes from session to session."""

    def __init__(
        self,
        trainer: Trainer,
        run: Run,
        held_out: Dataset | None,
        on_progress: Callable[[Progress], None],
        extractor: Extractor | None = None,
    ) -> None:
        self.extractor = extractor
        training = trainer.recipe.training
        self.trainer, self.run, self.held_out, self.on_progress = trainer, run, held_out, on_progress
        steps = training.images // trainer.images_a_step
        self.every = EVERY if training.minutes else max(1, min(EVERY, steps // 50), steps // REPORTS)
        self.log = Log(run.folder, training.tensorboard, trainer.images)
        self.monitor = Monitor(trainer.recipe.condition, trainer.dataset, held_out)
        self.saved = (trainer.images, time.monotonic())
        self.warned: set[str] = set()
        self.combinations = Combinations.of_items(*_conditions(trainer))
        self.stopped = self._plateau()

    def begin(self) -> None:
        """See to it that the latest checkpoint is the state as it is: there is always one to go back to."""
        if store.named(self.run.checkpoints, store.LATEST) != f"step-{self.trainer.steps}":
            self.save()
        best = store.named(self.run.checkpoints, store.BEST)
        if self.trainer.recipe.training.until == "plateau" and best:
            self._keep(self.run.checkpoints / best)

    def advance(self, interruption: Interruption) -> Snapshot:
        """Train to the next snapshot.

        Raises:
            DivergedError: NaN or Inf for the fourth time.
            KeyboardInterrupt, SystemExit: a signal asked for it; the run is saved.
        """
        trainer, training = self.trainer, self.trainer.recipe.training
        while True:
            taken = snapshots_by(trainer.share, training)
            try:
                trainer.step()
                due = snapshots_by(trainer.share, training) > taken
                saving = due or self._checkpoint_due() or bool(interruption.signal)
                if saving:
                    trainer.require_sound()
            except Divergence as divergence:
                self._roll_back(divergence)
                continue
            if self._report_due() and not due:
                self._report()
            snapshot = self._snapshot() if due else None
            if saving and not due:
                self.save()
            if saving:  # a signal that came after the check above takes effect at the next step
                self.stop(interruption)
            if snapshot is not None:
                return snapshot

    def stop(self, interruption: Interruption) -> None:
        """End as a signal asked for, if one did; the run is saved."""
        if interruption.signal:
            logger.warning("stopped and saved at %s images; the same command goes on", f"{self.trainer.images:,}")
            interruption.end()

    def _report_due(self) -> bool:
        trainer, minutes = self.trainer, self.trainer.recipe.training.minutes
        if trainer.steps % self.every:
            return False
        return minutes is None or trainer.seconds - trainer.reported[1] >= MINUTE * minutes / REPORTS

    def _checkpoint_due(self) -> bool:
        images, moment = self.saved
        portion = self.trainer.recipe.training.checkpoint_images
        if portion:
            return self.trainer.images // portion > images // portion
        return time.monotonic() - moment >= MINUTE

    def save(self, best: bool = False) -> None:
        """Write a checkpoint."""
        trainer = self.trainer
        disk.sync(self.log.file)  # the sums of the next report build on the last
        files = checkpoint.pack(trainer.objects(), trainer.counters())
        store.save(self.run.checkpoints, f"step-{trainer.steps}", files, best)
        self.saved = (trainer.images, time.monotonic())

    def _report(self, metrics: Metrics | None = None) -> Progress:
        report = self.trainer.report()
        report.metrics.update(metrics or {})
        if metrics:
            history = [*read(self.log.file), report.line()]
            report.alarms.extend(alarms(history, self.trainer.recipe))
        self.log.write(report)
        self.on_progress(report)
        return report

    def _snapshot(self) -> Snapshot:
        """Save the pipeline, a grid of samples and a checkpoint."""
        trainer, run, training = self.trainer, self.run, self.trainer.recipe.training
        pipeline = self._pipeline(trainer.average(), trainer.images)
        metrics = self.monitor.look(pipeline, trainer.discriminator)
        best = trainer.best is None or metrics["pixel_distance"] <= trainer.best
        if best:
            trainer.best = metrics["pixel_distance"]
        report = self._report(metrics)
        self._warn(report)
        pipeline.trained["alarms"] = [each.plain() for each in report.alarms]
        self.stopped = self._plateau()
        if best or training.until == "budget":
            pipeline.save_pretrained(run.folder)
        picture = run.samples / f"{trainer.images:09d}.png"
        disk.write(picture, png(self._sheet(pipeline)))
        pictures = sorted(run.samples.glob("[0-9]*.png"))
        animate(pictures, run.animation, lines_of(run.metrics, [int(each.stem) for each in pictures]))
        draw_losses(run.metrics, run.curves)
        self.save(best)
        return Snapshot(report, pipeline, picture, self.stopped)

    def _sheet(self, pipeline: Pipeline) -> Image:
        """Samples of each value; or where these have to be supplied, held-out ones if there are any."""
        if pipeline.condition.examples(1) is not None:
            return pipeline.sheet()
        dataset = self.held_out or self.trainer.dataset
        batch = dataset.batch(some_of(len(dataset), SHOWN))
        return pipeline.side_by_side(batch, pipeline.condition.targets(dataset.schema, batch))

    def _pipeline(self, generator: Conditioned, images: int) -> Pipeline:
        recipe, dataset = self.trainer.recipe, self.trainer.dataset
        trained = {"images": images, "data": recipe.data.title(), "data_hash": dataset.hash}
        if self.trainer.parents:
            trained["parents"] = [each.plain() for each in self.trainer.parents]
        if networks := {**self.trainer.inherited, **self.trainer.frozen}:
            trained["networks"] = networks
        palette = dataset.schema.target.palette
        reading = dataset.schema.target.reading
        return Pipeline(
            recipe.condition,
            recipe.architecture,
            dataset.shape,
            generator,
            trained,
            palette,
            reading,
            self.combinations,
            extractor=self.extractor,
        )

    def _keep(self, place: Path) -> None:
        """Make a checkpoint the run's pipeline: a session with another end in view may have left a later one."""
        average = self.trainer.average()
        try:
            images = checkpoint.restore(place, {"ema": average}).images
        except CheckpointError as error:
            logger.warning("%s: %s; the run's pipeline stays as it is", error.what, error.where)
            return
        pipeline = self._pipeline(average, images)
        reports = [report for report in read(self.log.file) if report["images"] == images]
        pipeline.trained["alarms"] = reports[-1].get("alarms", []) if reports else []
        pipeline.save_pretrained(self.run.folder)

    def _plateau(self) -> str | None:
        """Why to stop before the end of the budget, where the recipe asks for it."""
        asked = self.trainer.recipe.training.until == "plateau" and self.trainer.share < 1
        return plateau(read(self.log.file)) if asked else None

    def _warn(self, report: Progress) -> None:
        """Say each alarm when it appears."""
        for each in report.alarms:
            if each.failure not in self.warned:
                logger.warning("%s", each)
        self.warned = {each.failure for each in report.alarms}

    def _roll_back(self, divergence: Divergence) -> None:
        trainer = self.trainer
        history = [*trainer.rollbacks, f"{divergence} at {trainer.images:,} images"]
        if len(history) > ROLLBACKS:
            raise DivergedError(
                f"{history[-1]}, after {ROLLBACKS} returns to a checkpoint",
                where=f"{self.run.folder}, step {trainer.steps} (before: {'; '.join(history[:-1])})",
                do="lower optimizer.lr or raise objective.r1, in another --out; the last sound checkpoint is kept",
            ) from None
        restore(self.run, trainer)
        trainer.rollbacks = history
        self.log.rewind(trainer.images)
        self.saved = (trainer.images, time.monotonic())
        logger.warning(
            "%s: back to the checkpoint at %s images, with other noise and half the learning rate (%d of %d)",
            history[-1],
            f"{trainer.images:,}",
            len(history),
            ROLLBACKS,
        )


def snapshots_by(share: float, training: Training) -> int:
    """How many snapshots are due by a share of the budget: evenly; in a budget of hours the first come soon, and the
    others thin out."""
    # a plateau is counted in snapshots
    long = training.minutes is not None and training.minutes > LONG and training.until == "budget"
    return int(training.snapshots * (share**0.5 if long else share))


def _conditions(trainer: Trainer) -> tuple[Condition, Bundle]:
    """What steers the generator besides pictures, and what some of the items say of it, where some of it may be left
    out field by field."""
    condition, dataset = trainer.recipe.condition.without_spatial(), trainer.dataset
    if not condition.fieldwise:
        return condition, {}
    batch = dataset.batch(some_of(len(dataset), COMBINED))
    return condition, condition.targets(dataset.schema, batch)
