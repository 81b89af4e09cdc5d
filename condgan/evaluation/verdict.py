"""Three sentences for someone who reads no table."""

from condgan.evaluation.report import Coverage, Fidelity, Memorization, Obedience, Usefulness, Variety

IGNORED, OBEYED = 0.1, 0.9
"""Agreement beyond chance, as a share of that on real images, below and above which labels are ignored and obeyed."""
COLLAPSED = 0.3
"""Variety of a class, as a share of that of its real images, below which it has collapsed."""
POOR = 0.5
"""Coverage, as a share of that of real training images, below which much is missing."""
COPIED = 0.05
"""Share of samples nearer to training images than all but one unseen image in a hundred, from which they are copies."""


def looks(fidelity: Fidelity, coverage: Coverage, variety: Variety, plain_fid: bool) -> str:
    """How near samples are to the real images, and what is missing."""
    measure, ours, real = "Fréchet distance", fidelity.frechet_distance, fidelity.real.frechet_distance
    if plain_fid:
        measure = "FID"
    if ours is None or real is None:
        measure, ours, real = "kernel distance", fidelity.kernel_distance, fidelity.real.kernel_distance
    share = coverage.coverage.value / max(coverage.real.coverage.value, 1e-9)
    reached, possible = (f"{figure.value:.0%}" for figure in (coverage.coverage, coverage.real.coverage))
    reach = f"samples come near {reached} of the real images (real training images near {possible})"
    collapsed = [name for name, figure in variety.by_class.items() if figure.value < COLLAPSED]
    if collapsed:
        least = min(variety.by_class.values(), key=lambda figure: figure.value)
        what = f"It has collapsed on {_listed(collapsed)}: samples vary {least.value:.0%} as much as real images"
    elif share < POOR:
        what = "Much of the data is missing from the samples"
    else:
        what = "Samples cover the data"
    return f"{what}; {reach}, at a {measure} of {ours} where real training images have {real}."


def obeys(obedience: Obedience | None) -> str:
    """Whether the label is obeyed."""
    if obedience is None:
        return "It takes no label."
    chance = 1 / len(obedience.confusion)
    beyond = (obedience.label_accuracy.value - chance) / max(obedience.real.value - chance, 1e-9)
    share = f"{obedience.label_accuracy.value:.1%} of the samples are judged to be the class asked for"
    beside = f"{obedience.real.value:.1%} of the real images to be their own"
    if beyond < IGNORED:
        return f"The label is ignored: {share} (chance: {chance:.1%}), {beside}."
    worst_name, worst = min(obedience.by_class.items(), key=lambda item: item[1].accuracy.value)
    tail = f"worst: {worst_name}, {worst.accuracy.value:.1%}"
    return f"The label is obeyed{'' if beyond >= OBEYED else ' only in part'}: {share}, {beside}; {tail}."


def serves(usefulness: Usefulness | None, memorization: Memorization | None, unseen: bool) -> str:
    """Whether samples are of use in place of real images, and whether they are copies of them."""
    if usefulness is None:
        use = "Whether samples can train a classifier was not measured"
    else:
        use = (
            f"A classifier trained on {usefulness.size:,} samples alone is right on {usefulness.samples.value:.1%} of "
            f"real images, one trained on as many real ones on {usefulness.real.value:.1%}"
        )
    if memorization is None:
        why = "too few unseen images" if unseen else "the generator has seen all images"
        return f"{use}; copies could not be told from others: {why}."
    found = f"{memorization.rate.value:.1%} of samples, {memorization.expected:.0%} being expected"
    if memorization.rate.low > COPIED:
        return f"{use}; training images are copied: {found}, lie nearer to one than unseen images do."
    return f"{use}; no sign of copied training images ({found}, lie as near to one)."


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
