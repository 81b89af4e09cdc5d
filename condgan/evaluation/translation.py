"""A generator that makes pictures from pictures, held against real pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, UInt8
from PIL.Image import Image
from torch import Tensor

from condgan import metrics
from condgan.core.batch import evenly
from condgan.core.cache import digest
from condgan.core.errors import SettingsError
from condgan.core.palette import Palette
from condgan.core.seeds import noise
from condgan.evaluation.evaluate import alarms_of
from condgan.evaluation.html import embedded, publish, render
from condgan.evaluation.protocol import Network, common
from condgan.evaluation.real_pairs import RealPairs
from condgan.evaluation.report import Distances
from condgan.evaluation.translation_report import (
    Colours,
    Layouts,
    Likeness,
    TranslationProtocol,
    TranslationReport,
    distance_name,
)
from condgan.evaluation.translation_verdict import differs, follows, looks
from condgan.evaluation.trivial import trivial
from condgan.gallery import png
from condgan.metrics import over_repeats
from condgan.networks.segmenter import Segmenter
from condgan.pipeline import Pipeline
from condgan.training.classifier import segmented

NUMBERS = "report.json"
SHOWN = 12
"""Pairs of the sheet."""

Images = UInt8[Tensor, "n c h w"]


class TranslationEvaluation(NamedTuple):
    """A report with its picture."""

    report: TranslationReport
    sheet: Image
    """Input, output and truth."""

    def save(self, folder: str | Path) -> Path:
        """Write ``report.json`` and the page, ``index.html``, which needs nothing beside it.

        Raises:
            SettingsError: they cannot be written there.
            DiskError: the disk is full or fails.
        """
        text = render(
            "translation.html",
            report=self.report,
            distance=distance_name(self.report.protocol),
            sheet=embedded(png(self.sheet)),
        )
        return publish(Path(folder), NUMBERS, self.report, text)


def evaluate_translation(
    pipeline: Pipeline, real: RealPairs, *, repeats: int, on_step: Callable[[str], None] = lambda what: None
) -> TranslationEvaluation:
    """Translate the pictures of real pairs with several seeds, and measure what comes out.

    Args:
        pipeline: what to measure.
        real: both splits, and who looks at them.
        repeats: seeds for each picture: the intervals of what is measured on all images together come from them.
        on_step: called with what is being done.

    Raises:
        SettingsError: one repeat has no interval, and of each comes a set of training images.
    """
    if not 2 <= repeats <= len(real.train):
        raise SettingsError(f"{repeats} repeats", where="repeats", do=f"give 2 to {len(real.train)}")
    on_step(f"translating {len(real.items.images):,} pictures × {repeats}")
    made = [_translated(pipeline, real, seed) for seed in range(repeats)]
    on_step("likeness and distances")
    answers = trivial(pipeline, real)
    likeness = _likeness(torch.cat(made), real.items.images.repeat(repeats, 1, 1, 1), repeats)
    compared = min(len(real.items.images), len(real.train) // repeats)
    order = torch.randperm(len(real.train), generator=torch.Generator().manual_seed(0))
    train = [real.train.images[order[index * compared : (index + 1) * compared]] for index in range(repeats)]
    trivially = {name: _likeness(each, real.items.images) for name, each in answers.items()}
    fidelity, floor = (_distances(real, [each[:compared] for each in sets]) for sets in (made, train))
    on_step("layouts")
    layouts, segmenter = _layouts(pipeline, real, made)
    varied, colours = variety(made, real.items.images), _colours(real, made, answers, train)
    report = TranslationReport(
        verdict=(looks(likeness, trivially, fidelity, floor), follows(layouts, pipeline.palette), differs(varied)),
        alarms=alarms_of(pipeline),
        likeness=likeness,
        trivial=trivially,
        fidelity=fidelity,
        real_fidelity=floor,
        variety=varied,
        colours=colours,
        layouts=layouts,
        protocol=_protocol(pipeline, real, repeats, compared, segmenter),
    )
    chosen = evenly(len(real.items.images), SHOWN)
    shown = real.items._replace(images=real.items.images[chosen])
    return TranslationEvaluation(report, pipeline.beside(shown, real.encoded[chosen]))


def _translated(pipeline: Pipeline, real: RealPairs, seed: int) -> Images:
    """Of every picture, from one seed."""
    latents = noise([seed], pipeline.architecture.noise).expand(len(real.encoded), -1)
    drawn = pipeline.exact(pipeline.draw(latents, real.encoded))
    return torch.from_numpy(drawn).movedim(-1, 1).contiguous()


def _likeness(made: Images, truth: Images, repeats: int = 1) -> Likeness:
    """Means over pairs; those of one picture count as one."""
    found = metrics.likeness(made, truth)
    means = [each.view(repeats, -1).mean(0) for each in found]
    l1, psnr, ssim = map(metrics.bootstrap, means)
    return Likeness(l1=l1, psnr=psnr, ssim=ssim)


def _distances(real: RealPairs, sets: Sequence[Images]) -> Distances:
    reference = real.extractor.features(real.items.images)
    features = [real.extractor.features(each) for each in sets]
    enough = min(map(len, (reference, *features))) > reference.shape[1]
    return Distances(
        frechet_distance=over_repeats([metrics.frechet_distance(reference, each) for each in features])
        if enough
        else None,
        kernel_distance=over_repeats([metrics.kernel_distance(reference, each) for each in features])
        if min(map(len, features)) > 1
        else None,
    )


def variety(made: Sequence[Images], truth: Images) -> metrics.Figure:
    """How far two images of one picture are apart, for how far the truths of two pictures are."""
    apart = torch.stack([metrics.likeness(one, other).l1 for one, other in combinations(made, 2)]).mean(0)
    other = truth.roll(len(truth) // 2 or 1, 0)
    return metrics.bootstrap(apart / metrics.likeness(truth, other).l1.mean().clamp(min=1e-9))


def _colours(
    real: RealPairs, made: Sequence[Images], answers: dict[str, Images], train: Sequence[Images]
) -> Colours | None:
    if real.items.images.shape[1] != 3:
        return None
    truth = metrics.colour_histogram(real.items.images)

    def far(images: Images) -> float:
        return metrics.histogram_distance(metrics.colour_histogram(images), truth)

    return Colours(
        distance=over_repeats([far(each) for each in made]),
        real=far(train[0]),
        trivial={name: far(each) for name, each in answers.items()},
    )


def _layouts(pipeline: Pipeline, real: RealPairs, made: Sequence[Images]) -> tuple[Layouts | None, Segmenter | None]:
    """Where either side is of label maps: those asked for, or the true ones, beside those that are found."""
    palette = real.test.palette or real.test.schema.layout
    if palette is None or real.train.inputs is None or real.items.inputs is None:
        return None, None
    names = palette.names
    if real.test.palette is None:
        photos, ids, asked = real.train.images, real.train.inputs[:, 0].long(), real.items.inputs[:, 0].long()
        segmenter = real.segmenter(ids, photos, len(names))
        found = [segmented(segmenter, each) for each in made]
        ceiling = segmented(segmenter, real.items.images)
    else:
        photos, ids, asked = real.train.inputs, _ids(palette, real.train.images), _ids(palette, real.items.images)
        segmenter = real.segmenter(ids, photos, len(names))
        found = [_ids(palette, each) for each in made]
        ceiling = segmented(segmenter, real.items.inputs)
    ours = [metrics.overlap(asked, each, len(names)) for each in found]
    best = metrics.overlap(asked, ceiling, len(names))
    layouts = Layouts(
        mean_iou=over_repeats([each.mean_iou for each in ours]),
        pixel_accuracy=over_repeats([each.pixel_accuracy for each in ours]),
        iou=_by_name(names, torch.stack([each.iou for each in ours]).mean(0)),
        real_mean_iou=best.mean_iou,
        real_pixel_accuracy=best.pixel_accuracy,
        real_iou=_by_name(names, best.iou),
    )
    return layouts, segmenter


def _by_name(names: Sequence[str], values: Float[Tensor, " k"]) -> dict[str, float | None]:
    return {name: None if value != value else value for name, value in zip(names, values.tolist(), strict=True)}


def _ids(palette: Palette, images: Images) -> Int64[Tensor, "n h w"]:
    return torch.from_numpy(palette.nearest(images.movedim(1, -1).numpy())).long()


def _protocol(
    pipeline: Pipeline, real: RealPairs, repeats: int, compared: int, segmenter: Segmenter | None
) -> TranslationProtocol:
    seen = None if segmenter is None else Network(name="segmenter", hash=digest(*segmenter.state_dict().values()))
    return TranslationProtocol(
        **common(pipeline, real),
        pictures=pipeline.condition.describe().fields[0].help,
        n=len(real.items.images),
        repeats=repeats,
        compared=compared,
        segmenter=seen,
    )
