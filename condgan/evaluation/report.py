"""The report as a value: every figure with its interval and its real-data reference, and how it was measured."""

from typing import Literal

from pydantic import Field

from condgan.core.spec import Spec
from condgan.evaluation.protocol import Protocol
from condgan.metrics import Figure
from condgan.training.diagnosis import Alarm


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


class ClassScore(Spec):
    """Share predicted to be of one class."""

    score: Figure
    """Of the samples that were requested to be of it."""
    real: Figure
    """Of the reference images that are of it."""


class Segmentation(Spec):
    """Is what was requested where it was requested?"""

    mean_iou: Figure
    pixel_accuracy: Figure
    iou: dict[str, float | None]
    """Of each class; ``None`` of one that is nowhere."""
    real_mean_iou: float
    """Of the same segmenter on real photos: where photos are generated, what is possible; where label maps are, what a
    network reaches that does nothing else."""
    real_pixel_accuracy: float
    real_iou: dict[str, float | None]


class NumberError(Spec):
    """Mean absolute error of a number."""

    error: Figure
    """Of the samples, by the evaluation network."""
    real: Figure
    """Of the reference images: the evaluation network errs on them, too."""
    chance: float
    """Of who always says the median."""
    unit: str


class Independence(Spec):
    """What changing one field of a request does to that field and to the others, noise being the same."""

    followed: Figure
    """Share of the samples predicted to have the new value."""
    other: str
    """The field that was disturbed most."""
    kept: Figure
    """Share of the samples of which the same is predicted of that field as before the change."""
    noise: Figure
    """The same of other noise in the place of a change: the evaluation network errs, and samples do."""


class Unseen(Spec):
    """Combinations that were kept from the training, compared with those that were seen."""

    fields: tuple[str, ...]
    """Those whose combinations were kept from training."""
    images: int
    """Real images of these combinations."""
    seen: dict[str, Figure]
    """Of samples of combinations that were trained on, by field: the share predicted to be what was requested; of a
    number the mean score."""
    held_out: dict[str, Figure]
    """The same of samples of the others."""
    real: dict[str, Figure]
    """The same of real images of the others."""
    all_seen: Figure
    """Share of samples of which each of the fields is predicted to be what was requested."""
    all_held_out: Figure
    all_real: Figure


class Controllability(Spec):
    """Is one field of the samples what was requested?"""

    score: Figure
    """Of classes the conditional accuracy: the share predicted to be the class requested; of yes and no the mean of
    both. Of a label map the share of positions, of any other field the mean score of its task."""
    real: Figure
    """The same of the reference images: the evaluation network errs on them, too."""
    chance: float
    """The same of what does not look at the image."""
    names: tuple[str, ...] = ()
    """All classes, in the order of the confusion matrix."""
    by_class: dict[str, ClassScore] = Field(default_factory=dict)
    confusion: tuple[tuple[int, ...], ...] = ()
    """Of all repeats: requested by row, predicted by column."""
    seeds: int = 0
    """Those that were each generated under every class."""
    change: Figure | None = None
    """Distance of two images of one seed under two classes, as a share of that of two real images of two classes."""
    followed: Figure | None = None
    """Share of those images predicted to be what was requested; ``1 / classes`` where the field is ignored."""
    segmentation: Segmentation | None = None
    """Of a label map."""
    number: NumberError | None = None
    """Of a number."""
    independence: Independence | None = None
    """Of a field that may be left out by itself."""


class Diversity(Spec):
    """Does one condition give many images? Distance of two of its images, as a share of that of two real ones."""

    pixels: Figure
    features: Figure | None
    """``None`` where each condition has one true image."""
    by_class: dict[str, Figure]
    """In features."""


class Pattern(Spec):
    """Is there a regular pattern? By how much more the power at the frequencies of a grid (periods of 2, 4 and 8
    pixels) stands out from its surroundings in the spectrum of the samples than in that of the reference images."""

    strength: Figure
    """A ratio, at the frequency where it is largest; about 1: no more than in real images."""
    real: Figure
    """The same of real training images."""
    period: str
    """Of that frequency, down×across, in pixels; ``-``: none."""


class Nearness(Spec):
    """How far images are from the true ones."""

    l1: Figure
    """Mean absolute difference, of the range of a pixel."""
    psnr: Figure
    """dB."""
    ssim: Figure


class Colours(Spec):
    """Whether colours are as frequent as in the true images: the share of positions that would have to change."""

    distance: Figure
    real: float
    """Of real training images: what is possible."""
    trivial: dict[str, float]
    """Of the answers that need no generator."""


class Likeness(Nearness):
    """How near samples are to the true image of their condition."""

    trivial: dict[str, Nearness]
    """The answers that need no generator."""
    colours: Colours | None
    label_maps: Segmentation | None
    """Where the images are label maps: their agreement with the true ones."""


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


class ClassificationAccuracyScore(Spec):
    """Accuracy on the test images of fresh classifiers that differ only in what they were trained on."""

    field: str
    size: int
    """Images that each was trained on (twice as many for ``both``)."""
    steps: int
    samples: Figure
    """The score (Ravuri & Vinyals 2019)."""
    real: Figure
    augmented: Figure
    """On real images, rotated and shifted at random."""
    both: Figure
    """On real images and samples."""
    rare: Rare | None
    """``None`` where no class has twenty images."""


class Copies(Spec):
    """Are samples copies of training images?"""

    rate: Figure
    """Share of samples nearer to a training image than all but ``expected`` of the unseen real images, in pixels."""
    expected: float
    distance: Figure
    """Mean distance of samples to the nearest training image, of the range of a pixel."""
    unseen: Figure
    """The same of unseen real images."""
    looked_at: int


class Retrieval(Spec):
    """Is a sample like the image that it is to be like? Of images that were not trained on, the queries."""

    score: Figure
    """Share of samples whose own query is the nearest of all queries (recall at 1)."""
    real: Figure
    """The same of the training image that is most like each query: what no generator is needed for."""
    queries: int
    """One is found by chance."""
    extractor: str
    """Whose features tell which is the nearest: not those that the generator takes."""
    distance: Figure
    """Mean distance of these samples to the nearest training image, of the range of a pixel."""
    unseen: Figure
    """The same of the queries: where samples are nearer, training images are copied, or the samples are a blur."""


class WordSwap(Spec):
    """What changes in a sample where one word of its caption does, the noise being the same."""

    captions: int
    """In which a word was changed for another that stands in the same place of other captions."""
    followed: Figure
    """Share of the samples that are nearer to the new caption than to the old one."""
    unchanged: Figure
    """The same of the samples of the old caption: what is followed where nothing changes."""
    real: Figure
    """Share of the real images that are nearer to their own caption than to the one with another word."""
    kept: Figure | None
    """Share of the other words of which an evaluation network finds as much as before; ``None`` where it knows none."""
    noise: Figure | None
    """The same where other noise is taken in the place of the other word."""


class Words(Spec):
    """Does an image show what its caption says? Of captions of the test split, the queries."""

    recall_1: Figure
    """Share of samples to which of all candidates their own caption is the nearest (R-precision: Xu et al. 2018)."""
    recall_5: Figure
    """Share of samples whose own caption is among the nearest five."""
    real_1: Figure
    """The same of the real images of these captions: what the network can tell."""
    real_5: Figure
    chance_1: float
    """The share by chance."""
    chance_5: float
    queries: int
    unseen: float
    """Share of these captions that no training image has."""
    candidates: int
    """Captions among which one is looked for; fewer where others say nearly the same."""
    encoder: str
    """The network that compares: trained on real pairs that are no queries; it reads captions in another way than any
    generator."""
    swap: WordSwap | None
    """``None`` where no two captions differ by one word."""


class Moves(Spec):
    """How some clips move."""

    order: Figure
    """Share of the clips that an order network takes for clips whose frames follow each other as in real ones."""
    energy: Figure | None
    """Mean change from a frame to the next, as a share of that of real clips of the same class; ``None`` where no class
    moves."""
    phase: Figure
    """Mean distance, in frames, of the time that a network predicts from a single frame from the frame's own."""
    steady: dict[str, Figure]
    """By field: share of the frames of which the same is predicted as of most frames of their clip."""
    fields: dict[str, Figure]
    """By field: share of the clips predicted to be what was requested; of controls, what the clip was. Where each clip
    has its own true one, what that one shows and was not requested, too."""
    all_fields: Figure | None
    """Share of the clips of which every field is predicted so; ``None`` where there is no field of classes."""


class Beginning(Spec):
    """Do clips go on from the frame that was given?"""

    psnr: Figure
    """Of the first frame of the samples and the given one, in dB."""
    moving: Figure
    """Mean absolute difference from the true clip, of the range of a pixel, where that clip moves."""
    copied: Figure
    """The same of a clip that shows the given frame all the time."""
    share: float
    """Of the positions, where true clips move."""


class Motion(Spec):
    """Do clips move as real ones do? A still picture may show an action as well as a clip does: so the same figures of
    real clips that stand still, and of real clips whose frames are shuffled, stand beside those of the samples."""

    samples: Moves
    real: Moves
    """Of real test clips."""
    frozen: Moves
    """Of these, each with one of its frames all the time."""
    shuffled: Moves
    """Of these, each with its frames in another order."""
    energy: dict[str, Figure]
    """Of the samples, by class, of those that move."""
    beginning: Beginning | None = None
    """Where the first frame is given."""


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

    version: Literal[2] = 2
    verdict: tuple[str, str, str]
    alarms: tuple[Alarm, ...] = ()
    """The failure modes of its training when these weights were saved."""
    fidelity: Fidelity
    coverage: Coverage | None
    diversity: Diversity
    pattern: Pattern | None = None
    """``None`` of images under 12 pixels a side."""
    controllability: dict[str, Controllability]
    """By field."""
    unseen: Unseen | None = None
    """Where combinations were kept from training."""
    likeness: Likeness | None
    classification_accuracy_score: ClassificationAccuracyScore | None
    copies: Copies | None
    retrieval: Retrieval | None = None
    words: Words | None = None
    motion: Motion | None = None
    """Of clips."""
    parzen: Parzen | None
    protocol: Protocol
