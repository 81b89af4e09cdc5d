"""``cg.compare``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Unpack

import torch

from condgan.core.defaults import with_own_defaults
from condgan.core.errors import DivergedError, SettingsError
from condgan.core.values import listed, seeds_of, whole
from condgan.data.base import Source
from condgan.evaluation.comparison import Comparison, Outcome, Row, row
from condgan.evaluation.evaluate import evaluate, require
from condgan.evaluation.page import NUMBERS
from condgan.evaluation.protocol import protocol
from condgan.evaluation.real import Real
from condgan.evaluation.report import Report
from condgan.gallery import png
from condgan.pipeline import Pipeline
from condgan.presets import get, remedy
from condgan.training import loop
from condgan.training.engine import pick
from condgan.training.trainer import build
from condgan.verbs.plan import Plan, Words, found_for, plan


@with_own_defaults
def compare(
    presets: Iterable[str] | str,
    data: str | Path | Source,
    *,
    seeds: Iterable[int] | int = (0, 1, 2),
    n: int = 10_000,
    repeats: int = 3,
    quick: bool = False,
    device: str = "auto",
    on_step: Callable[[str], None] = lambda what: None,
    **words: Unpack[Words],
) -> Comparison:
    """Train and evaluate several presets on the same data at the same budget, and write ``OUT/index.html``.

    Each run has its folder, ``OUT/PRESET-SEED``: the same call again goes on where it was stopped, and takes what is
    there already. A training that diverges is reported and does not stop the others.

    Args:
        presets: their names.
        data: a name, a path, or a source.
        seeds: of the trainings; of two or more come the intervals.
        n: samples of each repeat, as for ``evaluate``.
        repeats: as for ``evaluate``.
        quick: as for ``evaluate``.
        device: auto, cpu, cuda or mps.
        on_step: called with what is being done.
        words: those of ``train``, for all alike; ``out`` is by default ``runs/compare-`` and the name of the data.

    Raises:
        SettingsError: no such preset, nothing to compare, or what ``train`` and ``evaluate`` refuse.
        DataError: the data cannot be read, or have a class without images.
        LockedError: another process is training one of the runs.
        DiskError: the disk is full or fails.
    """
    n, repeats = whole(n, "n"), whole(repeats, "repeats")
    presets, seeds = listed(presets, "presets"), seeds_of(seeds)
    _require(presets, seeds, words.get("remedy", False))
    condition = get(presets[0]).condition
    source = data if isinstance(data, Source) else found_for(condition, str(data), words.get("data_root", ""))
    home = Path(words.pop("out", None) or Path("runs", f"compare-{source.title().replace('/', '-')}"))
    rows: list[Row] = []
    sheets: dict[str, bytes] = {}
    for preset in dict.fromkeys(presets):
        outcomes: dict[int, Outcome] = {}
        failures: list[str] = []
        for seed in dict.fromkeys(seeds):
            name = f"{preset}-{seed}"
            on_step(f"{name}: reading the data")
            made = plan(source, **(words | Words(preset=preset, seed=seed, out=home / name)))
            try:
                outcomes[seed] = _outcome(made, n, repeats, quick, device, on_step)
            except DivergedError as error:
                failures.append(f"seed {seed}: {error}")
                continue
            sheets.setdefault(preset, png(Pipeline.from_pretrained(made.out).sheet()))
        rows.append(row(preset, made.recipe.training.budget(), _parameters(made), outcomes, failures))
    comparison = Comparison(folder=str(home), rows=tuple(rows))
    comparison.save(sheets)
    return comparison


def _require(presets: Sequence[str], seeds: Sequence[int], wants_remedy: bool) -> None:
    """Refuse what cannot be compared, before anything is read or trained."""
    if not presets or not seeds:
        raise SettingsError("nothing to compare", where="presets and seeds", do="name at least one of each")
    for preset in presets:
        if get(preset).condition.spatial():
            raise SettingsError(
                f"{preset} makes pictures from pictures",
                where="presets",
                do="compare those that take labels; condgan evaluate reports on each of the others",
            )
        if wants_remedy:
            remedy(preset)


def _outcome(made: Plan, n: int, repeats: int, quick: bool, device: str, on_step: Callable[[str], None]) -> Outcome:
    """Train to the end and evaluate; a report that is there is taken if it is of these weights, data and protocol."""
    require(Real(made.recipe.data, _untrained(made)), n, repeats)
    for snapshot in loop.train(
        made.recipe, made.dataset, made.out, held_out=made.held_out, device=device, parent=made.parent
    ):
        on_step(f"{made.out.name}: {snapshot.progress.images:,} images")
    on_step(f"{made.out.name}: evaluating")
    last = json.loads((made.out / "metrics.jsonl").read_text().splitlines()[-1])
    pipeline = Pipeline.from_pretrained(made.out).to(pick(device))
    real = Real(made.recipe.data, pipeline)
    report = _there(made.out / "report" / NUMBERS)
    whole = report is not None and (quick or report.classification_accuracy_score is not None or real.classes is None)
    if report is None or not whole or report.protocol != protocol(pipeline, real, n, repeats):
        found = evaluate(pipeline, real, n=n, repeats=repeats, quick=quick)
        found.save(made.out / "report")
        report = found.report
    return Outcome(report, last["seconds"], last["images"])


def _untrained(made: Plan) -> Pipeline:
    """What will be trained, so that what cannot be measured is refused before."""
    generator, _ = build(made.recipe, made.dataset.shape)
    palette = made.dataset.schema.target.palette
    return Pipeline(made.recipe.condition, made.recipe.architecture, made.dataset.shape, generator, palette=palette)


def _there(file: Path) -> Report | None:
    try:
        return Report.model_validate_json(file.read_bytes())
    except (OSError, ValueError):
        return None


def _parameters(made: Plan) -> tuple[int, int]:
    with torch.device("meta"):
        generator, discriminator = build(made.recipe, made.dataset.shape)
    return sum(map(torch.numel, generator.parameters())), sum(map(torch.numel, discriminator.parameters()))
