"""``condgan find``."""

from typing import Annotated

from cyclopts import Parameter

from condgan.cli.fields import complete_where


def find(
    pipeline: str,
    image: str,
    /,
    *,
    under: str | None = None,
    where: Annotated[list[str] | None, Parameter(negative="", completer=complete_where)] = None,
    out: str = "found.png",
    device: str = "auto",
    **fields: Annotated[str, Parameter(negative="")],
) -> None:
    """Find what a generator has to be asked for to make an image, and the same image with other values.

    What is not named, as by --label 7, is looked for, too.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    image
        A picture; it is brought to the size of the training.
    under
        A field whose other values are shown; by default the first that has choices.
    where
        NAME=VALUE, NAME=VALUE, the same as --NAME VALUE.
    out
        X.png (the image, what was found, and that with other values), or X.npz (arrays, with the latent).
    device
        auto, cpu, cuda or mps.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.find import find as look

    found = look(pipeline, image, under=under, where=where, out=out, device=device, **fields)
    values = ", ".join(f"{name} {value}" for name, value in found.values.items())
    show(f"{escape(values)}{': ' if values else ''}{found.psnr:.1f} dB, in [bold]{escape(out)}[/bold]")
