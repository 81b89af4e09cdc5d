"""What a person sees of a run."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from condgan.core.batch import ONE
from condgan.core.errors import DataError

if TYPE_CHECKING:
    from condgan.evaluation import Report, TranslationReport
    from condgan.metrics import Figure
    from condgan.training.health import Alarm
    from condgan.training.log import Progress as Progressed
    from condgan.training.loop import Snapshot
    from condgan.verbs.doctor import Diagnosis
    from condgan.verbs.plan import Plan


def watch(plan: Callable[[], Plan], device: str) -> None:
    """Train with live progress, and end with a summary."""
    console = Console()
    with console.status("reading the data"):
        from condgan.training.loop import train

        made = plan()
    recipe, dataset, out = made.recipe, made.dataset, made.out
    snapshots = train(
        recipe,
        dataset,
        out,
        held=made.held,
        perceptual=made.perceptual,
        device=device,
        resume=made.resume,
        on_progress=lambda report: show(report),
    )
    console.print(f"[bold]{escape(recipe.data.title())}[/bold]: {dataset}")
    kinds = f"{recipe.architecture.kind}, {recipe.objective.loss}"
    console.print(f"recipe: [bold]{escape(made.origin)}[/bold] ({kinds}); {recipe.training.budget()}")
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(None),
        TextColumn("{task.percentage:3.0f}%"),
        console=console,
        expand=True,
    )
    task = bar.add_task("starting", total=1.0)

    alarms: list[Alarm] = []

    def show(report: Progressed) -> None:
        if "pixel_distance" in report.signs:  # a snapshot: between two of them nothing new is known
            alarms[:] = report.alarms
        bar.update(task, completed=report.share, description=describe(report, alarms))

    last: Snapshot | None = None
    with bar:
        for last in snapshots:
            if not console.is_terminal:
                console.print(str(last), soft_wrap=True, markup=False)
    console.print(summary(out, last))


def describe(report: Progressed, alarms: Sequence[Alarm] = ()) -> str:
    """One line of live progress, short enough for a narrow terminal; metrics.jsonl holds every term."""
    ill = [alarms[0].illness.upper() + f" +{len(alarms) - 1}" * (len(alarms) > 1)] if alarms else []
    players = [f"{name[0].upper()} {report.losses.get(name, 0):.2f}" for name in ("discriminator", "generator")]
    left = f"{report.remaining / 60:.1f} min left"
    return " · ".join([*ill, f"{report.images:,} images", f"{report.rate:,.0f}/s", *players, left])


def summary(folder: Path, last: Snapshot | None) -> Table:
    """One screen at the end: what there is now, and what to do with it."""
    table = Table.grid(padding=(0, 2))
    if last is None:
        table.add_row(
            "trained",
            "already: the budget is spent or a plateau reached; for more: --images, --minutes, --until budget",
        )
    else:
        report = last.progress
        table.add_row(
            "trained",
            f"{report.images:,} images in {report.seconds / 60:.1f} min "
            f"({report.images / max(report.seconds, 1e-9):,.0f}/s)",
        )
        if last.stopped:
            table.add_row("stopped", Text(f"{last.stopped}; the best are kept"))
        for alarm in report.alarms:
            table.add_row("alarm", Text(str(alarm)))
        table.add_row("picture", Text(str(last.picture)))
    table.add_row("progress", Text(f"{folder / 'samples.gif'}, {folder / 'losses.png'}, {folder / 'metrics.jsonl'}"))
    table.add_row("pipeline", Text(f"{folder}: config.json, model.safetensors, README.md"))
    words = ["condgan", "sample", str(folder)]
    if last is not None and last.pipeline.condition.pictures:
        words = ["condgan", "translate", str(folder), "PICTURES", "--out", "DIR"]
        for field in last.pipeline.condition.describe().fields:
            words += ["--label", field.choices[0]] if field.choices else []
    elif last is not None and (form := last.pipeline.condition.describe()).fields:
        words += ["--label", form.fields[0].choices[0], "--n", "16"]
    table.add_row("next", Text(shlex.join(words)))
    return table


def show_diagnosis(diagnosis: Diagnosis) -> None:
    """The data and what is odd about them, on one screen; the errors are the caller's to show."""
    console = Console(highlight=False)
    dataset, recipe, took = diagnosis.dataset, diagnosis.recipe, diagnosis.estimate
    if dataset is None or recipe is None:
        return
    console.print(f"[bold]{escape(recipe.data.title())}[/bold]: {dataset}")
    if dataset.schema.names != ONE:
        console.print(histogram(dict(zip(*dataset.schema[:2], strict=True))))
    for each in dataset.unreadable:
        console.print(f"cannot be read: {each}", markup=False, soft_wrap=True)
    for remark in diagnosis.remarks:
        console.print(f"note: {remark}", markup=False, soft_wrap=True)
    if not diagnosis.remarks and not diagnosis.errors:
        console.print("nothing odd: no tiny classes, no copies, nothing unreadable")
    if took is not None:
        console.print(
            f"training: {recipe.training.budget()}, about {took.minutes:.0f} min "
            f"at {took.images_per_second:,.0f} images/s, {took.memory / 2**20:,.0f} MB of memory "
            "(measured on a few steps)",
            soft_wrap=True,
        )


def histogram(counts: dict[str, int], most: int = 40) -> Table:
    """A bar for each class."""
    table = Table.grid(padding=(0, 2))
    longest = max(counts.values())
    for name, count in list(counts.items())[:most]:
        table.add_row(Text(name), Text(f"{count:,}", justify="right"), "█" * max(1, round(30 * count / longest)))
    if len(counts) > most:
        table.add_row(f"… and {len(counts) - most} more")
    return table


def judge(pipeline: str, data: str, *, out: Path, **words: Any) -> None:
    """Evaluate with what is being done in view, and end with the report on one screen."""
    console = Console(highlight=False)
    began = time.monotonic()
    with console.status("starting") as status:
        from condgan.verbs.evaluate import evaluate

        found = evaluate(pipeline, data, out=out, on_step=status.update, **words)
    for sentence in found.report.verdict:
        console.print(sentence, markup=False, soft_wrap=True)
    for alarm in found.report.alarms:
        console.print(f"alarm in training: {alarm}", markup=False, soft_wrap=True)
    console.print(figures(found.report))
    page = out / "index.html"
    console.print(f"report: {page} ({(time.monotonic() - began) / 60:.1f} min)", markup=False, soft_wrap=True)


def figures(report: Report | TranslationReport) -> Table:
    """The main figures, each beside what real images reach."""
    from condgan.evaluation import Report
    from condgan.evaluation import report as labelled
    from condgan.evaluation import translation_report as translated

    found = labelled.main_figures(report) if isinstance(report, Report) else translated.main_figures(report)
    table = Table("", "samples", "real images", box=None, pad_edge=False)
    for name, row in found.items():
        table.add_row(name, "too few" if row.samples is None else str(row.samples), _real(row.real))
    return table


def _real(value: Figure | float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def show_translation(pipeline: str, given: str, out: str, **words: Any) -> None:
    """Translate with the progress in view, and end with how many there are.

    Raises:
        DataError: some could not be read; the others are there.
    """
    from condgan.verbs.translate import count, translate

    console = Console(highlight=False)
    made, asked = translate(pipeline, given, out, **words), count(given)
    errors: list[DataError] = []
    with Progress(console=console) as bar:
        for each in bar.track(made, total=asked, description="translating"):
            if isinstance(each, DataError):
                errors.append(each)
                console.print(each.line(), markup=False, soft_wrap=True)
    console.print(f"{asked - len(errors):,} images in [bold]{escape(out)}[/bold]")
    if errors:
        raise DataError(
            f"{len(errors)} of {asked} pictures left out", where=errors[0].where, do="replace or remove them"
        )


def show_comparison(presets: list[str], data: str, **words: Any) -> None:
    """Compare with what is being done in view, and end with the table."""
    console = Console(highlight=False)
    with console.status("starting") as status:
        from condgan.verbs.compare import compare

        found = compare(presets, data, on_step=status.update, **words)
    table = Table("", *(row.preset for row in found.rows), box=None, pad_edge=False)
    for name in found.columns():
        table.add_row(name, *(str(row.figures.get(name, "–")) for row in found.rows))
    table.add_row("budget", *(row.budget for row in found.rows))
    table.add_row("minutes", *("–" if row.minutes is None else f"{row.minutes:.1f}" for row in found.rows))
    table.add_row("parameters", *(f"{sum(row.parameters):,}" for row in found.rows))
    table.add_row("alarms", *found.alarms())
    table.add_row("trainings", *(f"{len(row.seeds)}" for row in found.rows))
    console.print(table)
    for row in found.rows:
        for failure in row.failures:
            console.print(f"{row.preset}: {failure}", markup=False, soft_wrap=True)
    console.print(f"page: {Path(found.folder) / 'index.html'}", markup=False, soft_wrap=True)
