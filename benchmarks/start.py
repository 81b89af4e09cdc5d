"""How long condgan takes to begin: its help, its import, and the first step of a training, each in a new process.

python -m benchmarks.start
"""

import json
import subprocess
import sys
from statistics import median
from typing import Any

from benchmarks.results import keep, seconds

FIRST_STEP = """
import condgan as cg
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer
made = cg.plan("digits")
Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32")).step()
"""
PROCESSES = {
    "python": ["-c", ""],
    "condgan --help": ["-m", "condgan", "--help"],
    "import condgan": ["-c", "import condgan"],
    "import torch": ["-c", "import torch"],
    "first step on the digits": ["-c", FIRST_STEP],
}
REPEATS = 5


def measure(words: list[str]) -> dict[str, Any]:
    """Seconds of a new process: the median, the least and the greatest."""
    times = sorted(
        seconds(lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True))
        for _ in range(REPEATS)
    )
    return {"seconds": median(times), "least": times[0], "greatest": times[-1]}


def main() -> None:
    """Measure each and keep the rows."""
    rows = [{"what": name, **measure(words)} for name, words in PROCESSES.items()]
    for row in rows:
        print(json.dumps(row))
    keep("start", rows)


if __name__ == "__main__":
    main()
