"""The report as a value: every figure with its interval, and the protocol by which it was measured."""

from typing import Literal, NamedTuple

from condgan.core.spec import Spec
from condgan.evaluation.protocol import BaseProtocol, Network
from condgan.metrics import Figure
from condgan.training.health import Alarm


class Protocol(BaseProtocol):
    """That of a report on labels."""

    unseen: bool
    """Whether the generator is known to have been trained on the training images alone; where not, copies cannot be
    told from fair samples."""
    classes: int
    n: int
    """Samples of each repeat, classes in the proportions of the training images."""
    repeats: int
    compared: int
    """Samples of each repeat that distances are measured on: as many as there are real training images for as many
    sets, to compare like with like. Shares are measured on no more than there are reference images."""
    seeds: str
    """Those of the samples, the first repeat having the first n; the obedience test has those that follow."""
    resizer: str
    plain_fid: bool
    """Whether the Fréchet distance may be called FID."""
    judge: Network
    """The classifier that tells the class of an image, trained on the real training images."""
    judge_accuracy: Figure
    """Its own, on the reference images."""
    interval: str = "95 %: Student's t over the repeats, Wilson's for shares of images, bootstrap for means over images"


class Distances(Spec):
    """How far from the real images; 0 is best."""

    frechet_distance: Figure | None
    """``None``: too few images for a covariance. Plain FID only where the extractor is inception."""
    kernel_distance: Figure | None


class Fidelity(Distances):
    """How far samples are from the reference images."""

    real: Distances
    """The same for real training images: what is possible."""
    by_class: dict[str, Distances]


class Shares(Spec):
    """Do samples look real, and are all kinds of real images among them?"""

    precision: Figure
    recall: Figure
    density: Figure
    coverage: Figure


class Coverage(Shares):
    """Shares of samples and of reference images, by five neighbours."""

    real: Shares
    """The same for real training images: what is possible."""
    by_class: dict[str, Shares]


class ClassAccuracy(Spec):
    """Share judged to be of one class."""

    accuracy: Figure
    """Of the samples that were asked to be of it."""
    real: Figure
    """Of the reference images that are of it."""


class Obedience(Spec):
    """Are samples what was asked for?"""

    label_accuracy: Figure
    real: Figure
    """The judge's accuracy on the reference images: its errors are among the samples' too."""
    by_class: dict[str, ClassAccuracy]
    names: tuple[str, ...]
    """All classes, in the order of the confusion matrix."""
    confusion: tuple[tuple[int, ...], ...]
    """Of all repeats: asked for by row, judged to be by column."""
    seeds: int
    """Those of the obedience test, each drawn under every label."""
    change: Figure
    """Distance of two images of one seed under two labels, as a share of that of two real images of two classes."""
    followed: Figure
    """Share of those images judged to be what was asked for; ``1 / classes`` where the label is ignored."""


class Variety(Spec):
    """Does one label give many images? Distance of two of its images, as a share of that of two real ones."""

    pixels: Figure
    features: Figure
    by_class: dict[str, Figure]
    """In features."""


class Rare(Spec):
    """One class cut to a twentieth, then filled up with samples."""

    name: str
    kept: int
    """Real images of it that were left."""
    filled: int
    """Samples that took the place of the others."""
    before: Figure
    """Share of its reference images that the classifier recognises without the samples."""
    after: Figure


class Usefulness(Spec):
    """Accuracy on the reference images of fresh classifiers that differ only in what they were trained on."""

    size: int
    """Images that each was trained on (twice as many for ``both``)."""
    steps: int
    samples: Figure
    """The classification accuracy score (Ravuri & Vinyals 2019)."""
    real: Figure
    augmented: Figure
    """On real images, rotated and shifted at random."""
    both: Figure
    """On real images and samples."""
    rare: Rare | None
    """``None`` where no class has twenty images."""


class Memorization(Spec):
    """Are samples copies of training images?"""

    rate: Figure
    """Share of samples nearer to a training image than all but ``expected`` of the unseen real images, in pixels."""
    expected: float
    distance: Figure
    """Mean distance of samples to the nearest training image, of the range of a pixel."""
    unseen: Figure
    """The same of unseen real images."""
    looked_at: int


class Likelihood(Spec):
    """Parzen-window log-likelihood of the reference images."""

    log_likelihood: Figure
    standard_error: float
    sigma: float
    curve: tuple[float, ...]
    """Of the validation images, for each of the widths tried."""


class Parzen(Spec):
    """As the papers of 2014 gave it, in nats, pixels being 0 … 1."""

    samples: Likelihood
    real: Likelihood
    """Real training images in place of samples."""
    averages: Likelihood
    """k-means centres of training images in place of samples: no generator at all."""
    centres: int
    sigmas: tuple[float, ...]
    validation: int
    """Training images that σ was chosen on."""
    points: int
    """Samples, and reference images, at most."""


class Report(Spec):
    """What is to be known of a generator. A section is ``None`` where it has no meaning or was not asked for."""

    version: Literal[1] = 1
    verdict: tuple[str, str, str]
    alarms: tuple[Alarm, ...] = ()
    """What its training was ill with when these weights were saved."""
    fidelity: Fidelity
    coverage: Coverage
    obedience: Obedience | None
    variety: Variety
    usefulness: Usefulness | None
    memorization: Memorization | None
    parzen: Parzen
    protocol: Protocol


class Beside(NamedTuple):
    """A figure of the samples, beside what real images reach."""

    samples: Figure | None
    real: Figure | float | None


def distance_name(protocol: Protocol) -> str:
    """What the Fréchet distance is called: FID, or with the network whose features it was measured on."""
    extractor = protocol.extractor
    return "FID" if protocol.plain_fid else f"Fréchet distance ({extractor.name} {extractor.hash[:8]})"


def main_figures(report: Report) -> dict[str, Beside]:
    """The figures to look at first, by their names."""
    fidelity, coverage = report.fidelity, report.coverage
    found = {distance_name(report.protocol): Beside(fidelity.frechet_distance, fidelity.real.frechet_distance)}
    found["kernel distance"] = Beside(fidelity.kernel_distance, fidelity.real.kernel_distance)
    for name in Shares.model_fields:
        found[name] = Beside(getattr(coverage, name), getattr(coverage.real, name))
    if report.obedience is not None:
        found["label accuracy"] = Beside(report.obedience.label_accuracy, report.obedience.real)
    found["variety (features)"] = Beside(report.variety.features, 1.0)
    if report.usefulness is not None:
        found["usefulness"] = Beside(report.usefulness.samples, report.usefulness.real)
    if report.memorization is not None:
        found["copies"] = Beside(report.memorization.rate, report.memorization.expected)
    found["Parzen (nats)"] = Beside(report.parzen.samples.log_likelihood, report.parzen.real.log_likelihood)
    return found
