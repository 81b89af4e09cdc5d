"""The state of a run as bytes: tensors in safetensors, the rest in JSON; no pickle is written or read."""

import json
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
import torch
from pydantic import Field, NonNegativeFloat, NonNegativeInt
from safetensors import SafetensorError
from torch import Tensor, nn

from condgan.core.errors import CheckpointError
from condgan.core.spec import Spec
from condgan.pipeline.parents import Parents
from condgan.training import store

Stateful = nn.Module | torch.optim.Optimizer


class Counters(Spec):
    """All of a run's state that is not a tensor. Randomness and the data's order have none: both are keyed."""

    steps: NonNegativeInt
    images: NonNegativeInt
    seconds: NonNegativeFloat
    rollbacks: tuple[str, ...] = ()
    """Why the run went back to a checkpoint, each time. Each time the noise changes and the learning rate is halved."""
    best: float | None = None
    """The shortest distance that the monitor measured."""
    origin: str | None = None
    """The sums of the checkpoint from which the run was asked to go on, where it was."""
    parents: Parents = ()
    """The generators from whose weights the run started, the newest first."""
    networks: dict[str, str] = Field(default_factory=dict)
    """The frozen networks that train it: their names by the hashes of their weights."""
    inherited: dict[str, str] = Field(default_factory=dict)
    """Those that trained its parents."""
    sums: dict[str, float] = Field(default_factory=dict)
    """Of each term since the last report."""
    counts: dict[str, int] = Field(default_factory=dict)
    reported: tuple[int, float] = (0, 0.0)
    """Images and seconds at the last report."""


TENSORS, COUNTERS = "state.safetensors", "state.json"


def pack(objects: Mapping[str, Stateful], counters: Counters) -> dict[str, bytes]:
    """The files of a checkpoint."""
    tensors = {
        f"{name}/{key}": value.detach().contiguous().cpu()
        for name, thing in objects.items()
        for key, value in tensors_of(thing).items()
    }
    return {TENSORS: safetensors.torch.save(tensors), COUNTERS: json.dumps(counters.plain()).encode()}


def restore(place: Path, objects: Mapping[str, Stateful]) -> Counters:
    """Load a checkpoint into the objects and return its counters.

    Raises:
        CheckpointError: it is damaged (nothing is changed then), or holds the state of other networks.
    """
    try:
        tensors, counters = read(place)
        for name, thing in objects.items():
            put_tensors(thing, tensors.get(name, {}))
        return counters
    except (SafetensorError, ValueError, TypeError, LookupError, AttributeError, RuntimeError) as error:
        raise CheckpointError(
            "checkpoint of other networks",
            where=place,
            do=f"use the recipe that it was made with ({(str(error).splitlines() or [type(error).__name__])[0]})",
        ) from None


def read(place: Path) -> tuple[dict[str, dict[str, Tensor]], Counters]:
    """The tensors of each object of a checkpoint, and its counters.

    Raises:
        CheckpointError: it is damaged.
        SafetensorError, ValueError: its files are whole and their content is not that of a checkpoint.
    """
    files = store.load(place, (TENSORS, COUNTERS))
    tensors: dict[str, dict[str, Tensor]] = {}
    for key, value in safetensors.torch.load(files[TENSORS]).items():
        name, _, rest = key.partition("/")
        tensors.setdefault(name, {})[rest] = value
    return tensors, Counters.model_validate(json.loads(files[COUNTERS]))


def counters(place: Path) -> Counters:
    """The counters of a checkpoint alone.

    Raises:
        CheckpointError: it is damaged.
    """
    try:
        return Counters.model_validate(json.loads(store.load(place, (TENSORS, COUNTERS))[COUNTERS]))
    except (ValueError, RecursionError):
        raise store.damaged(place / COUNTERS, "not the counters of a run") from None


def tensors_of(thing: Stateful) -> dict[str, Tensor]:
    """All the tensors that make up the state of a module or an optimiser."""
    if isinstance(thing, nn.Module):
        return thing.state_dict()
    return {
        f"{index}/{key}": value for index, entry in thing.state_dict()["state"].items() for key, value in entry.items()
    }


def put_tensors(thing: Stateful, tensors: Mapping[str, Tensor]) -> None:
    """The inverse of ``tensors_of``. Hyperparameters of an optimiser come from the recipe, not from the state."""
    if isinstance(thing, nn.Module):
        thing.load_state_dict(dict(tensors))
        return
    parameters = [parameter for group in thing.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, key = name.split("/")
        like = parameters[int(index)]
        if value.shape == like.shape:
            # fused kernels walk memory: moments must lie as their weights do, channels last or not
            value = torch.empty_like(like).copy_(value)
        state.setdefault(int(index), {})[key] = value
    thing.load_state_dict({"state": state, "param_groups": thing.state_dict()["param_groups"]})
