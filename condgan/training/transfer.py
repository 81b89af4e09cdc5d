"""A trained generator as the start of another run: whose weights are kept, and which row of them belongs to a class."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from condgan.conditions.condition import Condition
from condgan.conditions.heritage import inherit, opened
from condgan.core.batch import Shape
from condgan.core.cache import digest
from condgan.core.errors import CheckpointError, SettingsError
from condgan.core.matching import matched, rows_of
from condgan.core.needs import PROXY
from condgan.core.note import some
from condgan.core.task import Task
from condgan.data.base import Source
from condgan.networks.base import Architecture
from condgan.pipeline import folder, hub
from condgan.pipeline.parents import Parent, line, networks_of, parents_of
from condgan.recipe import Recipe
from condgan.toml import read_recipe
from condgan.training import checkpoint, store
from condgan.training.trainer import Trainer, build, heads

State = Mapping[str, Tensor]
BODY, EMBEDDER, HEAD = "body.", "embedder.", "auxiliary"
"""Where the weights of a network lie; the layer of that name is the auxiliary head."""
LEAST = 0.005
"""Share of the weights of a generator, below which what fits is chance."""

logger = logging.getLogger(__name__)


class Trained(NamedTuple):
    """A trained generator, with what there is besides it."""

    parents: tuple[Parent, ...]
    """The generator itself, and those from which it started."""
    condition: Condition
    architecture: Architecture
    heads: list[list[Task]]
    """What the auxiliary head gives out, and its twin where there is one."""
    states: Mapping[str, State]
    """``generator``, ``ema``, and of a run ``discriminator``."""
    settings: Mapping[str, Any]
    """Of a recipe, as section → field → value: those with which the training goes on where no others are given."""
    networks: Mapping[str, str]
    """The frozen networks that trained it: their names by the hashes of their weights."""
    whole: bool
    """Whether these settings are a whole recipe; of a pipeline only architecture, condition and size are known."""

    @property
    def name(self) -> str:
        """As it was asked for."""
        return self.parents[0].name

    def put_into(self, trainer: Trainer) -> None:
        """Start from these weights. Optimisers and counters stay as they are."""
        modules = {**trainer.players, "ema": trainer.ema.module}
        for name, state in self.states.items():
            fit(modules[name], self.carried(state, trainer.recipe))
        trainer.parents, trainer.inherited = self.parents, dict(self.networks)

    def carried(self, state: State, recipe: Recipe) -> dict[str, Tensor]:
        """The state of a network, with the classes of another recipe in the place of its own."""
        rest = {key: value for key, value in state.items() if not key.startswith(EMBEDDER)}
        own = {key.removeprefix(EMBEDDER): value for key, value in state.items() if key.startswith(EMBEDDER)}
        inner = inherit(recipe.condition, self.condition, own)
        found = {**rest, **{EMBEDDER + key: value for key, value in inner.items()}}
        if PROXY in recipe.architecture.provides():  # the head embeds: its outputs are no classes
            return found
        return with_head(found, self.heads, heads(recipe))


def fit(module: nn.Module, state: State) -> set[str]:
    """Load what has the name and the shape of a module's own; returns the names of what was loaded."""
    own = module.state_dict()
    fitting = {key: value for key, value in state.items() if key in own and own[key].shape == value.shape}
    module.load_state_dict(fitting, strict=False)
    return set(fitting)


def with_head(state: State, old: Sequence[Sequence[Task]], new: Sequence[Sequence[Task]]) -> dict[str, Tensor]:
    """The state of a discriminator whose auxiliary head predicts other classes: its rows by their names. A twin that is
    new starts as the head itself; a head of other tasks starts anew."""
    found = dict(state)
    if not old or not new:
        return found
    width = sum(task.outputs for head in old for task in head)
    for key, value in state.items():
        if HEAD not in key.split(".") or not value.dim() or len(value) != width or key.endswith("_v"):
            continue
        if len(old[0]) != len(new[0]):
            del found[key]
            continue
        halves = value.chunk(len(old))
        found[key] = torch.cat([_head(halves[min(k, len(old) - 1)], old[0], each) for k, each in enumerate(new)])
    return found


def _head(value: Tensor, old: Sequence[Task], new: Sequence[Task]) -> Tensor:
    """The rows of one head."""
    parts = torch.split(value, [task.outputs for task in old])
    return torch.cat([_rows(part, *pair) for part, *pair in zip(parts, old, new, strict=True)])


def _rows(part: Tensor, old: Task, new: Task) -> Tensor:
    """Outputs of one task; those of no classes in their order."""
    if old.labels and new.labels:
        return rows_of(part, matched(new.labels, old.labels))
    return rows_of(part, matched(new.names, old.names)) if old.names and new.names else part


def notes(parent: Trained, recipe: Recipe, shape: Shape) -> tuple[str, ...]:
    """What a complete recipe takes over from a parent, in sentences.

    Raises:
        SettingsError: next to nothing.
    """
    with torch.device("meta"):
        players = dict(zip(("generator", "discriminator"), build(recipe, shape), strict=True))
    found = [f"from {parent.name}: {'; '.join(_classes(parent, recipe)) or 'the condition is the same'}"]
    for name, module in players.items():
        if name not in parent.states:
            found.append(f"the {name} starts anew: a pipeline has none")
            continue
        share = _share(module, parent.carried(parent.states[name], recipe))
        alike = type(recipe.architecture) is type(parent.architecture)
        if name == "generator" and (share < LEAST or not alike):
            raise SettingsError(
                f"none of the generator's weights fit: {_described(parent, recipe)}",
                where=parent.name,
                do="leave out --preset, --recipe and architecture settings to take its own; or train without --from",
            )
        if share < 1:
            found.append(f"{min(share, 0.99):.0%} of the {name}'s weights kept, the rest start anew")
    return tuple(found)


def _described(parent: Trained, recipe: Recipe) -> str:
    """Both architectures, in few words."""
    theirs, ours = parent.architecture.kind, recipe.architecture.kind
    return f"they are of {theirs}, not {ours}" if theirs != ours else f"this {ours} has other widths"


def _share(module: nn.Module, state: State) -> float:
    """Of the weights of a network's body, those that have a counterpart."""
    own = {key: value for key, value in module.named_parameters() if key.startswith(BODY)}
    kept = sum(value.numel() for key, value in own.items() if key in state and state[key].shape == value.shape)
    return kept / max(1, sum(value.numel() for value in own.values()))


def _classes(parent: Trained, recipe: Recipe) -> Iterator[str]:
    """Which classes are kept and which are new, of each field."""
    fields = zip(parent.condition.form(), recipe.condition.form(), strict=True)
    for old, new in fields:
        if not new.choices:
            continue
        places = matched(new.choices, old.choices)
        kept = [name for name, place in zip(new.choices, places, strict=True) if place is not None]
        fresh = [name for name, place in zip(new.choices, places, strict=True) if place is None]
        of = "" if len(kept) == len(old.choices) else f" of {len(old.choices)}"
        count = f"{len(kept)}{of} class{'es' * (len(old.choices) != 1)} kept"
        text = f"{count} ({some(kept)})" if kept else f"none{of} classes kept"
        yield f"{text}, new: {some(fresh)}; starting near the mean" if fresh else text


def trained(name: str | Path) -> Trained:
    """A run's folder, a pipeline's folder, or a pipeline on the Hub (``owner/name``, also with ``hf:`` before it).

    Raises:
        SettingsError: there is none, or it is damaged.
        CheckpointError: it is a run whose checkpoints are damaged.
    """
    try:
        place = hub.located(name).folder
        found = store.checkpoints(place / "checkpoints") if (place / "recipe.toml").is_file() else []
    except OSError as error:
        raise SettingsError(f"no run or pipeline: {error.strerror}", where=name, do="check the path") from None
    return _of_run(str(name), place, found) if found else _of_pipeline(str(name), place)


def _of_run(name: str, place: Path, found: list[Path]) -> Trained:
    """From the best checkpoint where one is named, else from the latest; a damaged one is said and passed over."""
    recipe = read_recipe(place / "recipe.toml")
    if recipe.data.size is None or recipe.data.channels is None:
        raise SettingsError("not the complete recipe of a run", where=place, do="give the folder of a run")
    best = store.named(place / "checkpoints", store.BEST)
    ordered = sorted(found, key=lambda each: each.name != best)
    for index, each in enumerate(ordered, 1):
        try:
            tensors, counters = checkpoint.read(each)
            break
        except CheckpointError as error:
            if index == len(ordered):
                raise
            logger.warning("%s: %s; taking another one", error.what, error.where)
        except (SafetensorError, ValueError, TypeError, LookupError, RecursionError):
            raise _of_others(each) from None
    states = {player: tensors.get(player, {}) for player in ("generator", "ema", "discriminator")}
    _require_sound(recipe.condition, states, each)
    own = parent_of(name, states["ema"], counters.images, recipe.data.title())
    plain = {key: value for key, value in recipe.plain().items() if key not in ("data", "seed")}
    sizes = {"size": list(recipe.data.size), "channels": recipe.data.channels}
    return Trained(
        parents=(own, *counters.parents),
        condition=recipe.condition,
        architecture=recipe.architecture,
        heads=heads(recipe),
        networks={**counters.inherited, **counters.networks},
        states=states,
        settings={
            **plain,
            "condition": opened(recipe.condition).plain(),
            "data": {"fit": recipe.data.fit, **_of_clips(recipe.data), **sizes},
        },
        whole=True,
    )


def _of_pipeline(name: str, place: Path) -> Trained:
    saved = folder.read(place)
    state = saved.generator.state_dict()
    states = {"generator": state, "ema": state}
    _require_sound(saved.condition, states, place)
    images, data = saved.trained.get("images", 0), saved.trained.get("data", "unknown data")
    try:
        own = parent_of(name, state, images, data)
    except ValueError as error:
        raise SettingsError("damaged pipeline", where=place, do=f"save it again ({folder.first_line(error)})") from None
    return Trained(
        parents=(own, *parents_of(saved.trained)),
        condition=saved.condition,
        architecture=saved.architecture,
        heads=[],
        networks=networks_of(saved.trained),
        states=states,
        settings={
            "architecture": saved.architecture.plain(),
            "condition": opened(saved.condition).plain(),
            "data": {"size": list(saved.shape.size), "channels": saved.shape.channels, **_of_shape(saved)},
        },
        whole=False,
    )


def _of_clips(source: Source) -> dict[str, Any]:
    """How clips are cut, where they are."""
    return source.model_dump(include={"frames", "length", "stride", "rate"}) if source.frames == "clip" else {}


def _of_shape(saved: folder.Saved) -> dict[str, Any]:
    """The same as far as a pipeline knows it."""
    if saved.shape.frames is None:
        return {}
    return {"frames": "clip", "length": saved.shape.frames} | ({"rate": rate} if (rate := saved.reading.rate) else {})


def parent_of(name: object, state: State, images: Any, data: Any) -> Parent:
    """What is remembered of a generator.

    Raises:
        ValueError: it is not what it should be.
    """
    weights = digest(*(state[key] for key in sorted(state)))
    title = line(data) if isinstance(data, str) else data
    return Parent.model_validate({"name": line(name), "hash": weights, "images": images, "data": title})


def _require_sound(condition: Condition, states: Mapping[str, State], where: Path) -> None:
    """Refuse weights that are not finite, or whose embedders are of another condition than they should be.

    Raises:
        CheckpointError: they are.
    """
    with torch.device("meta"):
        expected = {EMBEDDER + key: value.shape for key, value in condition.embedder().state_dict().items()}
    for state in states.values():
        found = {key: value.shape for key, value in state.items() if key.startswith(EMBEDDER)}
        try:
            sound = found == expected and all(value.isfinite().all() for value in state.values())
        except RuntimeError:  # numbers of a type that cannot be computed with
            sound = False
        if not sound:
            raise _of_others(where)


def _of_others(where: Path) -> CheckpointError:
    return CheckpointError("damaged weights, or of other networks", where=where, do="give another run or pipeline")
