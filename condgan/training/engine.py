"""Devices and precision, by accelerate."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

import torch

from condgan.core.errors import DistributedError, SettingsError

if TYPE_CHECKING:
    from accelerate import Accelerator


def accelerator(device: str = "auto", precision: Literal["auto", "fp32", "bf16"] = "auto") -> Accelerator:
    """The engine for a device and a precision.

    Raises:
        SettingsError: the device is not one, or is not there.
        DistributedError: this is one of several processes, which would write into one folder.
    """
    if int(os.environ.get("WORLD_SIZE") or 1) > 1:
        raise DistributedError(
            "training in several processes is not there yet",
            where="WORLD_SIZE",
            do="start a single one",
        )
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    chosen = pick(device)
    if not torch.distributed.is_initialized():
        # accelerate keeps one state a process; another run in it may want another device or precision
        AcceleratorState._reset_state(reset_partial_state=True)
    if precision == "auto":
        precision = "bf16" if gains_from_bf16(chosen) else "fp32"
    return Accelerator(cpu=chosen == "cpu", mixed_precision="bf16" if precision == "bf16" else "no")


def pick(device: str) -> str:
    """``cpu``, ``cuda`` or ``mps``; ``auto`` takes the fastest there is.

    Raises:
        SettingsError: the device is not one of these, or is not there.
    """
    device = str(device)  # also of torch.device
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(name for name, is_there in there.items() if is_there)
    if device not in there:
        raise SettingsError(f"unknown device {device!r}", where="--device", do="use auto, cpu, cuda or mps")
    if not there[device]:
        raise SettingsError(f"no {device} device here", where="--device", do="leave it out, or use cpu")
    return device


def gains_from_bf16(device: str) -> bool:
    """Whether bf16 computes faster than fp32 there; on a CPU that takes matrix units (AMX): vector units alone lose."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    return device == "cpu" and torch.cpu._is_amx_tile_supported()
