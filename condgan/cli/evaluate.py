"""``condgan evaluate``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def evaluate(
    pipeline: str,
    data: str,
    /,
    *,
    n: int = 10_000,
    repeats: int = 3,
    quick: Annotated[bool, Parameter(negative="")] = False,
    out: Path | None = None,
    extractor: str = "cnn",
    data_root: str = "",
    device: str = "auto",
) -> None:
    """Tell the truth about a trained pipeline: how good its samples are, on one page.

    Do they look real, are all kinds among them, are they what was requested, do they train a classifier as well as real
    images, are they copies? Each figure with its interval and the real-data reference.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    data
        The real data, as for train; samples are compared with their test split.
    n
        Samples of each repeat.
    repeats
        Sets of samples, each from other seeds; the intervals come from them.
    quick
        Leave out what trains classifiers on samples.
    out
        Folder for index.html and report.json. By default report/ in the pipeline's folder.
    extractor
        Whose features distances are measured on: cnn (trained on the data), inception, efficientnet-lite0, a file.onnx,
        or a folder that transformers saved.
    data_root
        Folder that holds named data in the usual layout (MNIST/raw/…); by default $CONDGAN_DATA, else a download.
    device
        auto, cpu, cuda or mps.
    """
    from condgan.cli.view import show_evaluation
    from condgan.core.errors import SettingsError

    if out is None and not Path(pipeline).is_dir():
        raise SettingsError("no place for the report", where=pipeline, do="give --out DIR")
    show_evaluation(
        pipeline,
        data,
        n=n,
        repeats=repeats,
        quick=quick,
        out=out or Path(pipeline, "report"),
        extractor=extractor,
        data_root=data_root,
        device=device,
    )
