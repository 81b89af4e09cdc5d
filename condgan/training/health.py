"""The illnesses of GANs, told from a run's own log: what shows it, since when, and what to try.

An alarm is raised where the same sign is there at two looks in a row, for one alone may be chance. Those in a run's
first steps do not count: no generator varies or obeys from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from condgan.core.spec import Spec
from condgan.recipe import Recipe

COLLAPSED = 0.3
"""``variety`` below which a class has collapsed."""
IGNORED = 0.1
"""``obedience`` below which labels are ignored; the report has the same bound."""
BY_HEART = 0.5
"""``memorization`` above which the discriminator knows its training images by heart."""
VANISHED, CERTAIN = 0.05, 0.99
"""Share of its greatest norm below which the generator's gradient has vanished, where ``told`` is above the other."""
WRONG, RIGHT = 0.35, 0.65
"""``told``: a tenth of the reports below the one and a tenth above the other, and the players chase each other."""
REPORTS = 10
"""Reports that it takes to see that; more than two looks, where they are close together."""
YOUNG = 150
"""Batches of real images before which no look counts."""
WORSE = 3.0
"""Times its least distance at which a run is lost."""

Report = Mapping[str, Any]


class Alarm(Spec):
    """An illness of a run."""

    illness: str
    evidence: str
    """The figures, and the threshold."""
    since: int
    """Real images seen when it was first there."""
    cure: str
    """What to try, as settings."""

    def __str__(self) -> str:
        return f"{self.illness} since {self.since:,} images: {self.evidence}; try {self.cure}"


class Look(NamedTuple):
    """A snapshot's report, with all reports since the snapshot before."""

    report: Report
    reports: Sequence[Report]

    def median(self, name: str) -> float | None:
        """Of a value that is noted at each step."""
        found = self.values(name)
        return median(found) if found else None

    def values(self, name: str) -> list[float]:
        """What was reported of it."""
        return [each[name] for each in self.reports if name in each]


Symptom = Callable[[Sequence[Look]], str | None]
"""Whether the last look shows an illness: the evidence, or nothing."""


class Cure(NamedTuple):
    """Something to try."""

    settings: str
    helps: Callable[[Recipe], bool] = lambda recipe: True
    """Whether it would change anything of a recipe."""


class Illness(NamedTuple):
    """How it shows, and what has been found to heal it, the best first."""

    symptom: Symptom
    cures: tuple[Cure, ...]

    def cure(self, recipe: Recipe) -> str:
        """Those that apply, two at most."""
        return ", or ".join([each.settings for each in self.cures if each.helps(recipe)][:2])


def collapse(looks: Sequence[Look]) -> str | None:
    """Few different samples, or one, for a class."""
    variety = looks[-1].report.get("variety", 1.0)
    if variety >= COLLAPSED:
        return None
    return f"samples of a class lie {variety:.2f} times as far apart as real images do (alarm below {COLLAPSED})"


def ignored(looks: Sequence[Look]) -> str | None:
    """The class asked for does not show."""
    obedience = looks[-1].report.get("obedience", 1.0)
    if obedience >= IGNORED:
        return None
    return f"labels show in samples {obedience:.2f} times as well as in real images (alarm below {IGNORED})"


def by_heart(looks: Sequence[Look]) -> str | None:
    """The discriminator knows the training images, not what they have in common."""
    memorization = looks[-1].report.get("memorization", 0.0)
    if memorization <= BY_HEART:
        return None
    return (
        f"the discriminator takes training images for more real than images it never saw in "
        f"{(1 + memorization) / 2:.0%} of the pairs (alarm above {(1 + BY_HEART) / 2:.0%})"
    )


def vanished(looks: Sequence[Look]) -> str | None:
    """Nothing reaches the generator from which it could learn."""
    norm, told = looks[-1].median("generator_gradient"), looks[-1].median("told")
    if norm is None or told is None or told <= CERTAIN:
        return None
    most = max(value for look in looks for value in look.values("generator_gradient"))
    share = norm / most if most else 0.0
    if share >= VANISHED:
        return None
    return (
        f"the discriminator tells {told:.0%} of the pairs, and the generator's gradient is {share:.2g} of what it was "
        f"(alarm above {CERTAIN:.0%} and below {VANISHED})"
    )


def oscillates(looks: Sequence[Look]) -> str | None:
    """Both players chase each other."""
    told: list[float] = []
    for count, look in enumerate(reversed(looks)):
        if count >= 2 and len(told) >= REPORTS:
            break
        told += look.values("told")
    if len(told) < REPORTS:
        return None
    told.sort()
    low, high = told[len(told) // 10], told[-1 - len(told) // 10]
    if low > WRONG or high < RIGHT:
        return None
    return (
        f"the discriminator tells now {low:.0%}, now {high:.0%} of the pairs (alarm where both below {WRONG:.0%} and "
        f"above {RIGHT:.0%})"
    )


def diverges(looks: Sequence[Look]) -> str | None:
    """Samples are far worse than they were."""
    last, best = looks[-1].report, min((look.report for look in looks), key=lambda each: each["pixel_distance"])
    ratio = last["pixel_distance"] / max(best["pixel_distance"], 1e-9)
    if ratio <= WORSE:
        return None
    return (
        f"the distance from the real images is {last['pixel_distance']:.3g}, {ratio:.1f} times what it was at "
        f"{best['images']:,} images (alarm above {WORSE:g})"
    )


PENALTIES = Cure("--objective.r1 1 --objective.r2 1", lambda r: not r.objective.r1 and not r.objective.gradient_penalty)
LIPSCHITZ = Cure(
    "--objective.gradient-penalty 10",
    lambda r: r.objective.loss == "wasserstein" and not r.objective.gradient_penalty,
)
KEEP_PACE = Cure(
    "--optimizer.discriminator-lr as high as --optimizer.lr",
    lambda r: (r.optimizer.discriminator_lr or r.optimizer.lr) < r.optimizer.lr,
)
SLOWER = Cure("half the --optimizer.lr")
PAIRS = Cure("--objective.loss relativistic", lambda r: r.objective.loss != "relativistic")
NO_MOMENTUM = Cure("--optimizer.betas 0,0.99", lambda r: r.optimizer.betas[0] > 0)
FAINT_LABEL = Cure(
    "--condition.encoding one-hot",
    lambda r: r.condition.plain().get("encoding") == "embedding" and "concat" in r.architecture.generator_injection,
)
PROJECTION = Cure(
    "--architecture.discriminator-injection projection",
    lambda r: "projection" not in r.architecture.discriminator_injection,
)
CLASSIFY = Cure(
    "--objective.auxiliary 1",
    lambda r: (
        r.objective.auxiliary < 1
        and not r.architecture.label_in_input
        and "proxy" not in r.architecture.discriminator_injection
    ),
)
AUGMENT = Cure(
    "--augment.on both --augment.translation 0.1", lambda r: r.augment.on != "both" and not r.condition.pictures
)
MOVE = Cure("--augment.translation 0.1", lambda r: not r.augment.translation and r.condition.pictures)

ILLNESSES: dict[str, Illness] = {
    "vanishing generator gradient": Illness(
        vanished,
        (
            PENALTIES,
            Cure("--objective.loss non-saturating", lambda r: r.objective.loss == "minimax"),
            Cure("--training.discriminator-steps 1", lambda r: r.training.discriminator_steps > 1),
            Cure("a lower --optimizer.discriminator-lr"),
        ),
    ),
    "oscillation": Illness(oscillates, (LIPSCHITZ, PENALTIES, NO_MOMENTUM, SLOWER)),
    "divergence": Illness(diverges, (LIPSCHITZ, PENALTIES, SLOWER)),
    "mode collapse": Illness(collapse, (KEEP_PACE, LIPSCHITZ, FAINT_LABEL, PENALTIES, PAIRS, SLOWER)),
    "label ignored": Illness(ignored, (PROJECTION, CLASSIFY, Cure("more --images"))),
    "memorised training images": Illness(
        by_heart, (AUGMENT, MOVE, PENALTIES, Cure("ten times the --objective.r1"), Cure("more data"))
    ),
}
"""What makes others ill first: a generator without a gradient neither varies nor obeys."""


def looks(history: Sequence[Report]) -> list[Look]:
    """The snapshots of a log, oldest first."""
    found: list[Look] = []
    start = 0
    for place, report in enumerate(history):
        if "pixel_distance" in report:
            found.append(Look(report, history[start : place + 1]))
            start = place + 1
    return found


def alarms(history: Sequence[Report], recipe: Recipe) -> list[Alarm]:
    """What a run is ill with at its last snapshot, from all reports of its log so far."""
    seen = [look for look in looks(history) if look.report["images"] >= YOUNG * recipe.training.batch]
    found = []
    for name, illness in ILLNESSES.items():
        evidence = [illness.symptom(seen[: place + 1]) for place in range(len(seen))]
        streak = next((count for count, each in enumerate(reversed(evidence)) if each is None), len(evidence))
        if streak >= 2:
            since = seen[len(seen) - streak].report["images"]
            found.append(Alarm(illness=name, evidence=evidence[-1] or "", since=since, cure=illness.cure(recipe)))
    return found
