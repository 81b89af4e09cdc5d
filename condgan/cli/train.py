"""``condgan train``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from condgan.cli.options import Options
from condgan.core.lock import require_free


def train(
    data: str | None = None,
    /,
    *,
    preset: str | None = None,
    out: Path | None = None,
    parent: Annotated[str | None, Parameter("--from")] = None,
    resume: Path | None = None,
    seed: int | None = None,
    device: str = "auto",
    options: Options = Options(),  # noqa: B008 (frozen)
) -> None:
    """Train a generator. The same command again goes on where the run was stopped.

    Flags come before the recipe file, the recipe file before the preset, the preset before what the data say.
    Any setting of a recipe is a flag: --SECTION.FIELD VALUE, such as --training.batch 64, --architecture.kind mlp,
    --condition none or --condition.label.encoding embedding (condgan presets NAME shows them all).

    Parameters
    ----------
    data
        digits (embedded), mnist, fashion-mnist, kmnist, emnist/letters …, cifar10; a folder per class; an image
        folder with metadata.jsonl; a .parquet, .csv, .jsonl or .npz file; or hf:owner/name.
    preset
        A ready recipe: see condgan presets. By default one that fits the data.
    out
        The run's folder. By default runs/ and the name of the data.
    parent
        A trained generator to take further on these data: a run, a pipeline's folder, or owner/name on the Hub. Its
        recipe is the base; classes are matched by name, and new ones start from the mean.
    resume
        A checkpoint to go on from (RUN/checkpoints/step-…), or a run. Without it, the newest sound one in --out.
    seed
        Number from which all randomness is derived.
    device
        auto, cpu, cuda or mps.
    """
    if out is not None:
        require_free(out)  # before anything heavy is imported
    from condgan.cli.view import TrainingView

    with TrainingView() as view:
        from condgan.verbs.train import train as run

        words = options.words()
        for snapshot in run(
            data,
            preset=preset,
            out=out,
            parent=parent,
            resume=resume,
            seed=seed,
            device=device,
            on_plan=view.planned,
            on_progress=view.progressed,
            **words,
        ):
            view.taken(snapshot)
    view.summary()
