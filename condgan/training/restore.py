"""The way back into a run: which of its checkpoints to go on from."""

import logging
from pathlib import Path

from condgan.core.errors import CheckpointError
from condgan.pipeline.parents import Parent
from condgan.training import checkpoint, store
from condgan.training.run import Run
from condgan.training.trainer import Trainer
from condgan.training.transfer import Trained

logger = logging.getLogger(__name__)


def restore(run: Run, trainer: Trainer, chosen: str | Path | None = None, parent: Trained | None = None) -> None:
    """Load the checkpoint asked for, else the newest sound one of the run, where it has any; else start from the
    weights of a parent, where there is one.

    A run that has gone on from the one asked for since goes on from its own newest: the same command again resumes.

    Raises:
        CheckpointError: the one asked for is damaged; or there are some and none is sound.
    """
    if chosen is not None:
        place = store.checkpoint_at(Path(chosen))
        mark = store.mark(place)
        if not _descends(run, mark):
            trainer.set_counters(checkpoint.restore(place, trainer.objects()))
            trainer.origin = mark
            return
    found = store.checkpoints(run.checkpoints)
    for index, place in enumerate(found, 1):
        try:
            trainer.set_counters(checkpoint.restore(place, trainer.objects()))
            return
        except CheckpointError as error:
            if index == len(found):
                raise
            logger.warning("%s: %s; taking the one before", error.what, error.where)
    if not found and run.metrics.exists() and run.metrics.stat().st_size:
        logger.warning("no checkpoint in %s: the run starts anew", run.checkpoints)
    if parent is not None:
        parent.put_into(trainer)


def started_from(run: Run) -> tuple[Parent, ...] | None:
    """The generators from whose weights a run started, the newest first; ``None`` where it has no checkpoint yet.

    Raises:
        CheckpointError: there are some and none is sound.
    """
    found = store.checkpoints(run.checkpoints)
    for index, place in enumerate(found, 1):
        try:
            return checkpoint.counters(place).parents
        except CheckpointError:
            if index == len(found):
                raise
    return None


def _descends(run: Run, mark: str) -> bool:
    """Whether the run's newest sound checkpoint comes from one."""
    for place in store.checkpoints(run.checkpoints):
        try:
            return checkpoint.counters(place).origin == mark
        except CheckpointError:
            continue
    return False
