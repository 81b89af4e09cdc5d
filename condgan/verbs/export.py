"""``cg.export``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from condgan.core import disk
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import SettingsError
from condgan.exports.onnx import onnx_of
from condgan.exports.parity import Parity
from condgan.exports.pt2 import pt2_of
from condgan.pipeline import Pipeline

FORMATS: dict[str, Callable[[Pipeline], tuple[bytes, Parity]]] = {".onnx": onnx_of, ".pt2": pt2_of}


class Exported(NamedTuple):
    """A file that runs without condgan."""

    path: Path
    size: int
    """Bytes."""
    parity: Parity
    """How near its images are to the generator's."""


@with_own_defaults
def export(pipeline: str | Path | Pipeline, to: str | Path) -> Exported:
    """Write a generator as a file that runs without condgan, and compare what it makes.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        to: ``X.onnx`` (pip install 'condgan[onnx]'), or ``X.pt2``, which ``torch.export.load`` opens.

    Raises:
        SettingsError: no pipeline there, another suffix, an operation that the format lacks, or other images come out.
        DiskError: the disk is full or fails.
    """
    path = Path(to)
    if path.suffix.lower() not in FORMATS:
        raise SettingsError(f"cannot export to {path.name}", where="to", do=f"end it in {' or '.join(FORMATS)}")
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    content, parity = FORMATS[path.suffix.lower()](pipe.to("cpu"))
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.put(path, content)
    return Exported(path, len(content), parity)
