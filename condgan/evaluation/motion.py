"""Do clips move as real ones do? With the controls that a still picture does not pass."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from condgan import metrics
from condgan.conditions.label import classification
from condgan.core.batch import Images, evenly, frames_of, to_float
from condgan.core.bundle import Bundle, take
from condgan.evaluation.real import Real
from condgan.evaluation.report import Beginning, Motion, Moves
from condgan.evaluation.samples import SampleSet
from condgan.evaluation.tasks import trained_on
from condgan.metrics import Figure, changes, rate
from condgan.networks import ops

MOST = 4_000
"""Training clips from which the networks of order, time and single frames learn, at most."""
LOOKED_AT = 2_000
"""Clips of a kind that are looked at, at most."""
ORDERS = ("in order", "shuffled", "frozen")
PART = 500
LEAST = 1e-4
"""Change from a frame to the next, of the range of a pixel, below which the clips of a class stand still."""
STILL = 8
"""Levels by which a position may change without being counted as moving."""


class Judges:
    """The networks that look at motion, trained on real training clips."""

    def __init__(self, real: Real) -> None:
        self.real = real
        train = real.train
        chosen = evenly(len(train), MOST)
        clips = train.target[chosen]
        self.frames = clips.shape[2]
        kinds = [clips, shuffled(clips), frozen(clips)]
        ids = torch.arange(len(ORDERS)).repeat_interleave(len(clips))
        hash = f"{train.hash} {len(clips)}"  # of the columns, too
        self.order = trained_on(classification(ORDERS), torch.cat(kinds), {"id": ids}, hash, "order")
        stills = frames_of(clips)
        times = tuple(map(str, range(self.frames)))
        every = torch.arange(self.frames).repeat(len(clips))
        some = evenly(len(stills), 8 * MOST)
        self.time = trained_on(classification(times), stills[some], {"id": every[some]}, hash, "time of a frame")
        self.fields: dict[str, torch.nn.Module] = {}
        """What predicts each field from a single frame."""
        for name, field in real.fields.items():
            if field.requested and field.task.names and field.task.target is not None and not field.task.dense:
                bundle = field.targets(train.schema, train.batch(chosen))
                target = field.task.target(bundle).repeat_interleave(self.frames)[some]
                there = target >= 0
                task, known = classification(field.task.names), {"id": target[there]}
                self.fields[name] = trained_on(task, stills[some][there], known, hash, f"frame, {name}")

    def moves(self, clips: Images, bundle: Bundle, energy: dict[str, float]) -> tuple[Moves, dict[str, Figure]]:
        """The figures of some clips, and their energy by class.

        Args:
            clips: of the size of the training.
            bundle: what they are to show.
            energy: of real clips, by class.
        """
        stills = frames_of(clips)
        times = torch.arange(self.frames).repeat(len(clips))
        apart = (classes(self.time, stills) - times).abs().double().view(len(clips), -1).mean(1)
        predictions = self.real.predict(clips, bundle)
        relative = {
            name: changes(clips[rows]) / energy[name]
            for name, rows in self.members(bundle, len(clips))
            if len(rows) and energy.get(name, 0) > LEAST
        }
        known = {name: predictions[name].scores for name in self.fields}
        known = {name: each[~each.isnan()] for name, each in known.items()}
        found = Moves(
            order=rate(classes(self.order, clips) == 0),
            energy=metrics.bootstrap(torch.cat([*relative.values()])) if relative else None,
            phase=metrics.bootstrap(apart),
            steady={name: steady(classes(model, stills).view(len(clips), -1)) for name, model in self.fields.items()},
            fields={name: rate(each == 1) for name, each in known.items() if len(each)},
        )
        return found, {name: metrics.bootstrap(each) for name, each in relative.items()}

    def members(self, bundle: Bundle, n: int) -> list[tuple[str, Int64[Tensor, " m"]]]:
        """The places of the clips of each class; where there are no classes, all together."""
        field = self.real.groups
        return [("all", torch.arange(n))] if field is None else self.real.members(field, bundle)


def motion(real: Real, sets: Sequence[SampleSet]) -> Motion | None:
    """The section; ``None`` of images."""
    if real.train.shape.frames is None:
        return None
    judges = Judges(real)
    some = evenly(len(real.images), LOOKED_AT)
    clips, bundle = real.images[some], take(real.bundle, some)
    energy = {
        name: changes(clips[rows]).mean().item() for name, rows in judges.members(bundle, len(clips)) if len(rows)
    }
    chosen = some if real.paired else torch.arange(len(sets[0].images))[:LOOKED_AT]
    made = sets[0].images[chosen]
    samples, by_class = judges.moves(made, take(sets[0].bundle, chosen), energy)
    return Motion(
        samples=samples,
        energy=by_class,
        beginning=beginning(made, clips) if real.paired else None,
        real=judges.moves(clips, bundle, energy)[0],
        frozen=judges.moves(frozen(clips), bundle, energy)[0],
        shuffled=judges.moves(shuffled(clips), bundle, energy)[0],
    )


def beginning(samples: Images, truth: Images) -> Beginning | None:
    """How clips go on from the first frame of true ones; ``None`` where none of these moves."""
    moves = (truth.short() - truth[:, :, :1].short()).abs().amax((1, 2), keepdim=True) > STILL
    places = moves.expand_as(truth)

    def error(clips: Images) -> Float[Tensor, " n"]:
        apart = (clips.float() - truth.float()).abs() / 255 * places
        return apart.flatten(1).sum(1) / places.flatten(1).sum(1).clamp(min=1)

    moving = places.flatten(1).any(1)
    if not moving.any():
        return None
    copied = truth[:, :, :1].expand_as(truth)
    return Beginning(
        psnr=metrics.bootstrap(metrics.likeness(samples[:, :, 0], truth[:, :, 0]).psnr),
        moving=metrics.bootstrap(error(samples)[moving]),
        copied=metrics.bootstrap(error(copied)[moving]),
        share=moves.double().mean().item(),
    )


def frozen(clips: Images) -> Images:
    """Each with one of its frames all the time, by chance, the same each time."""
    chance = torch.Generator().manual_seed(0)
    chosen = torch.randint(clips.shape[2], (len(clips),), generator=chance)
    return clips[torch.arange(len(clips)), :, chosen].unsqueeze(2).expand_as(clips).contiguous()


def shuffled(clips: Images) -> Images:
    """Each with its frames in another order, by chance, the same each time."""
    chance = torch.Generator().manual_seed(0)
    frames = clips.shape[2]
    order = torch.rand(len(clips), frames, generator=chance).argsort(1)
    same = (order == torch.arange(frames)).all(1)
    order[same] = order[same].roll(1, 1)
    return clips[torch.arange(len(clips))[:, None], :, order].movedim(1, 2).contiguous()


@torch.no_grad()
def classes(model: torch.nn.Module, images: Images) -> Int64[Tensor, " n"]:
    """The likeliest class of each."""
    many = PART if images.dim() == 4 else max(1, PART // images.shape[2])
    parts = [model(ops.channels_last_of(to_float(part))).argmax(1) for part in torch.split(images, many)]
    return torch.cat(parts)


def steady(predicted: Int64[Tensor, "n t"]) -> Figure:
    """Share of the frames that are as most of their clip are."""
    most = predicted.mode(1).values
    return metrics.bootstrap((predicted == most[:, None]).double().mean(1))
