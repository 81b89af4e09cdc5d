"""What a run writes down of its progress: metrics.jsonl, and TensorBoard where asked for."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Self

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.training.diagnosis import Alarm


class Progress(NamedTuple):
    """Where a run stands."""

    images: int
    """Real images shown to the discriminator so far."""
    share: float
    """0 … 1 of the budget."""
    seconds: float
    """Time spent training."""
    rate: float
    """Images per second of late."""
    losses: dict[str, float]
    """Mean of each term since the last report."""
    metrics: dict[str, float]
    """What else is measured: ``discriminator_accuracy`` and ``generator_gradient``, means since the last report; at a
    snapshot also those of the monitor."""

    alarms: list[Alarm]
    """At a snapshot, the failure modes of the run."""

    def line(self) -> dict[str, Any]:
        """As it stands in metrics.jsonl."""
        line = {
            "images": self.images,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.rate, 1),
            **self.losses,
            **self.metrics,
        }
        return line | ({"alarms": [each.plain() for each in self.alarms]} if self.alarms else {})

    @property
    def remaining(self) -> float:
        """Seconds left, at the pace so far."""
        return self.seconds * (1 - self.share) / self.share if self.share else float("inf")


class Log:
    """Lines of JSON, one a report."""

    def __init__(self, folder: Path, tensorboard: bool, resumed_at: int) -> None:
        self.file = folder / "metrics.jsonl"
        self.rewind(resumed_at)
        self.board = _board(folder) if tensorboard else None

    def rewind(self, images: int) -> None:
        """Forget what was reported after so many images."""
        kept = [line for line in read(self.file) if line["images"] <= images]
        disk.write(self.file, "".join(json.dumps(line) + "\n" for line in kept).encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.board is not None:
            self.board.close()

    def write(self, progress: Progress) -> None:
        """Add a report."""
        disk.append(self.file, json.dumps(progress.line()).encode() + b"\n")
        if self.board is not None:
            for kind, values in (("loss", progress.losses), ("metric", progress.metrics)):
                for name, value in values.items():
                    self.board.add_scalar(f"{kind}/{name}", value, progress.images)


def read(file: Path) -> list[dict[str, Any]]:
    """The reports of a metrics.jsonl, oldest first; none where there is no file. A last line cut short is left out."""
    lines = file.read_bytes().splitlines() if file.exists() else []
    reports = []
    for line in lines:
        try:
            report = json.loads(line)
            reports.append({**report, "images": int(report["images"])})
        except (ValueError, LookupError, TypeError, RecursionError):
            break
    return reports


def require_tensorboard() -> None:
    """Refuse a run that cannot log as it should, before it begins.

    Raises:
        SettingsError: TensorBoard is not installed.
    """
    if find_spec("tensorboard") is None:
        raise SettingsError(
            "TensorBoard is not installed",
            where="setting training.tensorboard",
            do="pip install 'condgan[tensorboard]'",
        )


def _board(folder: Path) -> Any:
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder / "tensorboard"))
