"""``cg.train``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Unpack

from torch import nn

from condgan.core.defaults import with_own_defaults
from condgan.training import loop
from condgan.training.log import Progress
from condgan.verbs.plan import Data, Plan, Words, plan


@with_own_defaults
def train(
    data: Data = None,
    *,
    device: str = "auto",
    perceptual: nn.Module | None = None,
    extractor: nn.Module | None = None,
    on_plan: Callable[[Plan], None] = lambda plan: None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    **words: Unpack[Words],
) -> Iterator[loop.Snapshot]:
    """Train a generator, or go on where an earlier session of the same run was stopped.

    The folder is checked and claimed at once; the training goes on as the snapshots are taken from the iterator.
    Ctrl-C and SIGTERM save a checkpoint first; a second one ends at once.

    Args:
        data: as for ``plan``.
        device: auto, cpu, cuda or mps.
        perceptual: as for ``plan``.
        extractor: as for ``plan``.
        on_plan: called once, with what the run will do.
        on_progress: called with each report.
        words: those of ``plan``.

    Raises:
        SettingsError: as ``plan``; or ``out`` holds another run or cannot be written, or the device is not there.
        DataError: as ``plan``.
        CheckpointError: the checkpoint asked for is damaged, or all there are.
        LockedError: another process is training in that folder.
        DivergedError: NaN or Inf, four times.
        DiskError: the disk is full or fails; the last checkpoint is kept.
    """
    made = plan(data, perceptual=perceptual, extractor=extractor, **words)
    snapshots = loop.train(
        made.recipe,
        made.dataset,
        made.out,
        held_out=made.held_out,
        perceptual=made.perceptual,
        extractor=made.extractor,
        device=device,
        resume=made.resume,
        parent=made.parent,
        on_progress=on_progress,
    )
    on_plan(made)
    return snapshots
