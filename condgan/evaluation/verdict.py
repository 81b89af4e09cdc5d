"""Three sentences for someone who reads no table."""

from statistics import mean

from condgan.evaluation.report import (
    Coverage,
    Fidelity,
    Memorization,
    Obedience,
    Protocol,
    Usefulness,
    Variety,
    distance_name,
)
from condgan.training.health import IGNORED

OBEYED = 0.9
"""Agreement beyond chance, as a share of that on real images, above which labels are obeyed; below ``IGNORED`` they are
ignored."""
COLLAPSED = 0.3
"""Variety of a class, as a share of that of its real images, below which it has collapsed."""
MUCH, SOME = 0.5, 0.85
"""Coverage or recall, as a share of that of real training images, below which much, or some, is missing."""
BLIND = 0.2
"""Agreement beyond chance on real images below which the judge cannot tell the classes."""
COPIED = 0.05
"""Share of samples nearer to training images than all but one unseen image in a hundred, from which they are copies."""


def looks(fidelity: Fidelity, coverage: Coverage, variety: Variety, protocol: Protocol) -> str:
    """How near samples are to the real images, and what is missing."""
    measure, ours, real = distance_name(protocol), fidelity.frechet_distance, fidelity.real.frechet_distance
    if ours is None or real is None:
        measure, ours, real = "kernel distance", fidelity.kernel_distance, fidelity.real.kernel_distance
    share = min(
        figure.value / max(possible.value, 1e-9)
        for figure, possible in ((coverage.coverage, coverage.real.coverage), (coverage.recall, coverage.real.recall))
    )
    reached, possible = (f"{figure.value:.0%}" for figure in (coverage.coverage, coverage.real.coverage))
    reach = f"samples come near {reached} of the real test images (real training images near {possible})"
    collapsed = [name for name, figure in variety.by_class.items() if figure.value < COLLAPSED]
    if collapsed:
        least = min(variety.by_class.values(), key=lambda figure: figure.value)
        what = f"It has collapsed on {_listed(collapsed)}: samples vary {least.value:.0%} as much as real images"
    elif share < SOME:
        what = f"{'Much' if share < MUCH else 'Some'} of the data is missing from the samples"
    else:
        what = "Samples cover the data"
    return f"{what}; {reach}, at a {measure} of {ours} where real training images have {real}."


def obeys(obedience: Obedience | None) -> str:
    """Whether the label is obeyed."""
    if obedience is None:
        return "It takes no label, or there is one class only."
    chance = 1 / len(obedience.names)
    # over classes, not over images: where one class is most of the data, always drawing it is not obeying
    ours = mean(each.accuracy.value for each in obedience.by_class.values())
    real = mean(each.real.value for each in obedience.by_class.values())
    share = f"{obedience.label_accuracy.value:.1%} of the samples are judged to be the class asked for"
    beside = f"{obedience.real.value:.1%} of the real images to be their own"
    if real - chance < BLIND * (1 - chance):
        return (
            f"Whether the label is obeyed cannot be told, for the judge does not know the classes: {share}, {beside}."
        )
    beyond = (ours - chance) / (real - chance)
    name, worst = min(obedience.by_class.items(), key=lambda item: item[1].accuracy.value)
    what = "ignored" if beyond < IGNORED else "obeyed" if beyond >= OBEYED else "obeyed only in part"
    return f"The label is {what}: {share}, {beside}; worst: {name}, {worst.accuracy.value:.1%}."


def serves(usefulness: Usefulness | None, memorization: Memorization | None, split: bool) -> str:
    """Whether samples are of use in place of real images, and whether they are copies of them."""
    if usefulness is None:
        use = "Whether samples can train a classifier was not measured"
    else:
        use = (
            f"A classifier trained on {usefulness.size:,} samples alone is right on {usefulness.samples.value:.1%} of "
            f"real images, one trained on as many real ones on {usefulness.real.value:.1%}"
        )
    if memorization is None:
        why = "it is not known which images the generator has not seen" if split else "the data bring no test split"
        return f"{use}; copies could not be told from others: {why}."
    found = f"{memorization.rate.value:.1%} of samples, {memorization.expected:.0%} being expected"
    if memorization.rate.low > COPIED:
        return f"{use}; training images are copied: {found}, lie nearer to one than unseen images do."
    if memorization.rate.low > memorization.expected:
        return f"{use}; more samples than expected lie near training images ({found}): blur or copies, see the pairs."
    return f"{use}; no sign of copied training images ({found}, lie as near to one)."


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
