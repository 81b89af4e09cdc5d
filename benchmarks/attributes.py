"""What attributes cost: a step of ``house`` with five fields, compared with one that has a label.

python -m benchmarks.attributes --data-root ../shared/data

CPU time of one thread, in turn; digits of MNIST, whose fields are made from their class: two categories, a yes or no, a
set and a number.
"""

import argparse
import time
from collections.abc import Callable

import torch

from benchmarks.results import keep, ratio
from condgan.conditions import Attributes, Condition
from condgan.core.schema import YES_NO, Column, Schema
from condgan.data import Dataset, find
from condgan.presets import house
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer

STEPS, REPEATS = 8, 15


def with_fields(digits: Dataset) -> Dataset:
    """Five fields of each digit."""
    ids = torch.as_tensor(digits.columns["label"])
    columns = {
        "digit": ids,
        "third": ids % 3,
        "even": (ids % 2 == 0).long(),
        "things": torch.stack([ids % 4 == 0, ids > 5, ids == 7], 1).float(),
        "ink": digits.target.flatten(1).float().mean(1),
    }
    schema = {
        "digit": Column("ids", digits.schema.columns["label"].names),
        "third": Column("ids", ("a", "b", "c")),
        "even": Column("ids", YES_NO),
        "things": Column("vectors", ("one", "two", "three"), width=3),
        "ink": Column("numbers"),
    }
    return Dataset(digits.target, columns, Schema(digits.schema.target, schema))


def trainer(dataset: Dataset, condition: Condition) -> Trainer:
    recipe = house().model_copy(update={"condition": condition}).resolve(dataset.schema, dataset.shape)
    return Trainer(recipe, dataset, accelerator("cpu", "fp32"))


def cpu_seconds(step: Callable[[], None]) -> float:
    began = time.process_time()
    for _ in range(STEPS):
        step()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--data-root", default="")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    digits = find(asked.data, asked.data_root).load()
    steps = {
        "label": trainer(digits, house().condition).step,
        "attributes": trainer(with_fields(digits), Condition(attributes=Attributes())).step,
    }
    times: dict[str, list[float]] = {name: [] for name in steps}
    for repeat in range(REPEATS + 1):
        for name, step in steps.items():
            took = cpu_seconds(step)
            if repeat:  # the first does not count
                times[name].append(took)
    found = ratio(times, "attributes", "label")
    print(found)
    keep("attributes", [{"steps": STEPS, "repeats": REPEATS, **found}])


if __name__ == "__main__":
    main()
