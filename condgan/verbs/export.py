"""``cg.export`` and ``cg.play``."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Literal, NamedTuple

from condgan.core import disk
from condgan.core.bounds import read_text
from condgan.core.cache import digest
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import SettingsError
from condgan.evaluation.figures import main_figures
from condgan.evaluation.page import NUMBERS
from condgan.evaluation.report import Report
from condgan.exports.onnx import onnx_of
from condgan.exports.parity import Parity
from condgan.exports.pt2 import pt2_of
from condgan.exports.web import Said, page_of
from condgan.pipeline import Pipeline
from condgan.pipeline.folder import CARD
from condgan.pipeline.sampling import device_of

FORMATS = (".onnx", ".pt2", ".html")
PLAYGROUND = "condgan.html"


class Exported(NamedTuple):
    """A file that runs without condgan."""

    path: Path
    size: int
    """Bytes."""
    parity: Parity
    """How near its images are to the generator's."""


@with_own_defaults
def export(
    pipeline: str | Path | Pipeline,
    to: str | Path,
    *,
    quantize: Literal["int8"] | None = None,
    runtime: str | Path | None = None,
    split: bool = False,
) -> Exported:
    """Write a generator as a file that runs without condgan, and compare what it makes.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        to: ``X.onnx``; ``X.html``, a page to play with that holds all that it needs (both: pip install
            'condgan[onnx]'); or ``X.pt2``, which ``torch.export.load`` opens.
        quantize: ``int8``: weights of 8 bits, a quarter of the size; what that changes is measured. Not of ``X.pt2``.
        runtime: for a page: a folder with the files of the npm package onnxruntime-web; by default they are downloaded
            once.
        split: put the large parts of a page into a folder beside it, X_parts.

    Raises:
        SettingsError: no pipeline there, another suffix, an operation that the format lacks, other images come out, or
            a page would be too large.
        DataError: onnxruntime-web cannot be downloaded.
        DiskError: the disk is full or fails.
    """
    path = Path(to)
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise SettingsError(f"cannot export to {path.name}", where="to", do=f"end it in {' or '.join(FORMATS)}")
    if quantize not in (None, "int8"):
        raise SettingsError(f"no such numbers: {quantize}", where="quantize", do="set it to int8, or leave it out")
    if quantize and suffix == ".pt2":
        raise SettingsError("weights of 8 bits are for .onnx and .html", where="quantize", do="leave it out")
    if split and suffix != ".html":
        raise SettingsError("only a page has parts", where="split", do="leave it out")
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    int8, home, device = quantize == "int8", f"{path.stem}_parts", device_of(pipe.generator)
    files: dict[Path, bytes] = {}
    try:
        pipe.to("cpu")
        if suffix == ".html":
            page, parity = page_of(pipe, said_of(pipeline, pipe), runtime, int8, home if split else "")
            files = {path.parent / home / name: content for name, content in page.beside.items()} | {path: page.text}
        else:
            files[path], parity = onnx_of(pipe, int8) if suffix == ".onnx" else pt2_of(pipe)
    finally:
        pipe.to(device)
    try:
        for file, content in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            disk.put(file, content)
    except OSError as error:
        raise disk.refusal(error, f"cannot write {path.name}", path.parent, "choose another place") from None
    return Exported(path, sum(map(len, files.values())), parity)


@with_own_defaults
def play(pipeline: str | Path | Pipeline, *, runtime: str | Path | None = None, show: bool = True) -> Exported:
    """Write the page of a generator to a temporary file, and open it in the browser.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline.
        runtime: as for ``export``.
        show: whether to open the browser.

    Raises:
        SettingsError, DataError, DiskError: as ``export``.
    """
    found = export(pipeline, Path(tempfile.mkdtemp(prefix="condgan-")) / PLAYGROUND, runtime=runtime)
    if show:
        webbrowser.open(found.path.as_uri())
    return found


def said_of(pipeline: str | Path | Pipeline, pipe: Pipeline) -> Said:
    """What a page says of a generator: of a run its card and its report, too, where they are there."""
    title = f"condgan: {pipe.trained.get('data', 'a generator')}"
    if isinstance(pipeline, Pipeline) or not Path(pipeline).is_dir():
        return Said(title)
    card = _card(Path(pipeline, CARD))
    file = Path(pipeline, "report", NUMBERS)
    if not file.is_file():
        return Said(title, card)
    try:
        report = Report.model_validate_json(read_text(file))
    except ValueError:
        return Said(title, card, [f"The report in {file.parent.name} is of another version of condgan."])
    if report.protocol.pipeline != digest(*pipe.generator.state_dict().values()):
        return Said(title, card, [f"The report in {file.parent.name} is of other weights than these."])
    rows = [(name, *row.words()) for name, row in main_figures(report).items()]
    return Said(title, card, report.verdict, rows)


def _card(file: Path) -> str:
    """A model card without the header for the Hub; empty where there is none that can be read."""
    try:
        text = read_text(file)
    except (OSError, ValueError):
        return ""
    return (text.split("---\n", 2)[-1] if text.startswith("---\n") else text).strip()
