"""How good the house default is: trained on named data, judged by CNNs trained on real images and on samples.

python -m benchmarks.quality fashion-mnist mnist --data-root ../shared/data
"""

import argparse
import json
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import condgan as cg
from condgan.core.batch import Shape, to_float
from condgan.core.seeds import key

SAMPLES = 10_000
RESULTS = Path(__file__).parent / "results"


def classifier(shape: Shape, classes: int, quick: bool) -> nn.Module:
    """A plain CNN of three convolutions for images of about 28 to 64 pixels.

    The quick one skips every other pixel at the first layer: for the judge, which sees many more images.
    """
    first = [nn.Conv2d(shape.channels, 32, 5, 2, 2), nn.ReLU()]
    if not quick:
        first = [nn.Conv2d(shape.channels, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(
        *first,
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(7),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(128 * 49, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, classes),
    ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def fit(images: Tensor, labels: Tensor, classes: int, steps: int, batch: int, quick: bool = False) -> nn.Module:
    """A classifier trained for so many steps (AdamW, one cycle)."""
    torch.manual_seed(key("classifier"))
    model = classifier(Shape(images.shape[1], tuple(images.shape[2:])), classes, quick)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    order = torch.cat([torch.randperm(len(images)) for _ in range(-(-steps * batch // len(images)))])
    for chosen in order[: steps * batch].split(batch):
        loss = F.cross_entropy(model(to_float(images[chosen])), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval()


@torch.no_grad()
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Share of images that a classifier puts into the class given."""
    judged = torch.cat([model(to_float(part)).argmax(1) for part in images.split(500)])
    return (judged == labels).float().mean().item()


def measure(name: str, root: str, images: int, out: Path) -> dict[str, float | str]:
    """Train the fitting preset on a data set (or take the run that is there) and judge it."""
    source = cg.data.find(name, root)
    train, test = source.load(), source.split("test").load()
    run = out / name.replace("/", "-")
    for snapshot in cg.train(source, images=images, out=run):
        print(snapshot, flush=True)
    last = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
    pipe = cg.Pipeline.from_pretrained(run)
    started = time.perf_counter()
    drawn = pipe(n=SAMPLES)
    rate = SAMPLES / (time.perf_counter() - started)
    samples, asked = torch.from_numpy(drawn.images).movedim(-1, 1).contiguous(), torch.from_numpy(drawn.labels)
    classes = len(train.schema.names)
    judge = fit(train.images, train.labels, classes, steps=1600, batch=256, quick=True)
    some = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:SAMPLES]
    useful = fit(samples, asked, classes, steps=900, batch=128)
    ceiling = fit(train.images[some], train.labels[some], classes, steps=900, batch=128)
    return {
        "data": name,
        "images": last["images"],
        "minutes": last["seconds"] / 60,
        "images_per_second": last["images"] / last["seconds"],
        "label_accuracy": accuracy(judge, samples, asked),
        "judge_on_real_test": accuracy(judge, test.images, test.labels),
        "usefulness": accuracy(useful, test.images, test.labels),
        "usefulness_of_real": accuracy(ceiling, test.images, test.labels),
        "samples_per_second": rate,
    }


def main() -> None:
    """Measure each data set named, print a line each and keep them all in results/quality.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="*", default=["mnist", "fashion-mnist"])
    parser.add_argument("--data-root", default="")
    parser.add_argument("--images", type=int, default=300_000)
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    rows = []
    for name in options.data:
        rows.append(measure(name, options.data_root, options.images, options.out))
        print(json.dumps(rows[-1]), flush=True)
        (RESULTS / "quality.json").write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
