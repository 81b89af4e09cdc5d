"""``condgan export``."""

from typing import Annotated, Literal

from cyclopts import Parameter


def export(
    pipeline: str,
    /,
    *,
    to: str | None = None,
    web: str | None = None,
    quantize: Literal["int8"] | None = None,
    runtime: str | None = None,
    split: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Write a generator as a file that runs without condgan.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    to
        X.onnx for onnxruntime in any language (pip install 'condgan[onnx]'), or X.pt2 for PyTorch.
    web
        X.html: a page to play with, that opens in any browser, from a file, without a network.
    quantize
        int8: weights of 8 bits, a quarter of the size. What that changes is measured and told.
    runtime
        For a page: a folder with the files of the npm package onnxruntime-web. By default they are downloaded once.
    split
        For a page: put its large parts into a folder beside it, X_parts, where it would be too large.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.core.errors import SettingsError
    from condgan.verbs.export import export as write

    asked = [each for each in (to, web) if each is not None]
    if not asked:
        raise SettingsError("nothing to write", where="--to", do="give --to X.onnx or X.pt2, or --web X.html")
    if web is not None and not web.lower().endswith(".html"):
        raise SettingsError(f"{web} is no page", where="--web", do="end it in .html")
    for each in asked:
        found = write(pipeline, each, quantize=quantize, runtime=runtime, split=split and each == web)
        show(f"[bold]{escape(str(found.path))}[/bold], {found.size / 1e6:.1f} MB; {found.parity}")
