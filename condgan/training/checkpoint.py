"""The state of a run on disk: tensors in safetensors, the rest in JSON; no pickle is written or read."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

Stateful = nn.Module | torch.optim.Optimizer


def save(folder: Path, step: int, objects: Mapping[str, Stateful], counters: Mapping[str, Any]) -> None:
    """Write a checkpoint beside the last one, then make it the latest; the one before is removed at the end."""
    folder.mkdir(exist_ok=True)
    place, draft = folder / f"step-{step}", folder / f"step-{step}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    tensors = {
        f"{name}/{key}": value.detach().contiguous().cpu()
        for name, thing in objects.items()
        for key, value in tensors_of(thing).items()
    }
    save_file(tensors, draft / "state.safetensors")
    (draft / "state.json").write_text(json.dumps(dict(counters)))
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)
    pointer = folder / "latest.tmp"
    pointer.write_text(place.name)
    pointer.replace(folder / "latest")
    for old in folder.glob("step-*"):
        if old != place:
            shutil.rmtree(old)


def restore(folder: Path, objects: Mapping[str, Stateful]) -> dict[str, Any] | None:
    """Load the latest checkpoint into the objects and return its counters; ``None`` where there is none."""
    pointer = folder / "latest"
    if not pointer.exists():
        return None
    place = folder / pointer.read_text().strip()
    tensors = load_file(place / "state.safetensors")
    for name, thing in objects.items():
        prefix = f"{name}/"
        mine = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        put_tensors(thing, mine)
    return json.loads((place / "state.json").read_text())


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
