"""``condgan export``."""


def export(pipeline: str, /, *, to: str) -> None:
    """Write a generator as a file that runs without condgan.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    to
        X.onnx for onnxruntime in any language (pip install 'condgan[onnx]'), or X.pt2 for PyTorch.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.export import export as write

    found = write(pipeline, to)
    show(f"[bold]{escape(str(found.path))}[/bold], {found.size / 1e6:.1f} MB; {found.parity}")
