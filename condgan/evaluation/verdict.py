"""Three sentences for someone who reads no table."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean

from condgan.evaluation.figures import distance_name
from condgan.evaluation.protocol import Protocol
from condgan.evaluation.report import (
    ClassificationAccuracyScore,
    Controllability,
    Copies,
    Coverage,
    Diversity,
    Fidelity,
    Likeness,
    Motion,
    Retrieval,
    Segmentation,
    Unseen,
    Words,
)
from condgan.training.diagnosis import COLLAPSED, IGNORED

FOLLOWED = 0.9
"""Score beyond chance, as a share of that on real images, above which a field is controlled; below ``IGNORED`` it is
ignored."""
MUCH, SOME = 0.5, 0.85
"""Coverage or recall, as a share of that of real training images, below which much, or some, is missing."""
MANY = 3
"""Fields up to which each has a sentence of its own."""
BLIND = 0.2
"""Score beyond chance on real images below which the evaluation network cannot predict a field."""
COPIED = 0.05
"""Share of samples nearer to training images than all but one unseen image in a hundred, from which they are copies."""
SAME = 0.02
"""Diversity of one picture below which noise makes no difference that counts."""


def looks(
    fidelity: Fidelity, coverage: Coverage | None, diversity: Diversity, likeness: Likeness | None, protocol: Protocol
) -> str:
    """How near samples are to the real images, and what is missing."""
    said = _looks(fidelity, coverage, diversity, likeness, protocol)
    if protocol.extractor_trained_it:
        said += (
            f" But {protocol.extractor.name}, on whose features distances, coverage and diversity are measured, "
            "trained the generator, too: they flatter it, so take another --extractor."
        )
    return said


def _looks(
    fidelity: Fidelity, coverage: Coverage | None, diversity: Diversity, likeness: Likeness | None, protocol: Protocol
) -> str:
    measure, ours, real = distance_name(protocol), fidelity.frechet_distance, fidelity.real.frechet_distance
    if ours is None or real is None:
        measure, ours, real = "kernel distance", fidelity.kernel_distance, fidelity.real.kernel_distance
    distance = f"at a {measure} of {ours} where real training images have {real}" if ours and real else ""
    if likeness is not None:
        return f"{_near(likeness)}; {distance or 'there are too few images for a distance'}."
    if coverage is None:
        return f"There are too few images to say what is missing{', ' * bool(distance)}{distance}."
    share = min(
        figure.value / max(possible.value, 1e-9)
        for figure, possible in ((coverage.coverage, coverage.real.coverage), (coverage.recall, coverage.real.recall))
    )
    reached, possible = (f"{figure.value:.0%}" for figure in (coverage.coverage, coverage.real.coverage))
    reach = f"samples come near {reached} of the real test images (real training images near {possible})"
    collapsed = [name for name, figure in diversity.by_class.items() if figure.value < COLLAPSED]
    if collapsed:
        least = min(diversity.by_class.values(), key=lambda figure: figure.value)
        what = f"It has collapsed on {_listed(collapsed)}: samples vary {least.value:.0%} as much as real images"
    elif share < SOME:
        what = f"{'Much' if share < MUCH else 'Some'} of the data is missing from the samples"
    else:
        what = "Samples cover the data"
    return f"{what}; {reach}, {distance}."


def _near(likeness: Likeness) -> str:
    name, best = min(likeness.trivial.items(), key=lambda item: item[1].l1.value)
    better = likeness.l1.high < best.l1.low
    return (
        f"Pixels are {likeness.l1.value:.1%} of their range from the truth on average, "
        f"{'less' if better else 'no less'} than {name} would be ({best.l1.value:.1%})"
    )


def follows(
    controllability: Mapping[str, Controllability],
    likeness: Likeness | None,
    unseen: Unseen | None = None,
    alike: Retrieval | None = None,
    text: Words | None = None,
    motion: Motion | None = None,
) -> str:
    """Whether samples are what was requested. Of many fields the worst is named: a mean hides it."""
    shares = {name: share for name, each in controllability.items() if (share := beyond_chance(each)) is not None}
    if len(controllability) > MANY and shares:
        worst = min(shares, key=lambda each: shares[each])
        blind = [name for name in controllability if name not in shares]
        said = [f"Of {len(controllability)} fields the worst is {worst}.", _field(worst, controllability[worst])]
        lost = [name for name, share in shares.items() if share < FOLLOWED and name != worst]
        said += [f"Followed only in part, or not at all: {_listed(lost)}."] if lost else []
        said += [f"The evaluation network does not know: {_listed(blind)}."] if blind else []
    else:
        said = [_field(name, each) for name, each in controllability.items()]
    if unseen is not None:
        said.append(
            f"Of combinations of {', '.join(unseen.fields)} that were kept from training all are right in "
            f"{unseen.all_held_out.value:.1%} of the samples, of those that were trained on in "
            f"{unseen.all_seen.value:.1%}; of real images of the former in {unseen.all_real.value:.1%}."
        )
    if likeness is not None and likeness.label_maps is not None:
        maps = likeness.label_maps
        said.append(
            f"The label maps are right at {maps.pixel_accuracy.value:.1%} of the positions (mean IoU "
            f"{maps.mean_iou.value:.2f}); a segmenter that does nothing else reaches {maps.real_pixel_accuracy:.1%} "
            f"({maps.real_mean_iou:.2f})."
        )
    if alike is not None:
        said.append(
            f"Of {alike.queries} unseen images to be like, each sample's own is the nearest in "
            f"{alike.score.value:.0%}; the most similar training image would be in {alike.real.value:.0%}."
        )
    if text is not None:
        said.append(
            f"Of {text.candidates} captions a sample's own is the nearest in {text.recall_1.value:.0%}, a real image's "
            f"in {text.real_1.value:.0%}."
        )
    if motion is not None:
        values = [each.value for each in motion.energy.values()]
        least, most = min(values, default=0), max(values, default=0)
        much = f"; they move {least:.2f} to {most:.2f} times as much as real clips, by class" * bool(values)
        ours, real, still, mixed = (
            f"{each.order.value:.1%}" for each in (motion.samples, motion.real, motion.frozen, motion.shuffled)
        )
        said.append(
            f"Frames are in order in {ours} of the samples (real clips {real}, still ones {still}, shuffled ones "
            f"{mixed}){much}."
        )
    if not said and likeness is not None:
        return "Neither side is of label maps, so that no segmenter can tell whether things are in their places."
    return " ".join(said) or "It takes no condition, or there is one class only."


def beyond_chance(found: Controllability) -> float | None:
    """The score beyond chance as a share of that of real images; ``None`` where that is next to nothing."""
    if found.segmentation is not None:
        return None
    ours, real = _means(found)
    if real - found.chance < BLIND * (1 - found.chance):
        return None
    return (ours - found.chance) / (real - found.chance)


def _means(found: Controllability) -> tuple[float, float]:
    """Over classes, not over images: where one class is most of the data, always generating it is not control."""
    classes = found.by_class.values()
    ours = mean(each.score.value for each in classes) if classes else found.score.value
    return ours, mean(each.real.value for each in classes) if classes else found.real.value


def _field(name: str, found: Controllability) -> str:
    if found.segmentation is not None:
        return _segmented(found.segmentation)
    classes = found.by_class.values()
    if found.number is not None:
        unit = f" {found.number.unit}" * bool(found.number.unit)
        whole = f"the mean error is {found.number.error.value:.3g}{unit}"
        reference = f"that on real images {found.number.real.value:.3g}{unit}"
    elif found.names:
        whole = f"{found.score.value:.1%} of the samples are predicted to be of the class requested"
        reference = f"{found.real.value:.1%} of the real images to be of their own"
    else:
        whole = f"the mean score is {found.score.value:.3f}"
        reference = f"that of real images {found.real.value:.3f}"
    beyond = beyond_chance(found)
    if beyond is None:
        return (
            f"Whether the {name} is followed cannot be told, since the evaluation network does not know it: {whole}, "
            f"{reference}."
        )
    what = "ignored" if beyond < IGNORED else "followed" if beyond >= FOLLOWED else "followed only in part"
    if not classes:
        return f"The {name} is {what}: {whole}, {reference}."
    worst, least = min(found.by_class.items(), key=lambda item: item[1].score.value)
    return f"The {name} is {what}: {whole}, {reference}; worst: {worst}, {least.score.value:.1%}."


def _segmented(found: Segmentation) -> str:
    worst, least = min(
        ((name, value) for name, value in found.iou.items() if value is not None), key=lambda item: item[1]
    )
    return (
        f"A segmenter finds the class requested at {found.pixel_accuracy.value:.1%} of the positions (mean IoU "
        f"{found.mean_iou.value:.2f}), on the true photos at {found.real_pixel_accuracy:.1%} "
        f"({found.real_mean_iou:.2f}); worst: {worst}, {least:.2f}."
    )


def serves(
    score: ClassificationAccuracyScore | None, diversity: Diversity, copies: Copies | None, protocol: Protocol
) -> str:
    """Whether samples can train a classifier, whether noise makes a difference, and whether they are copies."""
    if protocol.requests == "reference":
        share = f"two images of one condition differ {diversity.pixels.value:.1%} as much as the truths of two"
        same = diversity.pixels.value < SAME
        use = (
            f"One condition, one image: the noise makes hardly any difference ({share})"
            if same
            else f"One condition gives several images: {share}"
        )
    elif score is None:
        use = "Whether samples can train a classifier was not measured"
    else:
        use = (
            f"A classifier trained on {score.size:,} samples alone is right on {score.samples.value:.1%} of "
            f"real images, one trained on as many real ones on {score.real.value:.1%}"
        )
    if copies is None:
        split = protocol.reference != "set aside"
        why = "the data bring no test split"
        if split and protocol.unseen:
            why = "there are too few unseen images"
        elif split:
            why = "it is not known which images the generator has not seen"
        return f"{use}; copies could not be told from others: {why}."
    found = f"{copies.rate.value:.1%} of samples, {copies.expected:.0%} being expected"
    # what is generated from pictures is often smooth, and so near to much: that alone is no copy
    if copies.rate.low > COPIED and protocol.requests == "training":
        return f"{use}; training images are copied: {found}, lie nearer to one than unseen images do."
    if copies.rate.low > copies.expected:
        return f"{use}; more samples than expected lie near training images ({found}): blur or copies, see the pairs."
    return f"{use}; no sign of copied training images ({found}, lie as near to one)."


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
