"""The training loop: a complete recipe, a folder, snapshots on the way; whatever stops it, the same call goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import nn

from condgan.core.defaults import step_by_step, with_own_defaults
from condgan.core.errors import DiskError, SettingsError
from condgan.data.dataset import Dataset
from condgan.networks.extractor import Extractor
from condgan.recipe import Recipe
from condgan.training.engine import accelerator
from condgan.training.interruption import Interruption
from condgan.training.log import Progress, require_tensorboard
from condgan.training.restore import restore
from condgan.training.run import Run
from condgan.training.session import Session, Snapshot
from condgan.training.trainer import Trainer
from condgan.training.transfer import Trained

__all__ = ["Snapshot", "train"]


@with_own_defaults
def train(
    recipe: Recipe,
    dataset: Dataset,
    out: str | Path,
    *,
    held_out: Dataset | None = None,
    perceptual: nn.Module | None = None,
    extractor: Extractor | None = None,
    device: str = "auto",
    resume: str | Path | None = None,
    parent: Trained | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Iterator[Snapshot]:
    """Train a recipe on its data, decoded; ``condgan.train`` says what it does and what it refuses.

    ``recipe``: complete, as ``Recipe.resolve`` gives it. ``held_out``: images not to train on, by which overfitting of
    the discriminator shows. ``perceptual``: the network whose features ``objective.perceptual`` compares.
    ``extractor``: what gave the features by which the run is steered, where it is by such. ``parent``: a trained
    generator from whose weights the run starts, where it has no checkpoint yet.
    """
    if recipe.objective.weight("perceptual") and perceptual is None:
        raise SettingsError(
            "no network for a perceptual loss",
            where="setting objective.perceptual",
            do="plan the run, or give perceptual=",
        )
    run = Run(out)
    if recipe.training.tensorboard:
        require_tensorboard()
    run.check(recipe)
    trainer = Trainer(recipe, dataset, accelerator(device, recipe.training.precision), perceptual)
    with _disk(run):
        run.claim(recipe)
        try:
            restore(run, trainer, resume, parent)
            session = Session(trainer, run, held_out, on_progress, extractor)
        except BaseException:
            run.release()
            raise
    return step_by_step(_snapshots(session))


def _snapshots(session: Session) -> Generator[Snapshot, None, None]:
    run = session.run
    try:
        with _disk(run), session.log:
            session.begin()
            while session.trainer.share < 1 and not session.stopped:
                # the handlers are ours only in here: what the caller does between two snapshots stops as ever
                with Interruption() as interruption:
                    snapshot = session.advance(interruption)
                session.stop(interruption)  # at a signal that came just now; the snapshot is saved
                yield snapshot
    finally:
        run.release()


@contextmanager
def _disk(run: Run) -> Iterator[None]:
    """Turn a failing disk into one line."""
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"cannot write the run: {error.strerror or error}",
            where=run.folder,
            do="make room or mend the disk; the same command goes on from the last checkpoint",
        ) from error
