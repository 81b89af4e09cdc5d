"""Several ways to train on the same data at the same budget, side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median_low
from typing import Literal, NamedTuple

from pydantic import Field

from condgan.core.spec import Spec
from condgan.evaluation.figures import main_figures
from condgan.evaluation.html import embedded, publish, render
from condgan.evaluation.protocol import Protocol
from condgan.evaluation.report import Report
from condgan.metrics import Figure, over_repeats

NUMBERS = "comparison.json"


class Outcome(NamedTuple):
    """One training of one preset."""

    report: Report
    seconds: float
    images: int


class Row(Spec):
    """What became of one preset."""

    preset: str
    seeds: tuple[int, ...]
    """Those trainings that came to their end."""
    failures: tuple[str, ...] = ()
    """Why others did not, a line each."""
    alarms: dict[str, int] = Field(default_factory=dict)
    """Failure modes of trainings at their end, and how many trainings have them."""
    budget: str
    figures: dict[str, Figure]
    """The main figures of the reports. Of several trainings: over their seeds; of a single one: as its report says."""
    minutes: float | None
    """Of training, the median."""
    images: int | None
    """Real images trained on, the median."""
    parameters: tuple[int, int]
    """Of the generator and of the discriminator."""
    protocol: Protocol | None
    """Of its reports, that of the first training; ``None`` where all failed."""


class Comparison(Spec):
    """Presets at equal budget."""

    version: Literal[1] = 1
    folder: str
    """Where the runs, the page and these numbers are."""
    rows: tuple[Row, ...]

    def alarms(self) -> list[str]:
        """The alarms of each row, in words."""
        return [", ".join(f"{name} ({count})" for name, count in row.alarms.items()) or "none" for row in self.rows]

    def columns(self) -> list[str]:
        """The names of the figures that some preset has."""
        return list(dict.fromkeys(name for row in self.rows for name in row.figures))

    def save(self, sheets: Mapping[str, bytes]) -> None:
        """Write ``comparison.json`` and ``index.html`` with a sheet of samples (PNG) for each preset.

        Raises:
            SettingsError: they cannot be written there.
            DiskError: the disk is full or fails.
        """
        pictures = {name: embedded(sheet) for name, sheet in sheets.items()}
        text = render("comparison.html", comparison=self, columns=self.columns(), sheets=pictures)
        publish(Path(self.folder), NUMBERS, self, text)


def row(
    preset: str,
    budget: str,
    parameters: tuple[int, int],
    outcomes: Mapping[int, Outcome],
    failures: Sequence[str] = (),
) -> Row:
    """The row of a preset from its trainings, by seed."""
    found = list(outcomes.values())
    figures = defaultdict[str, list[Figure]](list)
    for each in found:
        for name, (ours, _) in main_figures(each.report).items():
            if ours is not None:
                figures[name].append(ours)
    return Row(
        preset=preset,
        seeds=tuple(outcomes),
        failures=tuple(failures),
        alarms=dict(Counter(alarm.failure for each in found for alarm in each.report.alarms)),
        budget=budget,
        figures={name: _over(measured) for name, measured in figures.items()},
        minutes=median_low([each.seconds / 60 for each in found]) if found else None,
        images=median_low([each.images for each in found]) if found else None,
        parameters=parameters,
        protocol=found[0].report.protocol if found else None,
    )


def _over(figures: Sequence[Figure]) -> Figure:
    return figures[0] if len(figures) == 1 else over_repeats([figure.value for figure in figures])
