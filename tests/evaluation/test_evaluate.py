"""A report exposes generators that ignore labels, collapse or copy, and an honest one passes."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import condgan as cg
from condgan.cli import main
from condgan.core.cache import digest
from condgan.core.errors import DataError, SettingsError
from condgan.core.schema import Column, Schema
from condgan.data import Dataset
from condgan.evaluation import Evaluation, Report, accuracy_score, tasks
from condgan.evaluation.evaluate import alarms_of
from condgan.evaluation.real import Real, references, set_aside
from condgan.networks.extractor import of_module
from condgan.networks.pretrained import pretrained
from condgan.training.diagnosis import Alarm
from tests.evaluation.fakes import Chooses, Collapses, Ignores, Smears, pipeline
from tests.networks.small import NETWORK

QUICK = {"n": 400, "repeats": 2, "quick": True}
DIGITS = cg.data.Named()


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One evaluation network for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDGAN_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(tasks, "LEAST_STEPS", 300)
        yield Path(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def unseen() -> Dataset:
    return DIGITS.split("test").load()


@pytest.fixture(scope="module")
def honest(unseen: Dataset, cache: Path) -> Evaluation:
    """Gives out real images that nobody trained on."""
    return cg.evaluate(pipeline(Chooses, unseen), DIGITS, **QUICK)


def test_an_honest_generator(honest: Evaluation) -> None:
    report = honest.report
    label = report.controllability["label"]
    assert report.copies is not None and report.coverage is not None and report.likeness is None
    assert label.score.value > 0.95 < label.real.value and label.chance == pytest.approx(0.1)
    assert label.followed.value > 0.95
    assert label.change.value == pytest.approx(1, abs=0.1)
    assert report.diversity.features.value == pytest.approx(1, abs=0.1)
    assert report.coverage.precision.value > 0.8 and report.coverage.recall.value > 0.8
    assert report.copies.rate.value < 0.05
    assert report.verdict[0].startswith("Samples cover the data; samples come near")
    assert report.verdict[1].startswith("The label is followed: ")
    assert "no sign of copied training images" in report.verdict[2]


def test_one_that_ignores_its_label(unseen: Dataset) -> None:
    report = cg.evaluate(pipeline(Ignores, unseen), DIGITS, **QUICK).report
    label = report.controllability["label"]
    assert label.change.value == 0
    assert label.followed.value == pytest.approx(0.1, abs=0.01)
    assert report.verdict[1].startswith("The label is ignored: ")


def test_one_that_copies() -> None:
    report = cg.evaluate(pipeline(Chooses, DIGITS.load()), DIGITS, **QUICK).report
    assert report.copies is not None
    assert report.copies.rate.low > 0.98 and report.copies.distance.value == pytest.approx(0, abs=1e-3)
    assert "training images are copied: 100.0% of samples, 1% being expected" in report.verdict[2]


def test_one_that_has_collapsed_on_a_class(unseen: Dataset, honest: Evaluation) -> None:
    report = cg.evaluate(pipeline(Collapses, unseen), DIGITS, **QUICK).report
    assert report.diversity.by_class["3"].high < 0.01
    assert all(figure.value > 0.8 for name, figure in report.diversity.by_class.items() if name != "3")
    assert report.verdict[0].startswith("It has collapsed on 3: samples vary 0% as much as real images; ")
    three, before = report.coverage.by_class["3"].coverage, honest.report.coverage.by_class["3"].coverage
    assert three.value < 0.3 * before.value


def test_one_without_a_condition(unseen: Dataset) -> None:
    report = cg.evaluate(pipeline(Ignores, unseen, names=()), DIGITS, n=400, repeats=2).report
    assert report.controllability == {} and report.classification_accuracy_score is None
    assert report.verdict[1] == "It takes no condition, or there is one class only."
    assert report.protocol.extractor.hash == report.protocol.evaluation_networks["label"].hash  # the data have classes
    assert list(report.diversity.by_class) == ["all"]
    assert "too few" not in str(report.fidelity.frechet_distance)


def test_the_same_call_gives_the_same_figures(unseen: Dataset, honest: Evaluation) -> None:
    assert cg.evaluate(pipeline(Chooses, unseen), DIGITS, **QUICK).report == honest.report


def test_the_page_and_the_numbers(honest: Evaluation, tmp_path: Path) -> None:
    """The page needs no other file; the numbers are the report, and fit the published schema."""
    place = honest.save(tmp_path / "report")
    text = place.read_text()
    for sentence in honest.report.verdict:
        assert sentence in text
    assert text.count('<img src="data:image/png;base64,') == 2 and text.count("<svg") == 4
    assert "http" not in text.replace("http://www.w3.org", "") and "<script" not in text and "<link" not in text
    numbers = json.loads((tmp_path / "report" / "report.json").read_text())
    assert Report.model_validate(numbers) == honest.report
    published = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
    assert published == Report.model_json_schema(), "write it anew: make schema"
    sections = ["verdict", "alarms", "fidelity", "coverage", "diversity", "controllability", "likeness"]
    sections += ["classification_accuracy_score", "copies", "parzen", "protocol"]
    assert all(section in published["properties"] and section in numbers for section in sections)


def test_alarms_of_the_training_are_shown(unseen: Dataset, honest: Evaluation, tmp_path: Path) -> None:
    alarm = Alarm(failure="mode collapse", evidence="samples lie <0.1 as far apart", since=9, remedy="--objective.r1 1")
    trained = pipeline(Chooses, unseen)
    trained.trained = {"alarms": [alarm.plain()]}
    assert alarms_of(trained) == (alarm,) and honest.report.alarms == ()
    alarmed = Evaluation(honest.report.model_copy(update={"alarms": (alarm,)}), honest.sheet, honest.pairs)
    text = alarmed.save(tmp_path / "report").read_text()
    assert "mode collapse since 9 images: samples lie &lt;0.1 as far apart; try --objective.r1 1" in text
    for wrong in (3, [{"failure": "flu"}], ["flu"]):
        trained.trained = {"alarms": wrong}
        with pytest.raises(SettingsError, match=r"damaged pipeline; config\.json, trained\.alarms"):
            alarms_of(trained)


def tones(n: int, seed: int) -> Dataset:
    """Three classes of 8×8 images: where the bright quarter is."""
    chance = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    images = chance.integers(0, 120, (n, 1, 8, 8))
    for index, label in enumerate(labels):
        images[index, :, 4 * (label // 2) :, 4 * (label % 2) :] += chance.integers(20, 135)
    schema = Schema(Column("pixels", channels=1), {"label": Column("ids", ("a", "b", "c"))})
    return Dataset(torch.from_numpy(images.astype(np.uint8)), {"label": torch.from_numpy(labels)}, schema)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such images are told apart soon."""
    monkeypatch.setattr(tasks, "LEAST_STEPS", 50)


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such images as a file, of which a share is kept from training."""
    file = tmp_path_factory.mktemp("data") / "quarters.npz"
    dataset = tones(1_500, 0)
    np.savez(file, images=dataset.target[:, 0].numpy(), labels=dataset.columns["label"].numpy(), names=["a", "b", "c"])
    return file


def test_the_classification_accuracy_score_and_its_references(quarters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accuracy_score, "LEAST_STEPS", 100)
    source = cg.data.Arrays(path=str(quarters), holdout=0.3)
    report = cg.evaluate(pipeline(Smears, tones(900, 1)), source, n=300, repeats=2).report
    found, chance = report.classification_accuracy_score, 1 / 3
    assert found is not None and report.protocol.unseen and found.field == "label"
    for figure in (found.samples, found.real, found.augmented, found.both):
        assert chance + 0.2 < figure.value <= 1
    assert (found.size, found.steps) == (300, 100)
    assert found.rare.kept in (5, 6) and found.rare.filled > 80 and found.rare.after.value > found.rare.before.value
    assert "A classifier trained on 300 samples alone is right on" in report.verdict[2]


@pytest.mark.usefixtures("brief")
def test_data_without_a_test_split(quarters: Path) -> None:
    """The generator has seen all of them, so that copies cannot be told; all else is measured on a share set aside."""
    report = cg.evaluate(pipeline(Chooses, tones(900, 1)), quarters, n=300, repeats=2, quick=True).report
    assert (report.protocol.reference, report.protocol.test_images, report.copies) == ("set aside", 300, None)
    assert "copies could not be told from others: the data bring no test split" in report.verdict[2]


class Halves(torch.nn.Module):
    """The mean of each row, but for one that is no number."""

    def __init__(self, odd: float = 0.0) -> None:
        super().__init__()
        self.odd = torch.nn.Parameter(torch.tensor(odd))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean(3).flatten(1) + self.odd


def test_a_plain_gan_of_images_without_labels(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for index in range(350):
        Image.fromarray(np.random.default_rng(index).integers(0, 256, (8, 8), np.uint8)).save(photos / f"{index}.png")
    settings = {"condition": {"parts": {}}, "data": {"labelled": False}}
    for snapshot in cg.train(photos, preset="cgan-mlp-small", settings=settings, images=64, out=tmp_path / "run"):
        pipe = snapshot.pipeline
    told = "the data are read without labels: 350 images but no class folders"
    for one, first in ((tmp_path / "run", False), (pipe, True)):
        report = cg.evaluate(one, photos, n=200, repeats=2, quick=True).report
        assert not report.controllability
        assert (told in caplog.text) == first, "the run says that it read none"
    (photos / "0.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"0\.png"):
        cg.evaluate(pipe, photos, n=100)


def test_an_extractor_of_ones_own(unseen: Dataset, honest: Evaluation) -> None:
    report = cg.evaluate(pipeline(Chooses, unseen), DIGITS, extractor=Halves(), **QUICK).report
    assert report.protocol.extractor.name == "halves"
    assert report.protocol.extractor.hash != report.protocol.evaluation_networks["label"].hash
    assert report.controllability == honest.report.controllability
    assert report.fidelity.frechet_distance != honest.report.fidelity.frechet_distance
    assert of_module(Halves(1.0)).hash != of_module(Halves()).hash == report.protocol.extractor.hash


def test_an_extractor_that_trained_the_generator_is_told(unseen: Dataset) -> None:
    """By its weights, whatever it is called then; another one, and that of another generator, are not."""
    taught = pipeline(Chooses, unseen)
    halves = Halves()
    taught.trained["networks"] = {pretrained(NETWORK).hash: NETWORK, digest(*halves.state_dict().values()): "mine"}
    for extractor in (NETWORK, halves):
        report = cg.evaluate(taught, DIGITS, extractor=extractor, **QUICK).report
        assert report.protocol.extractor_trained_it
        assert "features distances, coverage and diversity are measured, trained the generator" in report.verdict[0]
    for one, extractor in ((taught, Halves(2.0)), (pipeline(Chooses, unseen), NETWORK)):
        report = cg.evaluate(one, DIGITS, extractor=extractor, **QUICK).report
        assert not report.protocol.extractor_trained_it and "trained the generator" not in report.verdict[0]


def test_an_onnx_file_as_extractor(unseen: Dataset, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    node = onnx.helper.make_node("ReduceMean", ["x"], ["y"], axes=[1, 3], keepdims=0)
    value, kind = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph([node], "rows", [value("x", kind, ["n", 1, 28, 28])], [value("y", kind, ["n", 28])])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, tmp_path / "rows.onnx")
    ours = cg.evaluate(pipeline(Chooses, unseen), DIGITS, extractor=Halves(), **QUICK).report
    report = cg.evaluate(pipeline(Chooses, unseen), DIGITS, extractor=tmp_path / "rows.onnx", **QUICK).report
    assert report.protocol.extractor.name == "rows.onnx"
    assert report.fidelity.frechet_distance is not None and ours.fidelity.frechet_distance is not None
    assert report.fidelity.frechet_distance.value == pytest.approx(ours.fidelity.frechet_distance.value, rel=1e-4)
    (tmp_path / "no.onnx").write_bytes(b"no")
    with pytest.raises(SettingsError, match="cannot read extractor"):
        cg.evaluate(pipeline(Chooses, unseen), DIGITS, extractor=tmp_path / "no.onnx", **QUICK)


def test_a_module_that_takes_other_images(unseen: Dataset) -> None:
    with pytest.raises(SettingsError, match="the extractor does not take images of 28×28, 1 channel; module conv2d"):
        cg.evaluate(pipeline(Chooses, unseen), DIGITS, extractor=torch.nn.Conv2d(3, 8, 3), **QUICK)
    assert of_module(torch.nn.AvgPool2d(2)).hash != of_module(torch.nn.AvgPool2d(4)).hash


def test_one_trained_on_other_images(unseen: Dataset) -> None:
    """Neighbours among images that it was not trained on say nothing of copies."""
    fair = pipeline(Chooses, unseen)
    fair.trained["data_hash"] = "of others"
    report = cg.evaluate(fair, DIGITS, **QUICK).report
    assert (report.protocol.unseen, report.copies) == (False, None)
    assert "copies could not be told from others: it is not known which images" in report.verdict[2]


@pytest.mark.usefixtures("brief")
def test_one_class(tmp_path: Path) -> None:
    """There is nothing to follow; names are shown as they are."""
    images = tones(400, 0).target[:, 0].numpy()
    np.savez(tmp_path / "one.npz", images=images, labels=np.zeros(400, int), names=["$x_$"])
    source = cg.data.Arrays(path=str(tmp_path / "one.npz"), holdout=0.3)
    found = cg.evaluate(pipeline(Chooses, source.load()), source, n=100, repeats=2)
    assert found.report.controllability == {} and found.report.classification_accuracy_score is None
    assert "$x_$" in found.save(tmp_path / "report").read_text()


def test_a_broken_test_split_is_not_taken_for_none(tmp_path: Path) -> None:
    for split in ("train", "test"):
        dataset = tones(30, 0)
        for index, (image, label) in enumerate(zip(dataset.target, dataset.columns["label"].tolist(), strict=True)):
            folder = tmp_path / "tones" / split / "abc"[label]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[0].numpy()).save(folder / f"{index}.png")
    (tmp_path / "tones" / "test" / "a" / "0.png").write_bytes(b"broken")
    with pytest.raises(DataError, match="cannot read image"):
        cg.evaluate(pipeline(Chooses, tones(30, 0)), tmp_path / "tones", **QUICK)


def test_a_share_is_set_aside_of_each_class() -> None:
    whole = tones(61, 0)
    test, train = set_aside(whole)
    counts = [each.schema.columns["label"].counts for each in (test, train)]
    assert counts == [(5, 4, 4), (16, 16, 16)]
    assert len(references(test)) == 13


def test_bad_input(unseen: Dataset, quarters: Path) -> None:
    fair = pipeline(Chooses, unseen)
    with pytest.raises(SettingsError, match="has other classes than quarters.npz; not in both: 0, 1"):
        cg.evaluate(fair, quarters, **QUICK)
    with pytest.raises(SettingsError, match="covariance; 64 samples of 64 features; give at least 65"):
        cg.evaluate(fair, DIGITS, n=64)
    with pytest.raises(SettingsError, match="one repeat has no interval"):
        cg.evaluate(fair, DIGITS, repeats=1)
    with pytest.raises(SettingsError, match="NaN or Inf in features; .* images; check the extractor"):
        cg.evaluate(fair, DIGITS, extractor=Halves(float("nan")), **QUICK)
    with pytest.raises(SettingsError, match="unknown extractor 'resnet'"):
        cg.evaluate(fair, DIGITS, extractor="resnet", **QUICK)
    wide = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 224))
    source = cg.data.Arrays(path=str(quarters), holdout=0.1)
    with pytest.raises(DataError, match=r"150 test images are too few .* of 224 features; .*data\.holdout"):
        cg.evaluate(pipeline(Chooses, tones(90, 1)), source, extractor=wide, n=300)


def test_a_class_without_real_images(tmp_path: Path) -> None:
    dataset = tones(60, 0)
    for index, (image, label) in enumerate(zip(dataset.target, dataset.columns["label"].tolist(), strict=True)):
        for split in ("train", "test") if label < 2 else ("train",):
            folder = tmp_path / "tones" / split / "abc"[label]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[0].numpy()).save(folder / f"{index}.png")
    with pytest.raises(DataError, match="no real images of: c; the test split of tones"):
        cg.evaluate(pipeline(Chooses, dataset), tmp_path / "tones", **QUICK)


def test_more_classes_than_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be measured of a class is left out; the page is made all the same."""
    monkeypatch.setattr(tasks, "LEAST_STEPS", 20)
    labels = np.concatenate([np.repeat(np.arange(90), 30), np.zeros(300, int)])
    images = np.random.default_rng(0).integers(0, 256, (3_000, 8, 8)).astype(np.uint8)
    np.savez(tmp_path / "many.npz", images=images, labels=labels, names=[f"class {i}" for i in range(90)])
    source = cg.data.Arrays(path=str(tmp_path / "many.npz"), holdout=0.3)
    found = cg.evaluate(pipeline(Chooses, source.load()), source, **{**QUICK, "n": 100})
    assert list(found.report.coverage.by_class) == ["class 0"] and len(found.report.diversity.by_class) < 9
    assert found.report.fidelity.by_class["class 0"].frechet_distance is None
    assert len(found.report.controllability["label"].names) == 90
    assert "too few images" in found.save(tmp_path / "report").read_text()


def test_the_command(unseen: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a pipeline that was hardly trained."""
    words = {"training": {"images": 64, "batch": 32}, "architecture": {"channels": 8, "least_channels": 8}}
    list(cg.train("digits", out=tmp_path / "run", settings=words))
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(tmp_path / "run"), "digits", "--quick", "--n", "100", "--repeats", "2"])
    said = capsys.readouterr().out
    assert stop.value.code == 0 and "conditional accuracy (label)" in said and "report" in said
    assert (tmp_path / "run" / "report" / "index.html").is_file()
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(tmp_path / "nothing"), "digits"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("error[settings]: no place for the report; ")


def test_requests_are_of_all_classes_where_classes_take_turns(tmp_path: Path) -> None:
    """Every third item is of one class; and the column by which they are sorted is another one."""
    n = 90
    arrays = {"labels": [*"abc"] * (n // 3), "kind": ["odd"] * (n // 2) + ["even"] * (n // 2)}
    pixels = np.random.default_rng(0).integers(0, 256, (n, 8, 8), np.uint8)
    splits = {f"{split}_{name}": values for split in ("train", "test") for name, values in arrays.items()}
    np.savez(tmp_path / "a.npz", train_images=pixels, test_images=pixels, **splits)
    settings = {"condition": "label,attributes", "architecture": {"kind": "mlp"}, "training": {"snapshots": 1}}
    for _ in cg.train(tmp_path / "a.npz", out=tmp_path / "run", images=64, settings=settings):
        pass
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    real = Real(cg.plan(tmp_path / "a.npz", settings=settings).recipe.data, pipe)
    assert next(iter(real.train.schema.columns)) != "label"
    counts = torch.bincount(real.requests(30)["label.id"], minlength=3)
    assert counts.sum() == 30 and counts.min() >= 4
