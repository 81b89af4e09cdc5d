"""``condgan interpolate``."""

from typing import Annotated

from cyclopts import Parameter

from condgan.cli.fields import complete_where
from condgan.cli.sample import parse_seeds


def interpolate(
    pipeline: str,
    /,
    *,
    seeds: str | None = None,
    frames: int = 24,
    loop: Annotated[bool, Parameter(negative="")] = False,
    even: Annotated[bool, Parameter(negative="")] = False,
    each: Annotated[list[str] | None, Parameter(negative="", completer=complete_where)] = None,
    where: Annotated[list[str] | None, Parameter(negative="", completer=complete_where)] = None,
    extrapolate: Annotated[bool, Parameter(negative="")] = False,
    out: str = "walk.gif",
    fps: float = 12.0,
    device: str = "auto",
    **fields: Annotated[list[str], Parameter(negative="")],
) -> None:
    """Go from one image to the next, as an animation.

    The key points are the seeds, or the values of a field that has several, such as --label 3 --label 8, or both. What
    is not named stays the same. At a key point the image is exactly that of condgan sample.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    seeds
        A,B,C or A-B: of the key points; one number for all. By default 0, or 0-3 where no field has several values.
    frames
        Images from each key point to the next.
    loop
        Go back from the last key point to the first.
    even
        Choose the times so that each image differs from the one before as much as any other does. It takes eight times
        as long.
    each
        NAME=A|B|C: a walk for each of these values, side by side.
    where
        NAME=VALUE, NAME=VALUE, the same as --NAME VALUE: "hair=black|brown" goes from the one to the other.
    extrapolate
        Allow numbers beyond those of the training.
    out
        X.gif, X.apng or X.png, X.webp, X.mp4 (pip install 'condgan[video]'), or X.npz (arrays).
    fps
        Frames a second.
    device
        auto, cpu, cuda or mps.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.interpolate import interpolate as generate

    found = generate(
        pipeline,
        seeds=None if seeds is None else parse_seeds(seeds),
        frames=frames,
        loop=loop,
        even=even,
        each=each,
        where=where,
        extrapolate=extrapolate,
        out=out,
        fps=fps,
        device=device,
        **{name: list(values) for name, values in fields.items()},
    )
    show(f"{len(found.images):,} frames in [bold]{escape(out)}[/bold]")
