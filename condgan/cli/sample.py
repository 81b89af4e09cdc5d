"""``condgan sample``."""

from typing import Annotated

from cyclopts import Parameter

from condgan.cli.fields import complete_where
from condgan.core.errors import SettingsError


def sample(
    pipeline: str,
    /,
    *,
    n: int | None = None,
    seeds: str | None = None,
    where: Annotated[list[str] | None, Parameter(negative="", completer=complete_where)] = None,
    like: Annotated[list[str] | None, Parameter(negative="")] = None,
    free: Annotated[bool, Parameter(negative="")] = False,
    extrapolate: Annotated[bool, Parameter(negative="")] = False,
    frames: int | None = None,
    loop: Annotated[bool, Parameter(negative="")] = False,
    motion: str | None = None,
    texts: str | None = None,
    out: str = "samples.png",
    device: str = "auto",
    **fields: Annotated[list[str], Parameter(negative="")],
) -> None:
    """Generate images with a trained pipeline.

    What can be requested are its own names, such as --label 7 or --label wren; its model card lists them. Again for
    more values, which then come in turn. By default every value in turn. Where class names are numbers, a number is a
    name; --label-index 3 is the class of index 3, counted from 0, and so for every field with choices.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub; owner/name@REVISION is a branch, a tag or a commit of it.
    n
        How many images. By default one for each seed or value, else ten of each class, fewer of many classes.
    seeds
        A-B, A,B,C, or one number: one seed an image. On one machine the same seed and values give the same image.
    where
        NAME=VALUE, NAME=VALUE, the same as --NAME VALUE: "hair=black|brown, smiling=0.7". A|B is both in turn; of a
        number 20..70 is a sweep along a row, 20..70/5 one of five steps; two sweeps make a grid.
    like
        A picture that samples are to be like, where the generator takes one (--preset instance); again for more, which
        then come in turn.
    free
        Leave attributes that are not asked for unknown. By default they are those of training images that match.
    extrapolate
        Allow numbers beyond those of the training.
    frames
        Of clips: how many. By default as in the training; a longer clip goes on from the beginning.
    loop
        Of clips: let them end where they begin.
    motion
        Of clips: A-B, A,B,C, or one number: seeds of how they move, taken in turn. By default the same as the seeds,
        which then say what is seen: --seeds 5,5 --motion 1,2 is the same figure moving in two ways.
    texts
        A file with a text in each line, for a generator that takes text (--preset text). Each text, in the file or as
        --text, has N images, by default four, in a row, all rows from the same seeds.
    out
        X.png or X.pdf (a grid), X.npz (arrays), X.parquet (a table), or DIR/ (one file a sample). Clips also as they
        move, all on one sheet: X.webp, X.gif, X.apng, X.mp4.
    device
        auto, cpu, cuda or mps.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.sample import sample as generate

    chosen = None if seeds is None else parse_seeds(seeds)
    asked = {name: list(values) for name, values in fields.items()}
    samples = generate(
        pipeline,
        n=n,
        seeds=chosen,
        where=where,
        like=like,
        free=free,
        extrapolate=extrapolate,
        frames=frames,
        loop=loop,
        motion=None if motion is None else parse_seeds(motion),
        texts=texts,
        out=out,
        device=device,
        **asked,
    )
    noun = "images" if samples.clips is None else "clips"
    show(f"{len(samples.images):,} {noun} in [bold]{escape(out)}[/bold]")


def parse_seeds(text: str) -> list[int] | range:
    """``A-B`` (both included), ``A``, or several of these with commas between them.

    Raises:
        SettingsError: not of that form.
    """
    parts = [_range(part) for part in text.split(",")]
    if not all(parts):
        raise SettingsError(
            f"no seeds in {text!r}", where="--seeds", do="write A-B with A ≤ B, such as 0-99, or A,B,C, such as 1,5,9"
        )
    return parts[0] if len(parts) == 1 else [seed for part in parts for seed in part]


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        return range(int(first), int(last or first) + 1)
    except ValueError:
        return range(0)
