"""``condgan translate``."""

from typing import Annotated

from cyclopts import Parameter


def translate(
    pipeline: str,
    given: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    out: str,
    label: str | None = None,
    like: str | None = None,
    instances: str | None = None,
    seed: int = 0,
    device: str = "auto",
) -> None:
    """Make images from pictures, with a generator that was trained on pairs.

    Names and sizes are kept. Pictures larger than those of the training are made in parts that overlap.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    given
        A picture, a folder of them, or - for one on the standard input.
    out
        Folder for the images.
    label
        The class beside the pictures, where the generator takes one.
    like
        A photo whose style to take, where the generator has learnt to tell one (--architecture.style true).
    instances
        A picture of instance ids, or a folder of them by the same names, where the training had them.
    seed
        Of the noise, the same for all: another seed, another image, where the generator has learnt to differ.
    device
        auto, cpu, cuda or mps.
    """
    from condgan.cli.view import show_translation

    show_translation(pipeline, given, out, label=label, like=like, instances=instances, seed=seed, device=device)
