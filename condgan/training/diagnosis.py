"""The failure modes of GANs, found in a run's own log: the evidence, since when, and what to try.

An alarm is raised where the same evidence is there at two snapshots in a row, for one alone may be chance. Snapshots of
a run's first steps do not count: no generator is diverse or controllable from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from condgan.core.needs import APART, CONCATENATED, HEAD, INJECTIONS, LEARNED, PROJECTION, PROXY, UNMOVED
from condgan.core.spec import Spec
from condgan.recipe import Recipe

COLLAPSED = 0.3
"""``diversity`` below which a class has collapsed."""
IGNORED = 0.1
"""``controllability`` below which the condition is ignored; the report has the same bound."""
FROZEN = 0.3
"""``motion`` below which clips stand still."""
OVERFITTED = 0.5
"""``discriminator_overfitting`` above which the discriminator has overfitted to its training images."""
VANISHED, CERTAIN = 0.05, 0.99
"""Share of its greatest norm below which the generator's gradient has vanished, where ``discriminator_accuracy`` is
above the other."""
WRONG, RIGHT = 0.35, 0.65
"""``discriminator_accuracy``: a tenth of the reports below the one and a tenth above the other, and the
players chase each other."""
REPORTS = 10
"""Reports that it takes to see that; more than two snapshots, where they are close together."""
YOUNG = 150
"""Batches of real images before which no snapshot counts."""
WORSE = 3.0
"""Times its least distance at which a run is lost."""

Report = Mapping[str, Any]


class Alarm(Spec):
    """A failure mode of a run."""

    failure: str
    evidence: str
    """The figures, and the threshold."""
    since: int
    """Real images seen when it was first there."""
    remedy: str
    """What to try, as settings."""

    def __str__(self) -> str:
        return f"{self.failure} since {self.since:,} images: {self.evidence}; try {self.remedy}"


class Interval(NamedTuple):
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


Symptom = Callable[[Sequence[Interval]], str | None]
"""Whether the last interval shows a failure mode: the evidence, or nothing."""


class Remedy(NamedTuple):
    """Something to try."""

    settings: str
    helps: Callable[[Recipe], bool] = lambda recipe: True
    """Whether it would change anything of a recipe."""


class FailureMode(NamedTuple):
    """How it shows, and what has been found to help, the best first."""

    symptom: Symptom
    remedies: tuple[Remedy, ...]

    def remedy(self, recipe: Recipe) -> str:
        """Those that apply, two at most."""
        return ", or ".join([each.settings for each in self.remedies if each.helps(recipe)][:2])


def collapse(intervals: Sequence[Interval]) -> str | None:
    """Few different samples, or one, for a class."""
    diversity = intervals[-1].report.get("diversity", 1.0)
    if diversity >= COLLAPSED:
        return None
    return f"samples of a class lie {diversity:.2f} times as far apart as real images do (alarm below {COLLAPSED})"


def ignored(intervals: Sequence[Interval]) -> str | None:
    """What was requested does not show."""
    controllability = intervals[-1].report.get("controllability", 1.0)
    if controllability >= IGNORED:
        return None
    return (
        f"the condition shows in samples {controllability:.2f} times as well as in real images (alarm below {IGNORED})"
    )


def still(intervals: Sequence[Interval]) -> str | None:
    """Clips that do not move."""
    motion = intervals[-1].report.get("motion", 1.0)
    if motion >= FROZEN:
        return None
    return f"a frame differs from the next {motion:.2f} times as much as in real clips (alarm below {FROZEN})"


def overfits(intervals: Sequence[Interval]) -> str | None:
    """The discriminator knows the training images, not what they have in common."""
    overfitting = intervals[-1].report.get("discriminator_overfitting", 0.0)
    if overfitting <= OVERFITTED:
        return None
    return (
        f"the discriminator takes training images for more real than held-out ones in "
        f"{(1 + overfitting) / 2:.0%} of the pairs (alarm above {(1 + OVERFITTED) / 2:.0%})"
    )


def vanished(intervals: Sequence[Interval]) -> str | None:
    """Nothing reaches the generator from which it could learn."""
    norm, accuracy = (intervals[-1].median(name) for name in ("generator_gradient", "discriminator_accuracy"))
    if norm is None or accuracy is None or accuracy <= CERTAIN:
        return None
    most = max(value for each in intervals for value in each.values("generator_gradient"))
    share = norm / most if most else 0.0
    if share >= VANISHED:
        return None
    return (
        f"the discriminator is right in {accuracy:.0%} of the pairs, and the generator's gradient is {share:.2g} of "
        f"what it was (alarm above {CERTAIN:.0%} and below {VANISHED})"
    )


def oscillates(intervals: Sequence[Interval]) -> str | None:
    """Both players chase each other."""
    accuracies: list[float] = []
    for count, interval in enumerate(reversed(intervals)):
        if count >= 2 and len(accuracies) >= REPORTS:
            break
        accuracies += interval.values("discriminator_accuracy")
    if len(accuracies) < REPORTS:
        return None
    accuracies.sort()
    low, high = accuracies[len(accuracies) // 10], accuracies[-1 - len(accuracies) // 10]
    if low > WRONG or high < RIGHT:
        return None
    return (
        f"the discriminator is right now in {low:.0%}, now in {high:.0%} of the pairs (alarm where both below "
        f"{WRONG:.0%} and above {RIGHT:.0%})"
    )


def diverges(intervals: Sequence[Interval]) -> str | None:
    """Samples are far worse than they were."""
    last, best = intervals[-1].report, min((each.report for each in intervals), key=lambda each: each["pixel_distance"])
    ratio = last["pixel_distance"] / max(best["pixel_distance"], 1e-9)
    if ratio <= WORSE:
        return None
    return (
        f"the distance from the real images is {last['pixel_distance']:.3g}, {ratio:.1f} times what it was at "
        f"{best['images']:,} images (alarm above {WORSE:g})"
    )


def _weighs(name: str) -> Callable[[Recipe], float]:
    return lambda recipe: recipe.objective.weight(name)


r1, gradient_penalty, auxiliary = map(_weighs, ("r1", "gradient_penalty", "auxiliary"))

PENALTIES = Remedy("--objective.r1 1 --objective.r2 1", lambda r: not r1(r) and not gradient_penalty(r))
LIPSCHITZ = Remedy(
    "--objective.gradient-penalty 10", lambda r: r.objective.loss == "wasserstein" and not gradient_penalty(r)
)
KEEP_PACE = Remedy(
    "--optimizer.discriminator-lr as high as --optimizer.lr",
    lambda r: (r.optimizer.discriminator_lr or r.optimizer.lr) < r.optimizer.lr,
)
SLOWER = Remedy("half the --optimizer.lr")
RELATIVISTIC = Remedy("--objective.loss relativistic", lambda r: r.objective.loss != "relativistic")
NO_MOMENTUM = Remedy("--optimizer.betas 0,0.99", lambda r: r.optimizer.betas[0] > 0)
FAINT_LABEL = Remedy(
    "--condition.label.encoding one-hot",
    lambda r: LEARNED in r.condition.provides() and CONCATENATED in r.architecture.provides(),
)
PROJECT = Remedy(
    "--architecture.discriminator-injection projection",
    lambda r: INJECTIONS in (found := r.architecture.provides()) and PROJECTION not in found,
)
CLASSIFY = Remedy(
    "--objective.auxiliary 1",
    lambda r: (
        auxiliary(r) < 1 and {HEAD, APART} <= r.architecture.provides() and PROXY not in r.architecture.provides()
    ),
)
AUGMENT = Remedy(
    "--augment.on both --augment.translation 0.1 --augment.adaptive true",
    lambda r: r.augment.on != "both" and UNMOVED in r.condition.provides(),
)
MOVE = Remedy(
    "--augment.translation 0.1", lambda r: not r.augment.translation and UNMOVED not in r.condition.provides()
)

FAILURE_MODES: dict[str, FailureMode] = {
    "vanishing generator gradient": FailureMode(
        vanished,
        (
            PENALTIES,
            Remedy("--objective.loss non-saturating", lambda r: r.objective.loss == "minimax"),
            Remedy("--training.discriminator-steps 1", lambda r: r.training.discriminator_steps > 1),
            Remedy("a lower --optimizer.discriminator-lr"),
        ),
    ),
    "oscillation": FailureMode(oscillates, (LIPSCHITZ, PENALTIES, NO_MOMENTUM, SLOWER)),
    "divergence": FailureMode(diverges, (LIPSCHITZ, PENALTIES, SLOWER)),
    "mode collapse": FailureMode(collapse, (KEEP_PACE, LIPSCHITZ, FAINT_LABEL, PENALTIES, RELATIVISTIC, SLOWER)),
    "frozen clips": FailureMode(
        still,
        (Remedy("more --images"), Remedy("a larger --data.stride, so that frames differ"), SLOWER),
    ),
    "condition ignored": FailureMode(ignored, (PROJECT, CLASSIFY, Remedy("more --images"))),
    "discriminator overfitting": FailureMode(
        overfits, (AUGMENT, MOVE, PENALTIES, Remedy("ten times the --objective.r1"), Remedy("more data"))
    ),
}
"""Causes before their consequences: a generator without a gradient is neither diverse nor controllable."""


def intervals_of(history: Sequence[Report]) -> list[Interval]:
    """The snapshots of a log, oldest first."""
    found: list[Interval] = []
    start = 0
    for place, report in enumerate(history):
        if "pixel_distance" in report:
            found.append(Interval(report, history[start : place + 1]))
            start = place + 1
    return found


def alarms(history: Sequence[Report], recipe: Recipe) -> list[Alarm]:
    """The failure modes of a run at its last snapshot, from all reports of its log so far."""
    seen = [each for each in intervals_of(history) if each.report["images"] >= YOUNG * recipe.training.batch]
    found = []
    for name, mode in FAILURE_MODES.items():
        evidence = [mode.symptom(seen[: place + 1]) for place in range(len(seen))]
        streak = next((count for count, each in enumerate(reversed(evidence)) if each is None), len(evidence))
        if streak >= 2:
            since = seen[len(seen) - streak].report["images"]
            found.append(Alarm(failure=name, evidence=evidence[-1] or "", since=since, remedy=mode.remedy(recipe)))
    return found
