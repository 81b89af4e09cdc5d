"""``condgan translate``."""

from typing import Annotated

from cyclopts import Parameter

from condgan.cli.fields import complete_where

STDIN = "standard input"
"""What ``main`` writes for a lone ``-``, which cyclopts takes for an option where any name may be one."""


def translate(
    pipeline: str,
    source: str,
    /,
    *,
    out: str,
    where: Annotated[list[str] | None, Parameter(negative="", completer=complete_where)] = None,
    like: str | None = None,
    seed: int = 0,
    device: str = "auto",
    **fields: Annotated[str, Parameter(negative="")],
) -> None:
    """Generate images from pictures, with a generator that was trained on pairs.

    Names and sizes are kept. Pictures larger than those of the training are made in parts that overlap. Other values
    that the generator takes are flags: --label NAME, or --label-index N, counted from 0, the same for all; --instances
    DIR, a picture of instance ids, or a folder of them by the same names.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    source
        A picture, a folder of them, or - for one on the standard input.
    out
        Folder for the images.
    where
        NAME=VALUE, NAME=VALUE, the same as --NAME VALUE, the same for all pictures.
    like
        A photo whose style to take, where the generator has learned to tell one (--architecture.style true).
    seed
        Of the noise, the same for all: another seed, another image, where the generator has learned to differ.
    device
        auto, cpu, cuda or mps.
    """
    from condgan.cli.view import show_translation

    source = "-" if source == STDIN else source

    show_translation(pipeline, source, out, where=where, like=like, seed=seed, device=device, **fields)
