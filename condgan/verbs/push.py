"""``cg.push``."""

from __future__ import annotations

from pathlib import Path

from condgan.core.cache import digest
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import SettingsError
from condgan.evaluation.figures import main_figures
from condgan.evaluation.html import PAGE
from condgan.evaluation.page import NUMBERS, without_data
from condgan.evaluation.report import Report
from condgan.pipeline import Pipeline
from condgan.pipeline.card import REPORT, Measured, Shown
from condgan.pipeline.hub import Pushed


@with_own_defaults
def push(
    pipeline: str | Path, name: str, *, private: bool = False, token: str | None = None, licence: str = ""
) -> Pushed:
    """Save a run's pipeline, and its report where it has one, in a repository of the Hugging Face Hub, in one commit.
    The page of the report goes without its pictures of the data.

    Args:
        pipeline: a run's folder.
        name: ``owner/name``; made where there is none yet.
        private: for its owner's eyes only.
        token: one that may write; by default the one that ``hf auth login`` or ``HF_TOKEN`` gave.
        licence: as the Hub calls it, such as ``mit`` or ``cc-by-4.0``.

    Raises:
        SettingsError: no pipeline there, a report of other weights, no such name, no permission to write, or the Hub
            refuses it or cannot be reached.
    """
    pipe = Pipeline.from_pretrained(pipeline)
    report = measured(pipe, Path(pipeline) / REPORT)
    return pipe.push_to_hub(name, private=private, token=token, licence=licence, report=report)


def measured(pipe: Pipeline, folder: Path) -> Measured | None:
    """What a card says of the report in a folder; ``None`` where there is none.

    Raises:
        SettingsError: it cannot be read, or was made of other weights.
    """
    numbers = folder / NUMBERS
    if not numbers.is_file():
        return None
    again = f"evaluate it again, or take {folder} away"
    try:
        report = Report.model_validate_json(numbers.read_bytes())
        page = without_data((folder / PAGE).read_text(), report)
    except (OSError, ValueError):
        raise SettingsError("cannot read the report", where=numbers, do=again) from None
    if report.protocol.pipeline != digest(*pipe.generator.state_dict().values()):
        raise SettingsError("a report of other weights than the pipeline's", where=numbers, do=again)
    rows = main_figures(report).items()
    figures = [Shown(key, row.samples.value if row.samples else None, *row.words()) for key, row in rows]
    return Measured(report.protocol.data, figures, {NUMBERS: numbers.read_bytes(), PAGE: page.encode()})
