"""``condgan play``."""


def play(pipeline: str, /, *, runtime: str | None = None) -> None:
    """Open a generator in the browser: a page to play with, in a temporary file.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    runtime
        A folder with the files of the npm package onnxruntime-web. By default they are downloaded once.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.export import play as open_page

    found = open_page(pipeline, runtime=runtime)
    show(f"[bold]{escape(str(found.path))}[/bold], {found.size / 1e6:.1f} MB")
