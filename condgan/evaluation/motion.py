"""Do clips move as real ones do? With the controls that a still picture does not pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from condgan import metrics
from condgan.conditions.label import classification
from condgan.core.batch import Images, frames_of, to_float
from condgan.core.bundle import Bundle, take
from condgan.core.seeds import some_of
from condgan.evaluation.real import Real
from condgan.evaluation.report import Beginning, Motion, Moves
from condgan.evaluation.samples import SampleSet
from condgan.evaluation.tasks import joint, trained_on
from condgan.metrics import Figure, changes, rate
from condgan.networks import ops

MOST = 2_000
"""Training clips from which the networks of order, time and single frames learn, at most."""
LOOKED_AT = 2_000
"""Clips of a kind that are looked at, at most."""
TIME = "time of the frame"
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
        chosen = some_of(len(train), MOST)
        clips = train.target[chosen]
        self.frames = clips.shape[2]
        hash = f"{train.hash} {len(clips)}"  # of the columns, too
        kinds = [clips, shuffled(clips), frozen(clips)]
        ids = torch.arange(len(ORDERS)).repeat_interleave(len(clips))
        self.order = trained_on(classification(ORDERS), torch.cat(kinds), {"id": ids}, hash, "order")
        self.fields = {
            name: field
            for name, field in real.fields.items()
            if field.task.names and not field.task.dense and (field.requested or real.paired)
        }
        """What a clip and each of its frames should show: of true clips, other classes that the data know, too."""
        stills, batch = frames_of(clips), train.batch(chosen)
        some = some_of(len(stills), 8 * MOST)
        names, ids_of = (
            {TIME: tuple(map(str, range(self.frames)))},
            {TIME: torch.arange(self.frames).repeat(len(clips))},
        )
        for name, field in self.fields.items():
            assert field.task.target is not None, "there are classes"
            names[name] = field.task.names
            ids_of[name] = field.task.target(field.targets(train.schema, batch)).repeat_interleave(self.frames)
        task = joint([classification(each, name) for name, each in names.items()])
        self.still = trained_on(task, stills[some], take(ids_of, some), hash, f"frame: {','.join(names)}")
        """What predicts the time and each field from a single frame."""
        self.widths = {name: len(each) for name, each in names.items()}

    def moves(
        self, clips: Images, shown: Mapping[str, Bundle], energy: Mapping[str, float]
    ) -> tuple[Moves, dict[str, Figure]]:
        """The figures of some clips, and their energy by class.

        Args:
            clips: of the size of the training.
            shown: what they are to show, for each field.
            energy: of real clips, by class.
        """
        found = self.seen(clips)
        apart = (found.pop(TIME) - torch.arange(self.frames)).abs().double().mean(1)
        relative = {
            name: changes(clips[rows]) / energy[name]
            for name, rows in self.members(shown, len(clips))
            if len(rows) and energy.get(name, 0) > LEAST
        }
        scores: dict[str, Float[Tensor, " n"]] = {}
        for name in self.fields:
            if name not in scores:
                predictions = self.real.network(name).predict(clips, shown[name])
                scores |= {each: one.scores for each, one in predictions.items() if each in self.fields}
        known = {name: each[~each.isnan()] for name, each in scores.items()}
        moves = Moves(
            order=rate(outputs(self.order, clips).argmax(1) == 0),
            energy=metrics.bootstrap(torch.cat([*relative.values()])) if relative else None,
            phase=metrics.bootstrap(apart),
            steady={name: steady(each) for name, each in found.items()},
            fields={name: rate(each == 1) for name, each in known.items() if len(each)},
            all_fields=rate(torch.stack([*scores.values()]).nan_to_num(1).min(0).values == 1) if scores else None,
        )
        return moves, {name: metrics.bootstrap(each) for name, each in relative.items()}

    def seen(self, clips: Images) -> dict[str, Int64[Tensor, "n t"]]:
        """What is predicted from each frame by itself: its time, and each field."""
        parts = torch.split(outputs(self.still, frames_of(clips)), [*self.widths.values()], 1)
        return {name: each.argmax(1).view(len(clips), -1) for name, each in zip(self.widths, parts, strict=True)}

    def members(self, shown: Mapping[str, Bundle], n: int) -> list[tuple[str, Int64[Tensor, " m"]]]:
        """The places of the clips of each class; where there are no classes, all together."""
        field = self.real.groups
        if field is None or field.name not in shown:
            return [("all", torch.arange(n))]
        return self.real.members(field, shown[field.name])


def motion(real: Real, sets: Sequence[SampleSet]) -> Motion | None:
    """The section; ``None`` of images."""
    if real.train.shape.frames is None:
        return None
    judges = Judges(real)
    some = some_of(len(real.images), LOOKED_AT)
    clips, shown = real.images[some], {name: take(real.asked(name), some) for name in judges.fields}
    energy = {name: changes(clips[rows]).mean().item() for name, rows in judges.members(shown, len(clips)) if len(rows)}
    chosen = some if real.paired else torch.arange(len(sets[0].images))[:LOOKED_AT]
    made = sets[0].images[chosen]
    requested = shown if real.paired else dict.fromkeys(judges.fields, take(sets[0].bundle, chosen))
    samples, by_class = judges.moves(made, requested, energy)
    return Motion(
        samples=samples,
        energy=by_class,
        beginning=beginning(made, clips) if real.paired else None,
        real=judges.moves(clips, shown, energy)[0],
        frozen=judges.moves(frozen(clips), shown, energy)[0],
        shuffled=judges.moves(shuffled(clips), shown, energy)[0],
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
def outputs(model: torch.nn.Module, images: Images) -> Float[Tensor, "n k"]:
    """What a network gives out for clips, or for frames."""
    many = PART if images.dim() == 4 else max(1, PART // images.shape[2])
    return torch.cat([model(ops.channels_last_of(to_float(part))) for part in torch.split(images, many)])


def steady(predicted: Int64[Tensor, "n t"]) -> Figure:
    """Share of the frames that are as most of their clip are."""
    most = predicted.mode(1).values
    return metrics.bootstrap((predicted == most[:, None]).double().mean(1))
