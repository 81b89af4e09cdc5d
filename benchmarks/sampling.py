"""How fast a loaded pipeline draws: images a second, and how long the first images take.

python -m benchmarks.sampling runs/demo
"""

import argparse
import json
from typing import Any

from benchmarks.results import keep, seconds, typical
from condgan import Pipeline

BATCHES = (1, 16, 256)


def measure(run: str, batch: int) -> dict[str, Any]:
    """One size of a batch. The first call allocates; what follows does not."""
    loading = seconds(lambda: Pipeline.from_pretrained(run))
    pipeline = Pipeline.from_pretrained(run)
    first = seconds(lambda: pipeline(n=batch, batch=batch))
    later = typical(lambda: pipeline(n=batch, batch=batch), 15)
    return {"batch": batch, "load": loading, "first": first, "later": later, "images_per_second": batch / later}


def main() -> None:
    """Measure each batch and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run")
    run = parser.parse_args().run
    rows = [measure(run, batch) for batch in BATCHES]
    for row in rows:
        print(json.dumps(row))
    keep("sampling", rows)


if __name__ == "__main__":
    main()
