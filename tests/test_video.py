"""Clips from the command line: trained, sampled, saved in every form, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import condgan as cg
from condgan.core.errors import SettingsError
from condgan.data import find
from condgan.gallery import Samples
from condgan.pipeline.clips import with_motion
from condgan.training import monitor
from tests.clips import WAYS, clip, folder
from tests.commands import run

SMALL = ["--images", "32", "--training.batch", "8", "--training.snapshots", "2", "--architecture.channels", "8"]


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Snapshots that look at few samples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "GENERATED", 60)
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("video")
    folder(home / "clips", each=16)
    assert run("train", home / "clips", "--preset", "video", "--out", home / "run", *SMALL) == 0
    return home / "run"


@pytest.fixture(scope="module")
def pipe(trained: Path) -> cg.Pipeline:
    return cg.Pipeline.from_pretrained(trained)


def test_the_run_is_of_clips(trained: Path, pipe: cg.Pipeline) -> None:
    assert pipe.shape == (3, (6, 12, 12)) and pipe.reading.rate == pytest.approx(10)
    with Image.open(sorted((trained / "samples").glob("*.png"))[-1]) as sheet:
        assert sheet.width > 6 * 56
    card = (trained / "README.md").read_text()
    assert "12×12 colour clips of 6 frames" in card and "![Samples](film.webp)" in card
    with Image.open(trained / "film.webp") as film:
        assert film.n_frames == 6  # type: ignore[attr-defined]
    report = json.loads((trained / "metrics.jsonl").read_text().splitlines()[-1])
    assert 0 <= report["motion"] < 50


def test_a_call_gives_clips(pipe: cg.Pipeline) -> None:
    samples = pipe("down", seeds=[1, 2])
    assert samples.images.shape == (2, 6, 12, 12, 3) and samples.rate == pytest.approx(10)
    np.testing.assert_array_equal(pipe("down", seeds=[2]).images[0], samples.images[1])
    assert pipe("down", seeds=[1], frames=9).images.shape[1] == 9
    np.testing.assert_array_equal(pipe("down", seeds=[1], frames=4).images, samples.images[:1, :4])
    long = pipe("down", seeds=[1], frames=12).images[0]
    np.testing.assert_allclose(long[6:].astype(int), long[:6], atol=1)


def test_a_loop_ends_where_it_begins(pipe: cg.Pipeline) -> None:
    """So many frames are evenly over whole rounds: the frame after the last one would be the first."""
    loop = pipe("down", seeds=[1], frames=9, loop=True).images[0]
    round_trip = pipe("down", seeds=[1], frames=12).images[0]
    assert len(loop) == 9
    np.testing.assert_allclose(loop[::3].astype(int), round_trip[[0, 4, 8]], atol=1)
    np.testing.assert_array_equal(pipe("down", seeds=[1], loop=True).images, pipe("down", seeds=[1]).images)


def test_motion_has_seeds_of_its_own(pipe: cg.Pipeline) -> None:
    own = pipe("down", seeds=[5, 5], motion=[5, 6]).images
    np.testing.assert_array_equal(own[0], pipe("down", seeds=[5]).images[0])
    assert (own[0] != own[1]).any()
    latents = with_motion(pipe.architecture, pipe.noise([5]), 6)
    content = pipe.architecture.noise - pipe.architecture.motion_noise
    assert bool((latents[:, :content] == pipe.noise([5])[:, :content]).all())
    assert bool((latents[:, content:] == pipe.noise([6])[:, content:]).all())


@pytest.mark.parametrize("out", ["x.webp", "x.gif", "x.apng", "x.mp4", "x.png", "x.pdf", "x.npz", "x.parquet", "x/"])
def test_every_form(trained: Path, out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sample", trained, "--where", "label=down|right", "--seeds", "0-1", "--out", f"{tmp_path}/{out}") == 0
    assert "2 clips in" in capsys.readouterr().out
    if out in ("x.webp", "x.gif", "x.apng"):
        with Image.open(tmp_path / out) as found:
            assert found.n_frames == 6 and found.width > 2 * 56  # type: ignore[attr-defined]


@pytest.mark.parametrize("out", ["x.npz", "x.parquet", "x/"])
def test_saved_clips_can_be_read_back_as_data(pipe: cg.Pipeline, out: str, tmp_path: Path) -> None:
    samples = pipe(n=4)
    samples.save(f"{tmp_path}/{out}")
    dataset = find(str(tmp_path / out)).with_(frames="clip").load()
    np.testing.assert_array_equal(dataset.target.movedim(1, -1), samples.images)
    assert dataset.schema.columns["label"].names == WAYS
    assert dataset.schema.target.reading.rate == pytest.approx(10)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("out", ["x.npz", "x.parquet", "x/"])
def test_clips_come_back_with_all_frames_and_channels(channels: int, out: str, tmp_path: Path) -> None:
    """Also where frames are the same, which files hold once, or all of them are."""
    images = np.random.default_rng(0).integers(0, 256, (4, 6, 12, 12, channels), np.uint8)
    images[..., 3:] |= 1  # what cannot be seen at all has no colour
    images[0, 2:5] = images[0, 1]
    images[1] = images[1, :1]
    samples = Samples(images, {"label": ["a", "b", "a", "b"]}, np.arange(4), {"label": ("a", "b")}, rate=8.0)
    samples.save(f"{tmp_path}/{out}")
    dataset = find(str(tmp_path / out)).with_(frames="clip").load()
    np.testing.assert_array_equal(dataset.target.movedim(1, -1), images)
    assert dataset.schema.target.reading.rate == pytest.approx(8) and dataset.columns["label"].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"frames": 0}, "0 frames"),
        ({"frames": "many"}, "no whole number"),
        ({"motion": -1}, "seed out of range"),
    ],
)
def test_what_is_refused(pipe: cg.Pipeline, words: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        pipe("down", seeds=[1], **words)


def test_the_same_command_goes_on(trained: Path, tmp_path: Path) -> None:
    """To the bit."""
    data = trained.parent / "clips"
    words = ["train", data, "--preset", "video", *SMALL]
    assert run(*words, "--training.checkpoint-images", "16", "--out", tmp_path / "whole") == 0
    rest = ["--training.checkpoint-images", "16", "--out", tmp_path / "parts"]
    for snapshot in cg.train(data, preset="video", out=tmp_path / "parts", images=32, settings=settings()):
        assert snapshot.progress.images == 16
        break
    assert run(*words, *rest) == 0
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "parts"))
    assert one == other


def settings() -> dict[str, Any]:
    training = {"batch": 8, "snapshots": 2, "checkpoint_images": 16}
    return {"training": training, "architecture": {"channels": 8}}


@pytest.fixture(scope="module")
def animated(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generator that goes on from a first frame."""
    out = tmp_path_factory.mktemp("animate") / "run"
    assert run("train", trained.parent / "clips", "--preset", "animate", "--out", out, *SMALL) == 0
    return out


def test_a_clip_goes_on_from_a_first_frame(animated: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At first most of it is the given frame; what is of another size is brought to that of the training, and told."""
    Image.fromarray(clip("down", 2)[0]).save(tmp_path / "first.png")
    words = ["--first", tmp_path / "first.png", "--where", "label=right", "--seeds", "0-1"]
    assert run("sample", animated, *words, "--frames", "9", "--out", tmp_path / "x.npz") == 0
    with np.load(tmp_path / "x.npz") as found:
        assert found["images"].shape == (2, 9, 12, 12, 3) and found["label"].tolist() == [1, 1]
        near = np.abs(found["images"][0, 0].astype(int) - clip("down", 2)[0]).mean()
        assert near < np.abs(found["images"][0, 0].astype(int) - clip("right", 5)[3]).mean()
    assert not caplog.messages
    pipe = cg.Pipeline.from_pretrained(animated)
    large = Image.fromarray(clip("down", 2)[0]).resize((30, 24))
    assert pipe(first=large, label="down", seeds=[1]).images.shape == (1, 6, 12, 12, 3)
    assert "pictures of 30×24 are brought to 12×12" in caplog.text
    with Image.open(sorted((animated / "samples").glob("*.png"))[-1]) as sheet:
        assert sheet.height > 4 * 56 and sheet.width < 8 * 72


def test_what_a_first_frame_needs(animated: Path, tmp_path: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(animated)
    with pytest.raises(SettingsError, match="no first"):
        pipe(label="down", seeds=[1])
    (tmp_path / "none.png").write_bytes(b"nothing")
    with pytest.raises(cg.DataError, match="cannot read image"):
        pipe(first=tmp_path / "none.png", label="down", seeds=[1])
    with pytest.raises(SettingsError, match="first frames are for clips"):
        cg.presets.get("animate").override({"data": {"frames": "first"}})


def test_augmentation_is_the_same_over_a_clip(tmp_path: Path) -> None:
    import torch

    from condgan.data import Augment

    torch.manual_seed(0)
    still = torch.rand(4, 3, 1, 16, 16).expand(-1, -1, 5, -1, -1).contiguous() * 2 - 1
    changed = Augment(rotation=20, translation=0.2, flip=True, colour=0.3).apply(still)
    assert changed.shape == still.shape and (changed - still).abs().max() > 0.1
    torch.testing.assert_close(changed, changed[:, :, :1].expand(-1, -1, 5, -1, -1))
    assert bool((changed[0] != changed[1]).any())


def test_what_is_for_images_alone(trained: Path, tmp_path: Path) -> None:
    Image.fromarray(clip("down")[0]).save(tmp_path / "x.png")
    calls = [
        lambda: cg.interpolate(trained, label=["down", "right"], frames=3),
        lambda: cg.find(trained, tmp_path / "x.png"),
        lambda: cg.translate(trained, tmp_path, out=tmp_path / "out"),
        lambda: cg.write(trained, "text", out=tmp_path / "x.pdf"),
    ]
    for call in calls:
        with pytest.raises(SettingsError, match="this generator makes clips"):
            call()


def test_what_is_called_left_or_right_is_not_mirrored(trained: Path) -> None:
    with pytest.raises(SettingsError, match="mirrored images would be wrong of label 'right'"):
        cg.plan(trained.parent / "clips", preset="video", settings={"augment": {"flip": True}})


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("walk_left", 1),
        ("LeftHand", 1),
        ("walkRight", 1),
        ("arm L", 1),
        ("L", 0),
        ("bright", 0),
        ("cleft", 0),
        ("r", 0),
    ],
)
def test_names_of_sides(name: str, side: bool) -> None:
    from condgan.recipe import has_a_side

    assert has_a_side(name) == side


def test_clips_without_a_preset(trained: Path) -> None:
    """They are for the networks of clips."""
    made = cg.plan(trained.parent / "clips", settings={"data": {"frames": "clip"}})
    assert made.origin == "video" and made.choice == "32 clips"


def test_what_is_made_of_images_is_refused_for_clips() -> None:
    for preset in ("colorize", "edges2photo", "instance"):
        with pytest.raises(SettingsError, match="the data are clips"):
            cg.presets.get(preset).override({"data": {"frames": "clip"}})


def test_other_networks_make_one_number_of_frames(tmp_path: Path) -> None:
    folder(tmp_path / "clips", each=4)
    networks = {"data": {"frames": "clip"}, "architecture": {"channels": 8}, "training": {"batch": 8, "snapshots": 1}}
    for _ in cg.train(tmp_path / "clips", preset="house", out=tmp_path / "run", images=8, settings=networks):
        pass
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    assert pipe("down", seeds=[1]).images.shape == (1, 6, 12, 12, 3)
    with pytest.raises(SettingsError, match="makes 6 frames and no other number"):
        pipe("down", seeds=[1], frames=9)


def test_from_a_generator_of_clips(trained: Path, tmp_path: Path) -> None:
    """Other clips are cut as its own were, from a run or from a pipeline alone."""
    folder(tmp_path / "more", each=4, frames=13)
    (tmp_path / "pipe").mkdir()
    for name in ("config.json", "model.safetensors"):
        (tmp_path / "pipe" / name).write_bytes((trained / name).read_bytes())
    for parent in (trained, tmp_path / "pipe"):
        made = cg.plan(tmp_path / "more", parent=parent, out=tmp_path / "run")
        assert made.dataset.shape == (3, (6, 12, 12)) and len(made.dataset) == 16
        assert made.recipe.architecture.kind == "video"


def test_a_report_takes_the_frames_that_the_generator_knows(tmp_path: Path) -> None:
    """Also where there is no recipe that says which."""
    from condgan.evaluation.real import Real

    folder(tmp_path / "clips", each=8, frames=12)
    settings = {"data": {"stride": 2}, "architecture": {"channels": 8}, "training": {"batch": 8, "snapshots": 1}}
    for _ in cg.train(tmp_path / "clips", preset="video", out=tmp_path / "run", images=8, settings=settings):
        pass
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    real = Real(find(str(tmp_path / "clips")), pipe)
    assert real.train.shape.frames == 6 and len(real.train) + len(real.test) == 16
    np.testing.assert_array_equal(real.train.target[0].movedim(0, -1), clip("down", 1, 12)[::2])


def test_images_are_no_clips(tmp_path: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(images(tmp_path))
    for words in ({"frames": 4}, {"loop": True}, {"motion": 1}):
        with pytest.raises(SettingsError, match="clips"):
            pipe(seeds=[1], **words)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="cannot save samples as .webp"):
        pipe(seeds=[1]).save(tmp_path / "x.webp")


def images(home: Path) -> Path:
    from condgan.conditions import Condition
    from condgan.core.batch import Shape
    from condgan.networks import MLP
    from condgan.networks.base import Conditioned

    condition, mlp, shape = Condition(), MLP(latent=4), Shape(1, (4, 4))
    embedder = condition.embedder()
    generator = Conditioned(mlp.generator(shape, embedder.widths), embedder)
    cg.Pipeline(condition, mlp, shape, generator).save_pretrained(home / "pipe")
    return home / "pipe"


def test_real_clips_are_what_they_should_be() -> None:
    moved = clip("right", 0)
    assert json.dumps(WAYS) == '["down", "right"]'
    np.testing.assert_array_equal(moved[1, :, 3:], moved[0, :, 2:-1])
