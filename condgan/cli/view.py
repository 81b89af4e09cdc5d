"""What a person sees of a run."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from condgan.core.errors import DataError

if TYPE_CHECKING:
    from condgan.core.form import FormField
    from condgan.evaluation.report import Report
    from condgan.training.diagnosis import Alarm
    from condgan.training.log import Progress as Progressed
    from condgan.training.session import Snapshot
    from condgan.verbs.doctor import Diagnosis
    from condgan.verbs.plan import Plan


class TrainingView:
    """A training as a person sees it: live progress, and a summary at the end. It listens, and steers nothing."""

    def __init__(self) -> None:
        self.console = Console()
        self.stack = ExitStack()
        self.status = self.console.status("reading the data")
        self.plan: Plan | None = None
        self.last: Snapshot | None = None
        self.alarms: list[Alarm] = []
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(None),
            TextColumn("{task.percentage:3.0f}%"),
            console=self.console,
            expand=True,
        )
        self.task = self.bar.add_task("starting", total=1.0)

    def __enter__(self) -> TrainingView:
        self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.status.stop()
        self.stack.close()

    def planned(self, plan: Plan) -> None:
        """Say what the run will do."""
        self.status.stop()
        self.plan = plan
        recipe = plan.recipe
        self.console.print(f"[bold]{escape(recipe.data.title())}[/bold]: {plan.dataset}")
        kinds = f"{recipe.architecture.kind}, {recipe.objective.loss}"
        self.console.print(f"recipe: [bold]{escape(plan.origin)}[/bold] ({kinds}); {recipe.training.budget()}")
        if plan.choice:
            self.console.print(f"chosen for {plan.choice}", markup=False, soft_wrap=True)
        for sentence in plan.taken_over:
            self.console.print(sentence, markup=False, soft_wrap=True)
        self.stack.enter_context(self.bar)

    def progressed(self, report: Progressed) -> None:
        """Show a report."""
        if "pixel_distance" in report.metrics:  # a snapshot: between two of them nothing new is known
            self.alarms = report.alarms
        self.bar.update(self.task, completed=report.share, description=describe(report, self.alarms))

    def taken(self, snapshot: Snapshot) -> None:
        """Take note of a snapshot; where nobody watches a bar, a line tells of it."""
        self.last = snapshot
        if not self.console.is_terminal:
            self.console.print(str(snapshot), soft_wrap=True, markup=False)

    def summary(self) -> None:
        """One screen at the end."""
        if self.plan is not None:
            self.console.print(summary(self.plan, self.last))


def describe(report: Progressed, alarms: Sequence[Alarm] = ()) -> str:
    """One line of live progress, short enough for a narrow terminal; metrics.jsonl holds every term."""
    failures = [alarms[0].failure.upper() + f" +{len(alarms) - 1}" * (len(alarms) > 1)] if alarms else []
    players = [f"{name[0].upper()} {report.losses.get(name, 0):.2f}" for name in ("discriminator", "generator")]
    left = f"{report.remaining / 60:.1f} min left"
    return " · ".join([*failures, f"{report.images:,} images", f"{report.rate:,.0f}/s", *players, left])


def summary(plan: Plan, last: Snapshot | None) -> Table:
    """One screen at the end: what there is now, and what to do with it."""
    folder = plan.out
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
    from condgan.pipeline.folder import FILES

    table.add_row("pipeline", Text(f"{folder}: {', '.join(name for name in FILES if (folder / name).is_file())}"))
    table.add_row("next", Text(shlex.join(next_words(plan.recipe.condition.form(), folder))))
    return table


def next_words(form: Sequence[FormField], folder: Path) -> list[str]:
    """The command that uses a pipeline: its pictures have to be given; of all else there is an example."""
    pictures = any(field.required and field.type != "vector" for field in form)
    words = ["condgan", "translate", str(folder), "PICTURES"] if pictures else ["condgan", "sample", str(folder)]
    choice = next((field for field in form if field.choices), None)
    several = [field for field in form if field.example() is not None and not field.required]
    if len(several) > 1 and not pictures and all(writable(str(field.example())) for field in several[:2]):
        words += ["--where", ", ".join(f"{field.name}={field.example()}" for field in several[:2])]
    elif choice:
        words += [f"--{choice.name}", name] if writable(name := choice.choices[0]) else [f"--{choice.name}-index", "0"]
    vectors = [word for field in form if field.type == "vector" and field.required for word in _asked(field)]
    words += vectors
    return words + (["--out", "DIR"] if pictures else ["--n", "16"] if choice or len(several) > 1 else [])


def _asked(field: FormField) -> list[str]:
    return [f"--{field.name}", "VECTORS.npy"]


def writable(text: str) -> bool:
    """Whether a text appears as it is on the standard output, whose encoding may lack some of it."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def show_diagnosis(diagnosis: Diagnosis) -> None:
    """The data and what is odd about them, on one screen; the errors are the caller's to show."""
    console = Console(highlight=False)
    dataset, recipe, took = diagnosis.dataset, diagnosis.recipe, diagnosis.estimate
    if dataset is None or recipe is None:
        return
    console.print(f"[bold]{escape(recipe.data.title())}[/bold]: {dataset}")
    from condgan.data.columns import LABEL
    from condgan.data.summary import summaries

    for column in summaries(dataset):
        if bars := column.bars():
            if column.name != LABEL or column.missing:
                missing = f", missing in {column.missing:,}" if column.missing else ""
                console.print(f"[bold]{escape(column.name)}[/bold] ({column.kind}{missing})", soft_wrap=True)
            console.print(histogram(bars))
    for each in dataset.unreadable:
        console.print(f"cannot be read: {each}", markup=False, soft_wrap=True)
    for note in diagnosis.remarks:
        console.print(str(note), markup=False, soft_wrap=True)
    if not diagnosis.remarks and not diagnosis.errors and not dataset.unreadable:
        console.print("nothing odd: no tiny classes, no copies, nothing unreadable or left out")
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
    longest = max(1, *counts.values())
    for name, count in list(counts.items())[:most]:
        table.add_row(
            Text(name), Text(f"{count:,}", justify="right"), "█" * max(int(count > 0), round(30 * count / longest))
        )
    if len(counts) > most:
        table.add_row(f"… and {len(counts) - most} more")
    return table


def show_evaluation(pipeline: str, data: str, *, out: Path, **words: Any) -> None:
    """Evaluate with what is being done in view, and end with the report on one screen."""
    console = Console(highlight=False)
    began = time.monotonic()
    with console.status("starting") as status:
        from condgan.verbs.evaluate import evaluate

        found = evaluate(pipeline, data, out=out, on_step=status.update, **words)
    for sentence in found.report.verdict:
        console.print(sentence, markup=False, soft_wrap=True)
    if found.report.protocol.reference == "validation":
        console.print("The data bring no test split: samples are compared with the validation split.", soft_wrap=True)
    for alarm in found.report.alarms:
        console.print(f"alarm in training: {alarm}", markup=False, soft_wrap=True)
    console.print(figures(found.report))
    page = out / "index.html"
    console.print(f"report: {page} ({(time.monotonic() - began) / 60:.1f} min)", markup=False, soft_wrap=True)


def figures(report: Report) -> Table:
    """The main figures, each with its real-data reference."""
    from condgan.evaluation.figures import main_figures

    table = Table("", "samples", "real images", box=None, pad_edge=False)
    for name, row in main_figures(report).items():
        table.add_row(name, *row.words())
    return table


def show_translation(pipeline: str, source: str, out: str, **words: Any) -> None:
    """Translate with the progress in view, and end with how many there are.

    Raises:
        DataError: some could not be read; the others are there.
    """
    from condgan.verbs.translate import count, translate

    console = Console(highlight=False)
    made, asked = translate(pipeline, source, out, **words), count(source)
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
