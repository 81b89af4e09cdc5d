"""The way back into a run: which of its checkpoints to go on from."""

import logging
from pathlib import Path

from condgan.core.errors import CheckpointError
from condgan.training import checkpoint, store
from condgan.training.run import Run
from condgan.training.trainer import Trainer

logger = logging.getLogger(__name__)


def restore(run: Run, trainer: Trainer, chosen: str | Path | None = None) -> None:
    """Load the checkpoint asked for, else the newest sound one of the run, where it has any.

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


def _descends(run: Run, mark: str) -> bool:
    """Whether the run's newest sound checkpoint comes from one."""
    for place in store.checkpoints(run.checkpoints):
        try:
            return checkpoint.counters(place).origin == mark
        except CheckpointError:
            continue
    return False
