"""The defaults of the process that belong to the caller: inside condgan they are condgan's own, afterwards as before.

What torch makes without a word on its type or place depends on defaults that anyone may set: ``set_default_dtype``,
``set_default_device``, gradients that are switched off, autocast, and NumPy's treatment of errors. Results must not.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np
import torch

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


@contextmanager
def own_defaults() -> Iterator[None]:
    """float32 on the CPU, gradients on, no autocast, and NumPy's usual warnings; the caller's again at the end.

    Only what differs is set: a default device costs time at each call of torch.
    """
    dtype = torch.get_default_dtype()
    with ExitStack() as stack:
        stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        if dtype != torch.float32:
            stack.callback(torch.set_default_dtype, dtype)
            torch.set_default_dtype(torch.float32)
        if torch.get_default_device().type != "cpu":
            stack.enter_context(torch.device("cpu"))
        if torch.is_inference_mode_enabled():
            stack.enter_context(torch.inference_mode(False))
        if not torch.is_grad_enabled():
            stack.enter_context(torch.enable_grad())
        for device in ("cpu", "cuda", "mps"):
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        stack.enter_context(_outermost_autocast())
        yield


@contextmanager
def _outermost_autocast() -> Iterator[None]:
    """Autocast as if the caller had none: torch forgets the weights that it has brought to another precision only where
    the outermost autocast ends, and would go on with those of the first step."""
    levels = torch.autocast_increment_nesting() - 1
    torch.autocast_decrement_nesting()
    for _ in range(levels):
        torch.autocast_decrement_nesting()
    if levels:
        torch.clear_autocast_cache()
    try:
        yield
    finally:
        for _ in range(levels):
            torch.autocast_increment_nesting()


def with_own_defaults(function: Callable[P, R]) -> Callable[P, R]:
    """A function that people call, whatever defaults they have set."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        with own_defaults():
            return function(*args, **kwargs)

    return called


def step_by_step(steps: Generator[T, None, None]) -> Iterator[T]:
    """A generator each of whose steps is taken with condgan's defaults; between two of them the caller's are there."""
    try:
        while True:
            with own_defaults():
                try:
                    found = next(steps)
                except StopIteration:
                    return
            yield found
    finally:
        with own_defaults():
            steps.close()
