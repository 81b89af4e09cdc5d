"""How fast condgan trains: against the tutorials' loop, and against what the machine can do.

python -m benchmarks.throughput --data-root ../shared/data

``ratio``: images a second of condgan over those of the plain loop, with the same networks, batch, loss and data; the
median over interleaved portions, and their spread. ``limit_share``: the time that the step's own matrix products and
convolutions take alone, each at its own shape, over the time of the step. ``product_share``: the step's operations a
second, over those of a product of two 1024×1024 matrices.
"""

import argparse
import json
import platform
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

import condgan as cg
from benchmarks.plain_loop import PlainLoop
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer

CASES = ("cgan-mlp-small", "cdcgan-lsgan", "cdcgan-64", "house")
RESULTS = Path(__file__).parent / "results"
PORTIONS, SECONDS = 7, 3.0
"""Portions of each kind, in turn, and how long each is meant to take."""
HEAVY = ("convolution", "convolution_backward", "mm", "addmm", "bmm", "baddbmm")


class Heavy(TorchDispatchMode):
    """The matrix products and convolutions of what runs under it, by their arguments' shapes."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.examples: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.overloadpacket.__name__ in HEAVY:
            key = f"{func} {[_form(each) for each in args]}"
            self.calls[key] += 1
            self.examples.setdefault(key, (func, args, kwargs or {}))
        return func(*args, **(kwargs or {}))

    def seconds(self) -> float:
        """How long all of them take, each alone and warm."""
        found = 0.0
        with torch.no_grad():
            for key, (func, args, kwargs) in self.examples.items():
                found += self.calls[key] * fastest(lambda f=func, a=args, k=kwargs: f(*a, **k))
        return found


def _form(value: Any) -> Any:
    return (tuple(value.shape), value.stride()) if isinstance(value, torch.Tensor) else value


def fastest(run: Callable[[], Any], repeats: int = 7) -> float:
    """Seconds of the median of some runs."""
    run()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return median(times)


def product_rate(size: int = 1024) -> float:
    """Operations a second of a product of two square matrices."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / fastest(lambda: a @ b, 21)


def portion(step: Callable[[], Any], steps: int) -> float:
    """Seconds of so many steps."""
    began = time.perf_counter()
    for _ in range(steps):
        step()
    return time.perf_counter() - began


def case(preset: str, name: str, root: str) -> dict[str, Any]:
    """One preset on one data set."""
    made = cg.plan(name, preset=preset, data_root=root)
    ours = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    plain = PlainLoop(made.recipe, made.dataset)
    every = made.recipe.objective.every
    for step in (ours.step, plain.step):
        portion(step, 2 * every)
    steps = every * max(1, round(SECONDS / fastest(lambda: portion(ours.step, every), 3)))
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(PORTIONS):
        times["ours"].append(portion(ours.step, steps) / steps)
        times["plain"].append(portion(plain.step, steps) / steps)
    with FlopCounterMode(display=False) as flops, Heavy() as heavy:
        portion(ours.step, every)  # penalties come at some steps only
    ratios = sorted(p / o for o, p in zip(times["ours"], times["plain"], strict=True))
    second = median(times["ours"])
    return {
        "preset": preset,
        "data": name,
        "shape": str(made.dataset.shape),
        "batch": made.recipe.training.batch,
        "ratio": median(ratios),
        "ratio_spread": [ratios[0], ratios[-1]],
        "images_per_second": ours.images_a_step / second,
        "plain_images_per_second": ours.images_a_step / median(times["plain"]),
        "gflops": flops.get_total_flops() / every / second / 1e9,
        "limit_share": heavy.seconds() / every / second,
        "product_share": flops.get_total_flops() / every / second / product_rate(),
    }


def main() -> None:
    """Measure the cases named, print a line each, and keep them in results/latest.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="*", default=list(CASES))
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--data-root", default="")
    options = parser.parse_args()
    machine = {
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "capability": torch.backends.cpu.get_cpu_capability(),
        "product_gflops": product_rate() / 1e9,
    }
    rows = []
    RESULTS.mkdir(exist_ok=True)
    for preset in options.preset:
        rows.append(case(preset, options.data, options.data_root))
        print(json.dumps(rows[-1]), flush=True)
        (RESULTS / "latest.json").write_text(json.dumps({"machine": machine, "throughput": rows}, indent=2))


if __name__ == "__main__":
    main()
