"""``condgan sample``."""

from typing import Annotated

from cyclopts import Parameter

from condgan.core.errors import SettingsError


def sample(
    pipeline: str,
    /,
    *,
    label: Annotated[list[str] | None, Parameter(negative="")] = None,
    n: int | None = None,
    seeds: str | None = None,
    out: str = "samples.png",
    device: str = "auto",
) -> None:
    """Draw images from a trained pipeline.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    label
        A class by name or index; again for more, which then come in turn. By default every class in turn.
    n
        How many images. By default one for each seed or label, else ten of each class, fewer of many classes.
    seeds
        A-B, or one number: one seed an image. The same seed and label give the same image.
    out
        X.png (a grid), X.npz (arrays), X.parquet (a table), or DIR/ (one file a sample).
    device
        auto, cpu, cuda or mps.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.sample import sample as draw

    chosen = None if seeds is None else parse_seeds(seeds)
    samples = draw(pipeline, label=label, n=n, seeds=chosen, out=out, device=device)
    show(f"{len(samples.images):,} images in [bold]{escape(out)}[/bold]")


def parse_seeds(text: str) -> range:
    """``A-B`` (both included) or ``A`` as a range.

    Raises:
        SettingsError: not of that form.
    """
    first, _, last = text.partition("-")
    try:
        found = range(int(first), int(last or first) + 1)
    except ValueError:
        found = range(0)
    if not found:
        raise SettingsError(f"no seeds in {text!r}", where="--seeds", do="write A-B with A ≤ B, such as 0-99")
    return found
