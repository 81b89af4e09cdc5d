"""Pairs in, pictures out: training, translation of files of any size, and the report, as a stranger would ask."""

import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import condgan as cg
from condgan.cli import main
from condgan.core.batch import Batch
from condgan.core.errors import DataError, SettingsError
from condgan.evaluation import TranslationReport, extractor, translation
from condgan.presets import PRESETS, get
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer
from tests.conftest import picture
from tests.pairs import COLOURS, NAMES, ids, layout, make_pairs, photo
from tests.training.runs import state

SMALL = ["--images", "24", "--training.batch", "4", "--training.snapshots", "2", "--architecture.patch-channels", "8"]
UNET = [*SMALL, "--architecture.channels", "8", "--architecture.most-channels", "16"]


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(extractor, "LEAST_STEPS", 20)
    monkeypatch.setattr(extractor, "MOST_STEPS", 20)
    monkeypatch.setattr(translation, "STEPS", 150)


@pytest.fixture(scope="module")
def beach(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_pairs(tmp_path_factory.mktemp("data") / "beach", count=12)
    return make_pairs(home, "test", 6, first=50)


@pytest.fixture(scope="module")
def to_photo(beach: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that makes photos from layouts."""
    out = tmp_path_factory.mktemp("runs") / "spade"
    small = ["--architecture.channels", 16, "--architecture.least-channels", 8]
    assert run("train", beach, "--preset", "spade", "--out", out, *SMALL, *small) == 0
    return out


@pytest.fixture(scope="module")
def to_layout(beach: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that makes layouts from photos."""
    out = tmp_path_factory.mktemp("runs") / "back"
    assert run("train", beach, "--preset", "pix2pix", "--data.input", "photo", "--out", out, *UNET) == 0
    return out


@pytest.mark.parametrize("name", [name for name in PRESETS if get(name).condition.pictures])
def test_every_preset_of_pictures_takes_a_step(name: str, beach: Path, tmp_path: Path) -> None:
    made = cg.plan(
        beach if get(name).condition.paired else beach / "train" / "photo",
        preset=name,
        settings={"training": {"batch": 4, "precision": "fp32"}, "architecture": {"patch_channels": 8}},
    )
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    trainer.step()
    losses = trainer.report().losses
    assert all(np.isfinite(value) for value in losses.values())
    assert ("l1" in losses) == (made.recipe.objective.l1 > 0) or "feature_matching" in losses


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
    truth = made.dataset.images.float() / 127.5 - 1
    with torch.no_grad():
        made_up = trainer.generator.eval()(torch.zeros(12, 0), trainer.encoded)
    assert (made_up - truth).abs().mean() < 0.5 * (truth.mean(0) - truth).abs().mean()


def test_a_run_shows_input_output_and_truth(to_photo: Path) -> None:
    with Image.open(sorted((to_photo / "samples").glob("*.png"))[-1]) as sheet:
        assert sheet.width > 4 * 18 and sheet.height > 6 * 12
    config = json.loads((to_photo / "config.json").read_text())
    assert config["condition"]["names"] == list(NAMES) and "palette" not in config
    assert "pipe.translate" in (to_photo / "README.md").read_text()


def test_names_and_sizes_are_kept(to_photo: Path, tmp_path: Path) -> None:
    given = tmp_path / "given"
    (given / "more").mkdir(parents=True)
    sizes = {"a.png": (12, 18), "large.png": (40, 70), "more/small.png": (5, 9), "more/narrow.bmp": (30, 7)}
    for name, size in sizes.items():
        Image.fromarray(ids(1, (max(6, size[0]), max(6, size[1])))[: size[0], : size[1]]).save(given / name)
    assert run("translate", to_photo, given, "--out", tmp_path / "out") == 0
    for name, (height, width) in sizes.items():
        with Image.open(tmp_path / "out" / name) as image:
            assert image.size == (width, height) and image.mode == "RGB"


def test_a_file_the_standard_input_and_a_seed(to_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout(3).save(tmp_path / "a.png")

    class Input:
        buffer = io.BytesIO((tmp_path / "a.png").read_bytes())

    monkeypatch.setattr(sys, "stdin", Input)
    assert run("translate", to_photo, "-", "--out", tmp_path / "one") == 0
    assert run("translate", to_photo, tmp_path / "a.png", "--out", tmp_path / "two") == 0
    assert run("translate", to_photo, tmp_path / "a.png", "--out", tmp_path / "three", "--seed", 1) == 0
    one, two, three = (
        np.asarray(Image.open(tmp_path / name)) for name in ("one/stdin.png", "two/a.png", "three/a.png")
    )
    np.testing.assert_array_equal(one, two)
    assert (two != three).any()
    pipe = cg.Pipeline.from_pretrained(to_photo)
    np.save(tmp_path / "hot.npy", np.eye(3, dtype=np.uint8)[ids(3)])
    for same in (
        layout(3),
        ids(3),
        tmp_path / "hot.npy",
        str(tmp_path / "a.png"),
        tmp_path / "a.png",
        (tmp_path / "a.png").read_bytes(),
    ):
        np.testing.assert_array_equal(pipe.translate([same])[0], two)
    both = pipe.translate([layout(5), layout(3)], seeds=[7, 0])
    np.testing.assert_allclose(both[1].astype(int), two.astype(int), atol=1)  # a picture is made alone


def test_label_maps_come_out_as_label_maps(to_layout: Path, beach: Path, tmp_path: Path) -> None:
    assert run("translate", to_layout, beach / "test" / "photo", "--out", tmp_path / "out") == 0
    with Image.open(tmp_path / "out" / "50.png") as image:
        assert image.mode == "P" and image.size == (18, 12) and np.asarray(image).max() <= 2
        assert image.getpalette()[:9] == COLOURS.flatten().tolist()
    (painted,) = cg.Pipeline.from_pretrained(to_layout).translate([photo(50)])
    assert set(map(tuple, painted.reshape(-1, 3).tolist())) <= set(map(tuple, COLOURS.tolist()))


def test_what_cannot_be_translated_is_told_and_the_rest_is_made(
    to_photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    layout(1).save(given / "a.png")
    (given / "b.png").write_bytes(b"no image")
    Image.fromarray(np.full((12, 18), 7, np.uint8)).save(given / "c.png")
    assert run("translate", to_photo, given, "--out", tmp_path / "out") == 3
    said = capsys.readouterr()
    assert "2 of 3 pictures left out" in said.err and "b.png" in said.out and "id 7 is out of range" in said.out
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["a.png"]
    assert run("translate", to_photo, given, "--out", given) == 2
    assert run("translate", to_photo, tmp_path / "none", "--out", tmp_path / "out") == 3
    assert "among the pictures" in (err := capsys.readouterr().err) and "no such file or folder" in err
    assert run("translate", to_photo, given / "a.png", "--out", tmp_path / "one", "--seed", "-1") == 2
    shutil.copy(given / "a.png", given / "a.gif")
    assert run("translate", to_photo, given, "--out", tmp_path / "two") == 2
    assert "two pictures of one name" in capsys.readouterr().err and not (tmp_path / "two").exists()


def test_sixteen_bits_are_brought_to_eight(birds: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run("train", birds / "wren", "--preset", "colorize", "--out", out, *UNET) == 0
    pipe, grey = cg.Pipeline.from_pretrained(out), np.asarray(picture(5, mode="L"))
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    np.testing.assert_array_equal(pipe.translate([deep])[0], pipe.translate([grey])[0])


def test_labels_and_pictures_are_not_mistaken_for_each_other(to_photo: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(to_photo)
    with pytest.raises(SettingsError, match="translate"):
        pipe(["sky"])
    with pytest.raises(SettingsError, match="1 pictures but 2 seeds"):
        pipe.translate([layout(0)], seeds=[1, 2])


@pytest.mark.parametrize(
    ("preset", "settings", "said"),
    [
        ("house", {"condition": {"kind": "image", "of": "grey"}}, "the pictures would be ignored"),
        ("house", {"architecture": {"kind": "unet"}}, "makes pictures from pictures"),
        ("house", {"objective": {"l1": 1}}, "for pairs of pictures"),
        ("house", {"architecture": {"generator_injection": "spade"}}, "the labels would be ignored"),
        ("pix2pix", {"augment": {"colour": 0.1}}, "changed alike"),
        ("pix2pix", {"augment": {"on": "both"}}, "changed alike"),
        ("pix2pix", {"objective": {"auxiliary": 1}}, "of which pictures have none"),
        ("spade", {"condition": {"kind": "image"}, "architecture": {"kind": "resnet"}}, "would be ignored"),
        ("spade", {"architecture": {"kind": "resnet", "generator_injection": "spade"}}, "discriminator of patches"),
        ("spade", {"condition": {"kind": "joint", "of": "grey"}}, "the class beside the picture would be ignored"),
        ("pix2pix", {"condition": {"kind": "joint"}}, "pairs bring no labels"),
        ("pix2pix", {"architecture": {"dropout": 0}, "objective": {"diversity": 1}}, "generators with noise"),
        ("pix2pix", {"architecture": {"generator_injection": "spade"}}, "concat.*affine"),
    ],
)
def test_recipes_that_do_not_fit(preset: str, settings: dict[str, dict[str, object]], said: str, beach: Path) -> None:
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


@pytest.mark.parametrize("labelled", [True, False])
def test_any_folder_of_photos_can_be_coloured(labelled: bool, birds: Path, tmp_path: Path) -> None:
    folder = birds if labelled else birds / "wren"
    out = tmp_path / "run"
    assert run("train", folder, "--preset", "colorize", "--data.holdout", "0.34", "--out", out, *UNET) == 0
    picture(77, (30, 20), "L").save(tmp_path / "grey.png")
    assert run("translate", out, tmp_path / "grey.png", "--out", tmp_path / "out") == 0
    with Image.open(tmp_path / "out" / "grey.png") as image:
        assert image.size == (20, 30) and image.mode == "RGB"


@pytest.mark.usefixtures("quick")
def test_a_class_beside_the_picture(birds: Path, tmp_path: Path) -> None:
    """The wren's colours and the robin's, from one grey picture."""
    joint = ("--condition.kind", "joint", "--condition.of", "grey")
    out = tmp_path / "run"
    assert run("train", birds, "--preset", "colorize", *joint, "--out", out, *UNET) == 0
    picture(77, mode="L").save(tmp_path / "grey.png")
    words = ("translate", out, tmp_path / "grey.png", "--out")
    assert run(*words, tmp_path / "wren", "--label", "wren") == run(*words, tmp_path / "robin", "--label", "robin") == 0
    assert (tmp_path / "wren" / "grey.png").read_bytes() != (tmp_path / "robin" / "grey.png").read_bytes()
    assert run(*words, tmp_path / "none") == 2
    found = cg.evaluate(out, birds, repeats=2)
    assert set(found.report.trivial) == {"grey", "the mean colour"}
    assert 'label="robin"' in (out / "README.md").read_text()


def test_the_style_of_an_example(beach: Path, to_photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ("--architecture.channels", 16, "--architecture.least-channels", 8, "--architecture.style", "true")
    assert run("train", beach, "--preset", "spade", "--out", out, *SMALL, *words) == 0
    last = json.loads((out / "metrics.jsonl").read_text().splitlines()[-1])
    assert last["style"] >= 0
    picture(1, (50, 20)).save(tmp_path / "one.png")
    Image.new("RGB", (18, 12), "white").save(tmp_path / "other.png")
    made = {}
    for like in ("one", "other"):
        words = ("translate", out, beach / "test" / "label" / "50.png", "--like", tmp_path / f"{like}.png")
        assert run(*words, "--out", tmp_path / like) == 0
        made[like] = (tmp_path / like / "50.png").read_bytes()
    assert made["one"] != made["other"]
    assert run("translate", to_photo, beach / "test" / "label", "--like", tmp_path / "one.png", "--out", out / "x") == 2


@pytest.mark.usefixtures("quick")
def test_the_report(to_photo: Path, beach: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", to_photo, beach, "--repeats", 2, "--out", tmp_path / "report") == 0
    assert "mean IoU" in capsys.readouterr().out
    report = TranslationReport.model_validate_json((tmp_path / "report" / "report.json").read_bytes())
    assert report.layouts is not None and report.layouts.real_pixel_accuracy > 0.9
    assert 0 < report.layouts.pixel_accuracy.value < report.layouts.real_pixel_accuracy
    assert set(report.trivial) == {"the mean image"} and report.protocol.n == 6
    page = (tmp_path / "report" / "index.html").read_text()
    assert all(sentence.split("(")[0][:30] in page for sentence in report.verdict)
    assert "data:image/png" in page


def test_the_published_schema() -> None:
    published = json.loads((Path(__file__).parents[1] / "docs" / "translation.schema.json").read_text())
    assert published == TranslationReport.model_json_schema()


class Knows(torch.nn.Module):
    """Makes the true photo of each layout, or with a share of noise of its own."""

    def __init__(self, noise: float = 0.0) -> None:
        super().__init__()
        self.noise = torch.nn.Parameter(torch.tensor(noise))

    def forward(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        images = torch.from_numpy(COLOURS[y[:, 0].numpy()]).movedim(-1, 1).float() / 127.5 - 1
        return (images + self.noise * z[:, :1, None, None]).clamp(-1, 1)


@pytest.mark.usefixtures("quick")
def test_a_report_on_one_that_knows_the_answer(to_photo: Path, beach: Path) -> None:
    """It is nearer to the truth than the mean image, obeys as real photos do, and varies only where it was made to."""
    pipe = cg.Pipeline.from_pretrained(to_photo)
    source = cg.data.Pairs(path=str(beach))
    pipe.generator = Knows()
    sure = cg.evaluate(pipe, source, repeats=2).report
    assert sure.likeness.l1.value < 0.06 < sure.trivial["the mean image"].l1.value
    assert sure.layouts.pixel_accuracy.value > 0.9 and sure.variety.value == 0
    assert "less than the mean image" in sure.verdict[0] and "hardly any difference" in sure.verdict[2]
    pipe.generator = Knows(0.3)
    varied = cg.evaluate(pipe, source, repeats=2).report
    assert varied.variety.value > 0.02 and "gives several images" in varied.verdict[2]


@pytest.mark.usefixtures("quick")
def test_a_report_on_other_pairs_is_refused(to_photo: Path, beach: Path, tmp_path: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(to_photo)
    with pytest.raises(SettingsError, match="no label maps"):
        cg.evaluate(pipe, cg.data.Pairs(path=str(beach), input="photo"), repeats=2)
    with pytest.raises(DataError, match="too few"):
        cg.evaluate(pipe, make_pairs(tmp_path / "few", count=5), repeats=2)
    with pytest.raises(SettingsError, match="repeats"):
        cg.evaluate(pipe, cg.data.Pairs(path=str(beach)), repeats=1)


@pytest.mark.usefixtures("quick")
def test_the_trivial_answers_of_colouring(beach: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ("--preset", "colorize", "--data.holdout", "0.34", "--out", out, *UNET)
    assert run("train", beach / "train" / "photo", *words) == 0
    found = cg.evaluate(out, beach / "train" / "photo", repeats=2)
    report = found.report
    assert set(report.trivial) == set(report.colours.trivial) == {"grey", "the mean colour"}
    assert report.trivial["the mean colour"].l1.value < report.trivial["grey"].l1.value
    assert report.colours.real < report.colours.trivial["grey"]
    assert report.layouts is None and "Neither side is of label maps" in report.verdict[1]


def test_a_network_of_ones_own_perceives(beach: Path, tmp_path: Path) -> None:
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
    from condgan.training import loop

    with pytest.raises(SettingsError, match="no network to perceive with"):
        loop.train(made.recipe, made.dataset, tmp_path / "run")


def test_a_run_on_pairs_goes_on_to_the_bit(beach: Path, tmp_path: Path) -> None:
    """Augmented, with dropout and a latent, in two sittings and in one."""
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


def test_a_batch_of_pairs() -> None:
    assert Batch(torch.zeros(1), torch.zeros(1)).inputs is None
    with pytest.raises(DataError):
        cg.data.Pairs(path="/nowhere").load()
