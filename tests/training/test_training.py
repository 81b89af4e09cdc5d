"""Training: every network × loss × conditioning method takes a step; the parts do what they say."""

import json
import signal
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from condgan import Pipeline, Recipe, Training
from condgan.conditions import Condition, Label
from condgan.core.errors import DistributedError, SettingsError
from condgan.core.output import Output
from condgan.data.augment import Augment
from condgan.data.dataset import Dataset
from condgan.losses import LOSSES, Objective
from condgan.networks import DCGAN, MLP, ResNet
from condgan.networks.base import DiscriminatorInjection, GeneratorInjection
from condgan.recipe import Optimizer
from condgan.training import session
from condgan.training.ema import EMA
from condgan.training.engine import accelerator, pick
from condgan.training.order import Order
from condgan.training.round import seen
from condgan.training.schedule import factor
from condgan.training.session import Session, Snapshot, snapshots_by
from condgan.training.trainer import Trainer
from tests.training.runs import LABEL, QUICK, train, two_tones

SMALL = [
    MLP(generator_widths=(16,), discriminator_widths=(16,)),
    DCGAN(channels=8, most_channels=8),
    ResNet(channels=8, least_channels=8, features=8),
]


def one_step(recipe: Recipe, engine: object, dataset: Dataset | None = None) -> dict[str, float]:
    dataset = dataset or two_tones()
    trainer = Trainer(recipe.resolve(dataset.schema, dataset.shape), dataset, engine)
    before = [p.clone() for p in (*trainer.generator.parameters(), *trainer.discriminator.parameters())]
    trainer.step()
    after = [*trainer.generator.parameters(), *trainer.discriminator.parameters()]
    assert sum(not torch.equal(a, b) for a, b in zip(before, after, strict=True)) > len(before) / 2
    assert all(p.isfinite().all() for p in after)
    return trainer.report().losses


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("architecture", SMALL, ids=lambda spec: spec.kind)
@pytest.mark.parametrize(
    "generator", [each for each in get_args(GeneratorInjection) if each not in ("spade", "attend")]
)
@pytest.mark.parametrize("discriminator", ["none", *get_args(DiscriminatorInjection)])
def test_every_network_loss_and_injection(
    loss: str, architecture: MLP | DCGAN | ResNet, generator: str, discriminator: str, engine: object
) -> None:
    auxiliary = discriminator in ("none", "proxy")
    recipe = Recipe(
        condition=LABEL,
        architecture=architecture.with_(generator_injection=generator, discriminator_injection=discriminator),
        objective=Objective(loss=loss, r1=0.1, r2=0.1, auxiliary=float(auxiliary)),
        training=Training(batch=4),
    )
    extra = {"auxiliary_discriminator", "auxiliary_generator"} if auxiliary else set()
    assert set(one_step(recipe, engine)) == {"discriminator", "generator", "r1", "r2"} | extra


EMBEDDED = Condition(label=Label(names=("dark", "light"), encoding="embedding", width=4))


@pytest.mark.parametrize("architecture", SMALL, ids=lambda spec: spec.kind)
@pytest.mark.parametrize(
    ("condition", "auxiliary"),
    [(EMBEDDED, 0.0), (EMBEDDED, 1.0), (Condition(), 0.0)],
    ids=["plain", "auxiliary", "none"],
)
def test_every_condition(
    architecture: MLP | DCGAN | ResNet, condition: Condition, auxiliary: float, engine: object
) -> None:
    architecture = architecture.with_(discriminator_injection=("projection",))
    objective = Objective(loss="wasserstein", gradient_penalty=10, auxiliary=auxiliary)
    recipe = Recipe(condition=condition, architecture=architecture, objective=objective, training=Training(batch=4))
    losses = one_step(recipe, engine)
    assert losses["gradient_penalty"] > 0 and ("auxiliary_discriminator" in losses) == bool(auxiliary)


def test_a_part_that_may_be_left_out_trains(engine: object) -> None:
    recipe = QUICK.override({"condition": {"label": {"dropout": 0.5}}})
    data = two_tones()
    trainer = Trainer(recipe.resolve(data.schema, data.shape), data, engine)
    known = torch.cat([trainer._load(torch.arange(64)).bundle["label.known"] for _ in range(10)])
    assert 0.4 < known.float().mean() < 0.6
    assert all(np.isfinite(value) for value in one_step(recipe, engine).values())


def test_the_gradient_is_that_of_each_sample() -> None:
    class Square(torch.nn.Module):
        def forward(self, x: torch.Tensor, y: dict[str, torch.Tensor]) -> Output:
            return Output(x.flatten(1).square().sum(1), None)

    x = torch.randn(3, 1, 2, 2)
    slope = seen(Square(), x, {}, gradient=True).slope
    torch.testing.assert_close(slope, 2 * x)
    assert slope.requires_grad


HOUSE_WAY = {"generator_injection": ("concat", "affine"), "discriminator_injection": ("projection",)}


@pytest.mark.parametrize(
    "architecture",
    [
        ResNet(latent=8, channels=16, features=32),
        MLP(latent=8, generator_widths=(32,), discriminator_widths=(32,), dropout=0.0, **HOUSE_WAY),
    ],
    ids=lambda spec: spec.kind,
)
def test_it_learns_what_is_requested(architecture: ResNet | MLP, tmp_path: Path) -> None:
    """After a few seconds, dark and light come out dark and light: the whole way from data to pipeline."""
    recipe = Recipe(
        architecture=architecture,
        objective=Objective(r1=1, r2=1),
        optimizer=Optimizer(lr=2e-3),
        training=Training(images=6_400, batch=32, snapshots=2, ema=500),
    )
    dataset = two_tones()
    taken = list(train(recipe, dataset, tmp_path / "run"))
    assert len(taken) == 2 and taken[-1].progress.images == 6_400
    pipe = Pipeline.from_pretrained(tmp_path / "run")
    dark, light = (pipe(name, n=50).images.mean() for name in ("dark", "light"))
    assert abs(dark - 20) < 15 and abs(light - 220) < 15
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert lines[-1]["images"] == 6_400 and all(np.isfinite(line["generator"]) for line in lines)
    for name in ("recipe.toml", "config.json", "model.safetensors", "README.md", "samples.gif", "losses.png"):
        assert (tmp_path / "run" / name).stat().st_size > 100
    assert len(list((tmp_path / "run" / "samples").glob("*.png"))) == 2


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return Pipeline.from_pretrained(folder).generator.state_dict()


def test_the_same_seed_gives_the_same_weights_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        list(train(QUICK.with_(seed=seed), two_tones(), tmp_path / name))
    a, b, c = (weights(tmp_path / name) for name in "abc")
    assert all(torch.equal(a[key], b[key]) for key in a)
    assert not all(torch.equal(a[key], c[key]) for key in a)


def test_the_same_call_resumes(tmp_path: Path) -> None:
    list(train(QUICK, two_tones(), tmp_path / "whole"))
    stopped = train(QUICK, two_tones(), tmp_path / "parts")
    assert next(stopped).progress.images == 32
    stopped.close()  # type: ignore[attr-defined]
    rest = list(train(QUICK, two_tones(), tmp_path / "parts"))
    assert [each.progress.images for each in rest] == [64, 96]
    whole, parts = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    assert not list(train(QUICK, two_tones(), tmp_path / "parts"))
    images = [json.loads(line)["images"] for line in (tmp_path / "parts" / "metrics.jsonl").read_text().splitlines()]
    assert images == list(range(8, 97, 8))


@pytest.mark.parametrize("budget", [{"images": 480}, {"minutes": 0.01}])
def test_the_log_of_a_long_run_stays_small(
    budget: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "REPORTS", 4)
    recipe = QUICK.override({"training": budget})
    list(train(recipe, two_tones(), tmp_path / "run"))
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert 3 <= len(lines) <= 3 + 4 + 1  # three snapshots have one each


def test_snapshots_of_a_night_thin_out() -> None:
    """The first picture of eight hours is there after five minutes, not after fifty; the last is that of the end."""
    night, short, images = Training(minutes=480), Training(minutes=60), Training(images=10_000_000)
    hours = [next(minute for minute in range(481) if snapshots_by(minute / 480, night) >= k) for k in range(1, 11)]
    assert hours == [5, 20, 44, 77, 120, 173, 236, 308, 389, 480]
    assert snapshots_by(0.09, night) == 3 and snapshots_by(1.0, night) == 10
    assert snapshots_by(0.09, short) == snapshots_by(0.09, images) == 0 and snapshots_by(0.1, short) == 1


def test_a_signal_while_a_snapshot_is_taken_takes_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Session._snapshot

    def snapshot(session: Session) -> Snapshot:
        if session.trainer.images == 32:
            signal.raise_signal(signal.SIGINT)
        return real(session)

    monkeypatch.setattr(Session, "_snapshot", snapshot)
    with pytest.raises(KeyboardInterrupt):
        list(train(QUICK, two_tones(), tmp_path / "run"))
    rest = list(train(QUICK, two_tones(), tmp_path / "run"))
    assert [each.progress.images for each in rest] == [64, 96]


def test_a_folder_of_another_recipe_or_other_files_is_left_alone(tmp_path: Path) -> None:
    list(train(QUICK, two_tones(), tmp_path / "run"))
    before = (tmp_path / "run" / "recipe.toml").read_text()
    with pytest.raises(SettingsError, match="optimizer.lr was 0.0002, now 0.1"):
        train(QUICK.override({"optimizer": {"lr": 0.1}}), two_tones(), tmp_path / "run")
    assert (tmp_path / "run" / "recipe.toml").read_text() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(SettingsError, match="holds other files"):
        train(QUICK, two_tones(), tmp_path / "mine")
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot write the run's folder"):
        train(QUICK, two_tones(), tmp_path / "file" / "run")


def test_a_batch_in_parts_has_the_gradient_of_the_whole(engine: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """With losses that are means over samples, and no randomness between the parts."""
    dataset = two_tones()
    found = []
    for parts in (1, 4):
        recipe = QUICK.override({"training": {"accumulate": parts}, "objective": {"loss": "least-squares"}})
        trainer = Trainer(recipe.resolve(dataset.schema, dataset.shape), dataset, engine)
        monkeypatch.setattr(torch, "randn", lambda *size, device: torch.zeros(size))
        parts = [partial(trainer._discriminator, rows, []) for rows in trainer._next_rows()]
        trainer._update("discriminator", parts)
        found.append([p.grad.clone() for p in trainer.discriminator.parameters()])
    for whole, summed in zip(*found, strict=True):
        torch.testing.assert_close(whole, summed, atol=1e-6, rtol=1e-4)


def test_several_discriminator_steps_count_their_images(engine: object) -> None:
    dataset = two_tones()
    recipe = QUICK.override({"training": {"discriminator_steps": 3}})
    trainer = Trainer(recipe.resolve(dataset.schema, dataset.shape), dataset, engine)
    trainer.step()
    assert trainer.images == 24 and trainer.report().rate > 0


def test_bf16_trains(engine: object) -> None:
    dataset = two_tones()
    trainer = Trainer(QUICK.resolve(dataset.schema, dataset.shape), dataset, accelerator("cpu", "bf16"))
    for _ in range(3):
        trainer.step()
    assert all(p.dtype == torch.float32 and p.isfinite().all() for p in trainer.generator.parameters())


@pytest.mark.parametrize("on", ["real", "both"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_augmented_images_train(on: str, channels: int, engine: object) -> None:
    augment = Augment(rotation=20, translation=0.2, flip=True, colour=0.2, on=on)
    losses = one_step(QUICK.model_copy(update={"augment": augment}), engine, two_tones(channels=channels))
    assert all(np.isfinite(value) for value in losses.values())


def test_augmentation_keeps_the_range_and_moves_pixels() -> None:
    images = torch.linspace(-1, 1, 2 * 3 * 16 * 16).view(2, 3, 16, 16)
    torch.manual_seed(0)
    changed = Augment(rotation=20, translation=0.2, flip=True, colour=0.3).apply(images)
    assert changed.shape == images.shape and changed.abs().max() <= 1 + 1e-5
    assert not torch.allclose(changed, images)
    assert Augment().apply(images) is images


def test_a_step_leaves_nothing_behind(engine: object) -> None:
    """Seeding torch as a whole would queue a call, with its stack, for each kind of device that is not in use."""
    trainer = Trainer(QUICK.resolve((data := two_tones()).schema, data.shape), data, engine)
    queues = [backend._queued_calls for backend in (torch.cuda, torch.xpu, torch.mtia)]
    trainer.step()
    before = list(map(len, queues))
    trainer.step()
    assert list(map(len, queues)) == before


def test_the_datas_order_is_a_shuffle_an_epoch() -> None:
    data = Order(10, 0)
    order = np.concatenate([data.indices(start, 4) for start in range(0, 20, 4)])
    assert sorted(order[:10]) == sorted(order[10:]) == list(range(10))
    assert list(order[:10]) != list(order[10:])
    assert np.array_equal(Order(10, 0).indices(12, 4), order[12:16])
    assert len(Order(3, 0).indices(1, 8)) == 8


def test_what_weighs_more_comes_oftener() -> None:
    order = Order(100, 3, torch.tensor([1.0] * 80 + [4.0] * 20)).indices(0, 300)
    counts = np.bincount(order, minlength=100)
    # 160 in all: an epoch of 100 has each of the first 0.625 times, each of the others 2.5 times
    assert counts[:80].sum() == pytest.approx(150, abs=3) and set(counts[80:]) <= {7, 8}
    assert not np.array_equal(order[:100], order[100:200])


def test_ema_has_the_half_life_that_is_set() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    ema = EMA(model, half_life=100)
    torch.nn.init.ones_(model.weight)
    for step in range(10):
        ema.update(batch=10, images=10_000 + 10 * step)
    assert ema.module.weight.item() == pytest.approx(0.5, abs=1e-5)
    (instant := EMA(model, 0)).update(10, 10)
    assert torch.equal(instant.module.weight, model.weight)


def test_schedules() -> None:
    assert factor(Optimizer(), 0, 0.7) == 1
    assert factor(Optimizer(warmup=100), 49, 0) == pytest.approx(0.5)
    assert [factor(Optimizer(decay="linear"), 1, share) for share in (0.2, 0.5, 0.75, 1)] == [1, 1, 0.5, 0]
    assert [round(factor(Optimizer(decay="cosine"), 1, share), 6) for share in (0, 0.5, 1)] == [1, 0.5, 0]


def test_one_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(DistributedError, match="several processes is not there yet") as error:
        accelerator("cpu")
    assert error.value.status == 8


def test_devices() -> None:
    assert pick("cpu") == "cpu" and pick("auto") in ("cpu", "cuda", "mps")
    with pytest.raises(SettingsError, match="unknown device 'tpu'"):
        pick("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(SettingsError, match="no cuda device here"):
            pick("cuda")
