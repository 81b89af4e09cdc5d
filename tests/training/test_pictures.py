"""Training on pairs: what is learned, what is refused, and that it goes on to the bit."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import condgan as cg
from condgan.core.errors import DataError, SettingsError
from condgan.networks.pretrained import pretrained
from condgan.presets import PRESETS, get
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer
from tests.commands import run
from tests.networks.small import NETWORK
from tests.pairs import NAMES, ids
from tests.training.runs import state

PICTURED = [name for name in PRESETS if get(name).condition.spatial() and get(name).data.frames == "first"]


@pytest.mark.parametrize("name", PICTURED)
def test_every_preset_of_pictures_takes_a_step(name: str, beach: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"training": {"batch": 4, "precision": "fp32"}, "architecture": {"patch_channels": 8}}
    network = None
    if get(name).objective.weight("perceptual"):  # by a network that sees such small images
        settings["objective"], network = {"perceptual": {"weight": 10.0, "network": NETWORK}}, pretrained(NETWORK)
    data = beach if get(name).condition.reads else beach / "train" / "photo"
    made = cg.plan(data, preset=name, settings=settings)
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"), network)
    trainer.step()
    losses = trainer.report().losses
    assert all(np.isfinite(value) for value in losses.values())
    objective = made.recipe.objective
    paired = {"l1", "feature_matching", "perceptual"}
    assert paired & losses.keys() == {name for name in paired if objective.weight(name)}


@pytest.mark.usefixtures("quick")
def test_all_terms_of_pairs_reach_the_generator(beach: Path) -> None:
    settings = {
        "training": {"batch": 4, "precision": "fp32", "accumulate": 2},
        "objective": {"l1": 1, "feature_matching": 1, "diversity": 1, "r1": 1},
        "architecture": {"latent": 4, "channels": 8, "most_channels": 16, "patch_channels": 8, "patch_scales": 2},
        "augment": {"flip": True, "translation": 0.1},
    }
    settings["objective"]["perceptual"] = 1
    made = cg.plan(beach, preset="pix2pix", settings=settings)
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"), made.perceptual)
    trainer.step()
    assert {"perceptual", "l1", "feature_matching", "diversity", "r1", "generator"} <= trainer.report().losses.keys()


def test_it_learns_what_it_is_shown(beach: Path) -> None:
    """Some steps on few pairs bring images nearer to the truth than the mean image is."""
    settings = {
        "training": {"batch": 6, "precision": "fp32", "ema": 0},
        "architecture": {"channels": 16, "most_channels": 32, "patch_channels": 8, "dropout": 0.0},
        "augment": {"flip": False},
        "optimizer": {"lr": 2e-3},
    }
    made = cg.plan(beach, preset="pix2pix", settings=settings)
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    for _ in range(60):
        trainer.step()
    truth = made.dataset.target.float() / 127.5 - 1
    bundle = made.recipe.condition.targets(made.dataset.schema, made.dataset.whole)
    with torch.no_grad():
        generated = trainer.generator.eval()(torch.zeros(12, 0), bundle)
    assert (generated - truth).abs().mean() < 0.5 * (truth.mean(0) - truth).abs().mean()


def test_a_network_of_ones_own_is_the_perceptual_one(beach: Path, tmp_path: Path) -> None:
    settings = {
        "objective": {"perceptual": 2, "l1": 0},
        "architecture": {"channels": 8, "most_channels": 16, "patch_channels": 8},
        "training": {"images": 8, "batch": 4, "snapshots": 1, "precision": "fp32"},
    }
    made = cg.plan(beach, preset="pix2pix", settings=settings, perceptual=torch.nn.Identity())
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"), made.perceptual)
    other = Trainer(made.recipe.override({"objective": {"l1": 2, "perceptual": 0}}), made.dataset, trainer.engine)
    for each in (trainer, other):
        each.step()
    ours, theirs = trainer.report().losses, other.report().losses
    assert ours["perceptual"] == pytest.approx(theirs["l1"])  # of the image itself it is L1
    from tests.training.runs import train

    with pytest.raises(SettingsError, match="no network for a perceptual loss"):
        train(made.recipe, made.dataset, tmp_path / "run")


def test_a_pretrained_network_is_the_perceptual_one_by_its_name(beach: Path, tmp_path: Path) -> None:
    """Each position of its maps counts alike; the network is named in the pipeline, and is no part of a checkpoint."""
    settings = {
        "objective": {"perceptual": {"weight": 3, "network": NETWORK}},
        "architecture": {"channels": 8, "most_channels": 16, "patch_channels": 8},
        "training": {"images": 8, "batch": 4, "snapshots": 1, "precision": "fp32"},
    }
    made = cg.plan(beach, preset="pix2pix", settings=settings, out=tmp_path / "run")
    assert made.perceptual is not None
    images = torch.rand(2, 3, 12, 12) * 2 - 1
    maps = made.perceptual(images)
    for each, plain in zip(maps, pretrained(NETWORK)(images), strict=True):
        size = plain.square().mean(1, keepdim=True).sqrt()
        torch.testing.assert_close(each * size, plain, rtol=1e-2, atol=1e-3)
        assert bool(((each.square().mean(1)[size[:, 0] > 0.05] - 1).abs() < 1e-2).all())
    (snapshot,) = cg.train(beach, preset="pix2pix", settings=settings, out=tmp_path / "run")
    assert snapshot.pipeline.trained["networks"] == {pretrained(NETWORK).hash: NETWORK}
    assert not any("network" in key for key in snapshot.pipeline.generator.state_dict())


def test_a_run_on_pairs_goes_on_to_the_bit(beach: Path, tmp_path: Path) -> None:
    """Augmented, with dropout and a latent, in two sessions and in one."""
    settings = {
        "optimizer": {"decay": "none"},
        "objective": {"diversity": 1},
        "augment": {"flip": True, "translation": 0.1},
        "architecture": {"latent": 4, "channels": 8, "most_channels": 16, "patch_channels": 8},
        "training": {"batch": 4, "snapshots": 1},
    }
    for out, budgets in (("whole", (32,)), ("parts", (12, 32))):
        for images in budgets:
            words = {"preset": "pix2pix", "out": tmp_path / out, "images": images, "settings": settings}
            assert list(cg.train(beach, device="cpu", **words))
    assert state(tmp_path / "parts") == state(tmp_path / "whole")


GREY = {"parts": {"picture": {"of": "grey"}}}


@pytest.mark.parametrize(
    ("preset", "settings", "said"),
    [
        ("house", {"condition": GREY}, "the pictures would be ignored"),
        ("house", {"architecture": {"kind": "unet"}}, "makes pictures from pictures"),
        ("house", {"objective": {"l1": 1}}, "compares with a true image for each condition"),
        ("house", {"architecture": {"generator_injection": "spade"}}, "spade modulates by a picture"),
        ("pix2pix", {"augment": {"colour": 0.1}}, "changed alike"),
        ("pix2pix", {"augment": {"on": "both"}}, "changed alike"),
        ("pix2pix", {"objective": {"auxiliary": 1}}, "needs a condition to predict"),
        (
            "pix2pix",
            {"condition": {"label": {}}, "objective": {"auxiliary": 1}},
            "needs a discriminator with an auxiliary",
        ),
        ("spade", {"condition": "picture", "architecture": {"kind": "resnet"}}, "discriminator of patches"),
        ("spade", {"architecture": {"kind": "resnet", "generator_injection": "spade"}}, "discriminator of patches"),
        ("spade", {"condition": {"parts": {**GREY["parts"], "label": {}}}}, "the labels would be ignored"),
        ("pix2pix", {"condition": {"label": {}}}, "no column of classes called label"),
        ("pix2pix", {"architecture": {"dropout": 0}, "objective": {"diversity": 1}}, "generators with noise"),
        ("pix2pix", {"architecture": {"generator_injection": "spade"}}, "concat.*affine"),
        ("pix2pix", {"architecture": {"colour": "lab"}}, "[Ll]ab is for colour images from grey levels"),
        ("spade", {"architecture": {"style": True}}, "objective.style"),
        ("spade", {"objective": {"style": 1}}, "set architecture.style to true"),
    ],
)
def test_recipes_that_do_not_fit(preset: str, settings: dict[str, object], said: str, beach: Path) -> None:
    with pytest.raises(SettingsError, match=said):
        cg.plan(beach, preset=preset, settings=settings)


def test_ids_outside_the_list_stop_before_the_first_step(beach: Path, tmp_path: Path, capsys: object) -> None:
    home = Path(shutil.copytree(beach, tmp_path / "beach"))
    wrong = ids(3)
    wrong[2, 2] = 200
    Image.fromarray(wrong).save(home / "train" / "label" / "3.png")
    assert run("train", home, "--preset", "spade", "--out", tmp_path / "run") == 3
    said = capsys.readouterr().err  # type: ignore[attr-defined]
    assert "id 200 is out of range" in said and "3.png" in said and "0 to 2" in said
    assert not (tmp_path / "run").exists()


def test_pairs_that_are_nowhere() -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        cg.data.Pairs(path="/nowhere").load()


def test_a_run_shows_source_output_and_ground_truth(to_photo: Path) -> None:
    with Image.open(sorted((to_photo / "samples").glob("*.png"))[-1]) as sheet:
        assert sheet.width > 4 * 18 and sheet.height > 6 * 12
    config = json.loads((to_photo / "config.json").read_text())
    assert config["condition"]["parts"]["layout"]["names"] == list(NAMES) and "palette" not in config
    assert 'pipe(picture="PICTURE.png"' in (to_photo / "README.md").read_text()
