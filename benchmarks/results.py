"""How the benchmarks time, and where they keep what they found."""

import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch

RESULTS = Path(__file__).parent / "results"
LATEST = RESULTS / "latest.json"


def seconds(run: Callable[[], Any]) -> float:
    """How long it takes, once."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def steps(step: Callable[[], Any], count: int) -> Callable[[], Any]:
    """So many steps as one call."""
    return lambda: [step() for _ in range(count)]


def typical(run: Callable[[], Any], repeats: int = 7) -> float:
    """Seconds of the median of some runs, after one that does not count."""
    run()
    return median(seconds(run) for _ in range(repeats))


def interleaved(runs: dict[str, Callable[[], Any]], repeats: int) -> dict[str, list[float]]:
    """Seconds of several runs, in turn, so that what else the machine does falls on all of them alike."""
    for run in runs.values():
        run()
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            times[name].append(seconds(run))
    return times


def ratio(times: dict[str, list[float]], upper: str, lower: str) -> dict[str, float]:
    """The median ratio of two interleaved runs, and its least and greatest."""
    found = sorted(a / b for a, b in zip(times[upper], times[lower], strict=True))
    return {"ratio": median(found), "least": found[0], "greatest": found[-1]}


def product_rate(size: int = 1024) -> float:
    """Operations a second of a product of two square fp32 matrices."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / typical(lambda: a @ b, 21)


def keep(section: str, rows: list[dict[str, Any]]) -> None:
    """Write a section of ``results/latest.json``; the others stay. Each tells the machine that it was measured on."""
    RESULTS.mkdir(exist_ok=True)
    found = json.loads(LATEST.read_text()) if LATEST.exists() else {}
    machine = {
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "capability": torch.backends.cpu.get_cpu_capability(),
        "product_gflops": product_rate() / 1e9,
    }
    found[section] = {"machine": machine, "rows": rows}
    LATEST.write_text(json.dumps(found, indent=2))
