"""``condgan push``."""

from typing import Annotated

from cyclopts import Parameter


def push(
    pipeline: str,
    name: str,
    /,
    *,
    private: Annotated[bool, Parameter(negative="")] = False,
    licence: Annotated[str, Parameter(name=["--licence", "--license"])] = "",
) -> None:
    """Put a pipeline and its report on the Hugging Face Hub, where anyone can sample from it by its name.

    Log in once: hf auth login. Of a run nothing is pushed but its pipeline and its report, and no image of the data:
    the page of the report goes without those.

    Parameters
    ----------
    pipeline
        A run's folder.
    name
        OWNER/NAME on the Hub; made where there is none yet.
    private
        For its owner's eyes only.
    licence
        As the Hub calls it, such as mit, cc-by-4.0 or apache-2.0.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.push import push as upload

    found = upload(pipeline, name, private=private, licence=licence)
    show(f"[bold]{escape(found.url)}[/bold], commit {found.commit}")
