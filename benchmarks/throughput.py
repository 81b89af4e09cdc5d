"""How fast condgan trains: against the tutorials' loop, and against what the machine can do.

python -m benchmarks.throughput --data-root ../shared/data

``ratio``: images a second of condgan over those of the plain loop, with the same networks, batch, loss and data; the
median over interleaved portions, and their spread. ``limit_share``: the time that the step's own matrix products and
convolutions take alone, each at its own shape, over the time of the step. ``product_share``: the step's operations a
second, over those of a product of two 1024×1024 matrices, measured in turn with it. ``data_and_logging``: what it takes
to gather a batch and, every so many steps, to write a report, over the time of the step.
"""

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

import condgan as cg
from benchmarks.plain_loop import Labelled, PlainLoop
from benchmarks.results import interleaved, keep, ratio, steps, typical
from condgan.training.engine import accelerator
from condgan.training.log import Log
from condgan.training.session import EVERY
from condgan.training.trainer import Trainer

CASES = ("cgan-mlp-small", "cdcgan-lsgan", "cdcgan-64", "house")
PORTIONS, SECONDS = 7, 3.0
"""Portions of each kind, in turn, and how long each is meant to take."""
SIDE, PRODUCTS = 1_024, 50
HEAVY = ("convolution", "convolution_backward", "mm", "addmm", "bmm", "baddbmm")


class Heavy(TorchDispatchMode):
    """The matrix products and convolutions of what runs under it, by their arguments' shapes.

    PyTorch's own ``FlopCounterMode`` follows modules by hooks, which a gradient's gradient does not allow.
    """

    def __init__(self) -> None:
        super().__init__()
        self.flops = 0
        self.calls: Counter[str] = Counter()
        self.examples: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if func.overloadpacket.__name__ in HEAVY:
            self.flops += flop_registry[func.overloadpacket](*args, **(kwargs or {}), out_val=out)
            key = f"{func} {[_form(each) for each in args]}"
            self.calls[key] += 1
            self.examples.setdefault(key, (func, args, kwargs or {}))
        return out

    def seconds(self) -> float:
        """How long all of them take, each alone and warm."""
        found = 0.0
        with torch.no_grad():
            for key, (func, args, kwargs) in self.examples.items():
                found += self.calls[key] * typical(lambda f=func, a=args, k=kwargs: f(*a, **k))
        return found


def _form(value: Any) -> Any:
    return (tuple(value.shape), value.stride()) if isinstance(value, torch.Tensor) else value


def logging(trainer: Trainer) -> float:
    """Seconds that a report takes."""
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder), False, 0)
        return typical(lambda: log.write(trainer.report()), 51)


def case(preset: str, name: str, root: str) -> dict[str, Any]:
    """One preset on one data set."""
    made = cg.plan(name, preset=preset, data_root=root)
    ours = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    plain = PlainLoop(made.recipe, Labelled(made.dataset), made.dataset.shape)
    every = made.recipe.objective.every  # penalties come at some steps only
    portion = every * max(1, round(SECONDS / typical(steps(ours.step, every), 3)))
    left, right = torch.randn(2, SIDE, SIDE)
    runs = {"ours": steps(ours.step, portion), "plain": steps(plain.step, portion)}
    times = interleaved({**runs, "product": steps(lambda: left @ right, PRODUCTS)}, PORTIONS)
    with Heavy() as heavy:
        steps(ours.step, every)()
    step = median(times["ours"]) / portion
    rate = heavy.flops / every / step
    return {
        "preset": preset,
        "data": name,
        "shape": str(made.dataset.shape),
        "batch": made.recipe.training.batch,
        **ratio(times, "plain", "ours"),
        "images_per_second": ours.images_a_step / step,
        "plain_images_per_second": ours.images_a_step * portion / median(times["plain"]),
        "gflops": rate / 1e9,
        "limit_share": heavy.seconds() / every / step,
        "product_share": rate * median(times["product"]) / (PRODUCTS * 2 * SIDE**3),
        "data_and_logging": (
            typical(lambda: [ours._load(rows) for rows in ours._next_rows()], 51) + logging(ours) / EVERY
        )
        / step,
    }


def main() -> None:
    """Measure the cases named, print a line each, and keep them in results/latest.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="*", default=list(CASES))
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--data-root", default="")
    options = parser.parse_args()
    rows = []
    for preset in options.preset:
        rows.append(case(preset, options.data, options.data_root))
        print(json.dumps(rows[-1]), flush=True)
        keep("throughput", rows)


if __name__ == "__main__":
    main()
