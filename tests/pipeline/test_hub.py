"""A pipeline goes to the Hub whole and comes back the same, of the revision that was asked for; or one line says why
not."""

import json
import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import ModelCard, constants

import condgan as cg
from condgan import Pipeline, SettingsError
from condgan.cli import main
from condgan.conditions import Attributes, Condition, Instance
from condgan.core.batch import Shape
from condgan.evaluation import Report, tasks
from condgan.evaluation.page import without_data
from condgan.networks import MLP
from condgan.networks.extractor import Extractor
from condgan.pipeline.combinations import Combinations
from condgan.pipeline.folder import FILES
from condgan.pipeline.hub import located
from tests.clips import folder as make_clips
from tests.exports.test_export import pipeline as small
from tests.hub import READER, FakeHub, Repository
from tests.pipeline.test_pipeline import pipeline
from tests.test_instance import onnx_file

BIRDS = {"data": "birds", "data_hash": "0123456789abcdef", "images": 7_000}


def birds() -> Pipeline:
    pipe = pipeline()
    pipe.trained = dict(BIRDS)
    return pipe


def failed(words: list[object], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of a command that stops at a setting."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1 and said.startswith("error[settings]: "), said
    return said


@pytest.mark.parametrize("large", [True, False])
def test_there_and_back(large: bool, hub: FakeHub) -> None:
    """Whether the Hub wants the weights apart or in the commit."""
    hub.large, pipe = large, birds()
    pushed = pipe.push_to_hub("me/birds")
    assert pushed.url == f"{hub.address}/me/birds" and [*hub.repositories["me/birds"].commits][-1] == pushed.commit
    assert {*hub.newest("me/birds")} == {"config.json", "model.safetensors", "README.md", "samples.png"}
    assert hub.commits == 1 and not hub.repositories["me/birds"].private
    again = Pipeline.from_pretrained("hf:me/birds")
    assert again.revision == pushed.commit and pipe.revision is None and again.trained == BIRDS
    np.testing.assert_array_equal(again(n=4).images, pipe(n=4).images)


def test_an_earlier_revision(hub: FakeHub) -> None:
    old = birds().push_to_hub("me/birds").commit
    hub.repositories["me/birds"].branches["v1"] = old
    other = birds()
    other.trained["images"] = 9_000
    new = other.push_to_hub("me/birds").commit
    assert Pipeline.from_pretrained("me/birds").revision == new != old
    for name, revision in [("me/birds@v1", None), ("me/birds", "v1"), (f"hf:me/birds@{old}", None)]:
        pipe = Pipeline.from_pretrained(name, revision=revision)
        assert pipe.revision == old and pipe.trained["images"] == 7_000


def test_revisions_that_are_none(hub: FakeHub, tmp_path: Path) -> None:
    birds().push_to_hub("me/birds")
    with pytest.raises(SettingsError, match="no revision 'v2'; me/birds; give a branch, a tag or a commit that"):
        Pipeline.from_pretrained("me/birds@v2")
    for name, revision in [("me/birds@v2", "v1"), ("me/birds@", None)]:
        with pytest.raises(SettingsError, match=r"(no|two) revisions?; me/birds@.*; give one branch, tag or commit"):
            Pipeline.from_pretrained(name, revision=revision)
    birds().save_pretrained(tmp_path / "birds@v2")
    assert Pipeline.from_pretrained(tmp_path / "birds@v2").revision is None
    with pytest.raises(SettingsError, match="a folder has no revisions"):
        Pipeline.from_pretrained(tmp_path / "birds@v2", revision="v2")


def test_every_file_of_a_pipeline_comes_and_no_other(hub: FakeHub) -> None:
    hub.repositories["me/all"] = Repository(private=False)
    hub.repositories["me/all"].add({name: b"{}" for name in (*FILES, "model.pkl", "report/report.json")})
    assert {each.name for each in located("me/all").folder.iterdir()} == {*FILES}


def test_what_fills_in_attributes_comes_along(hub: FakeHub) -> None:
    attributes, schema, batch = Attributes.example()
    condition = Condition(attributes=attributes).complete(schema)
    pipe = pipeline(MLP(latent=4), condition, Shape(1, (4, 4)))
    pipe.combinations = Combinations.of_items(condition, condition.targets(schema, batch))
    pipe.push_to_hub("me/faces")
    again = Pipeline.from_pretrained("me/faces")
    assert again.combinations is not None and again.combinations.text() == pipe.combinations.text()
    assert again(hair="black", n=4).columns == pipe(hair="black", n=4).columns


def test_what_sees_a_picture_to_be_like_comes_along(hub: FakeHub, tmp_path: Path) -> None:
    condition = Condition(instance=Instance(mean=(0.0,) * 4, scale=(1.0,) * 4))
    pipe = pipeline(MLP(latent=4), condition, Shape(1, (28, 28)))
    content = onnx_file(tmp_path).read_bytes()
    pipe.extractor = Extractor("quarters", "0123456789abcdef", lambda images: images, content=content)
    pipe.push_to_hub("me/like")
    grey = np.full((28, 28), 255, np.uint8)
    assert Pipeline.from_pretrained("me/like")(like=grey).columns["instance"][0] == pytest.approx([1.0] * 4)


def test_no_sheet_where_a_picture_has_to_be_supplied(hub: FakeHub, beach: Path) -> None:
    small(beach, "spade", {"architecture": {"channels": 16, "patch_channels": 8}}).push_to_hub("me/beach")
    there = hub.newest("me/beach")
    assert "samples.png" not in there and "![Samples]" not in there["README.md"].decode()


def test_clips_are_shown_as_they_move(hub: FakeHub, tmp_path: Path) -> None:
    small(make_clips(tmp_path / "clips", each=2), "video", {"architecture": {"channels": 8}}).push_to_hub("me/clips")
    there = hub.newest("me/clips")
    assert "film.webp" in there and "samples.png" not in there
    assert "![Samples](film.webp)" in there["README.md"].decode()


def test_the_card(hub: FakeHub) -> None:
    birds().push_to_hub("me/birds", licence="mit")
    text = hub.newest("me/birds")["README.md"].decode()
    found = ModelCard(text).data.to_dict()
    assert found["license"] == "mit" and found["library_name"] == "condgan" and "gan" in found["tags"]
    assert found["pipeline_tag"] == "unconditional-image-generation" and "model-index" not in found
    assert 'from_pretrained("me/birds")' in text and "![Samples](samples.png)" in text
    assert "birds, of which 7,000 images were shown" in text and "`0123456789abcdef`" in text
    assert "under the licence `mit`" in text and "## How good it is" not in text
    birds().push_to_hub("me/birds")
    text = hub.newest("me/birds")["README.md"].decode()
    assert "license" not in ModelCard(text).data.to_dict() and "None is given: ask before you use it." in text


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a report."""
    out = tmp_path_factory.mktemp("hub") / "letters"
    data = out.parent / "letters.npz"
    pixels = np.random.default_rng(0).integers(0, 256, (400, 8, 8, 1), np.uint8)
    np.savez(data, images=pixels, labels=np.arange(400) % 3)
    settings = {"architecture": {"channels": 8}, "training": {"snapshots": 1, "batch": 8}}
    for _ in cg.train(data, images=16, out=out, settings=settings):
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDGAN_CACHE", str(out.parent / "cache"))
        patch.setattr(tasks, "LEAST_STEPS", 20)
        patch.setattr(tasks, "MOST_STEPS", 20)
        cg.evaluate(out, data, n=70, repeats=2, quick=True, out=out / "report")
    return out


def test_a_run_with_its_report(run: Path, hub: FakeHub, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["push", str(run), "me/letters", "--private", "--licence", "mit"])
    (commit,) = [*hub.repositories["me/letters"].commits][1:]
    said = capsys.readouterr().out.replace("\n", "")
    assert ended.value.code == 0 and f"{hub.address}/me/letters" in said and commit in said.replace(" ", "")
    assert hub.repositories["me/letters"].private
    there = hub.newest("me/letters")
    for name in ("config.json", "model.safetensors", "report/report.json"):
        assert there[name] == (run / name).read_bytes()
    assert {*there} == {
        *("config.json", "model.safetensors", "README.md", "samples.png"),
        *("report/report.json", "report/index.html"),
    }
    text = there["README.md"].decode()
    report = json.loads(there["report/report.json"])
    assert "| conditional accuracy (label) | " in text and "| samples | real data |" in text
    (accuracy,) = [each for each in ModelCard(text).data.eval_results if "accuracy" in each.metric_type]
    assert accuracy.metric_value == report["controllability"]["label"]["score"]["value"]
    assert (
        accuracy.metric_name == "conditional accuracy (label)" and accuracy.dataset_name == report["protocol"]["data"]
    )
    with pytest.raises(SystemExit):
        main(["sample", f"me/letters@{commit}", "--label", "2", "--out", str(tmp_path / "x.png")])
    assert (tmp_path / "x.png").exists()


def test_no_image_of_the_data_is_pushed(run: Path) -> None:
    """The page of a report shows the training images nearest to samples; where each condition has its own true image,
    the sheet shows these, too. A new picture in the template has to be judged here."""
    template = files("condgan.evaluation").joinpath("page.html").read_text()
    report = Report.model_validate_json((run / "report/report.json").read_bytes())
    paired = report.model_copy(update={"protocol": report.protocol.with_(requests="reference")})
    shown = {
        name: re.findall(r'<img src="{{ (\w+) }}"', text)
        for name, text in {
            "own": template,
            "pushed": without_data(template, report),
            "paired": without_data(template, paired),
        }.items()
    }
    assert shown == {"own": ["sheet", "cross", "pairs"], "pushed": ["sheet", "cross"], "paired": ["cross"]}


def test_what_an_earlier_push_left_goes_and_what_others_put_there_stays(run: Path, hub: FakeHub) -> None:
    """A report stands beside no other weights than its own."""
    cg.push(run, "me/letters")
    hub.repositories["me/letters"].add({**hub.newest("me/letters"), "NOTES.md": b"mine"})
    birds().push_to_hub("me/letters")
    assert {*hub.newest("me/letters")} == {"config.json", "model.safetensors", "README.md", "samples.png", "NOTES.md"}


def test_reports_that_do_not_belong_there(run: Path, hub: FakeHub, tmp_path: Path) -> None:
    other = tmp_path / "other"
    birds().save_pretrained(other)
    (other / "report").mkdir()
    for name in ("report.json", "index.html"):
        (other / "report" / name).write_bytes((run / "report" / name).read_bytes())
    with pytest.raises(SettingsError, match="a report of other weights than the pipeline's; .*; evaluate it again"):
        cg.push(other, "me/other")
    (other / "report/report.json").write_text("{")
    with pytest.raises(SettingsError, match=r"cannot read the report; .*report\.json"):
        cg.push(other, "me/other")
    assert not hub.repositories


@pytest.mark.parametrize("token", [READER, "hf_nobody"])
def test_no_permission_to_write(
    token: str, hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    birds().save_pretrained(tmp_path / "birds")
    birds().push_to_hub("me/there")
    monkeypatch.setenv("HF_TOKEN", token)
    for name in ("me/birds", "me/there"):
        said = failed(["push", tmp_path / "birds", name], capsys)
        assert f"no permission to write; {name} on the Hub; log in with a token that may write there: hf auth" in said
    assert hub.commits == 1


@pytest.mark.parametrize("name", ["birds", "me/birds/x", "me/", "../birds", "me/bi rds", "https://huggingface.co/me/b"])
def test_names_that_are_none(name: str, hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    birds().save_pretrained(tmp_path / "birds")
    assert "no name on the Hub" in failed(["push", tmp_path / "birds", name], capsys) and not hub.repositories


def test_a_licence_that_the_hub_does_not_know(hub: FakeHub) -> None:
    with pytest.raises(SettingsError, match="cannot be pushed; me/birds on the Hub; Invalid metadata in README.md"):
        birds().push_to_hub("me/birds", licence="my own")


def test_a_public_repository_is_not_taken_for_a_private_one(hub: FakeHub) -> None:
    birds().push_to_hub("me/birds")
    with pytest.raises(SettingsError, match="a public repository; me/birds, private; make it private on its page"):
        birds().push_to_hub("me/birds", private=True)
    assert hub.commits == 1


def test_no_hub(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing answers at that port."""
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="cannot be pushed; me/birds on the Hub; "):
        birds().push_to_hub("me/birds")
    with pytest.raises(SettingsError, match="no pipeline 'me/birds'"):
        Pipeline.from_pretrained("me/birds")


def test_a_pipeline_of_a_later_version(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is read where it can be, and told; where it cannot be, an update helps, not to save it again."""
    birds().save_pretrained(tmp_path / "birds")
    file = tmp_path / "birds" / "config.json"
    config = json.loads(file.read_text())
    for version in ("0.1.0", "0.0.9", "", "unknown", "9" * 5000, "99\x1b[2J"):
        file.write_text(json.dumps(config | {"version": version}))
        Pipeline.from_pretrained(tmp_path / "birds")
    assert [each for each in caplog.messages if "later" in each or "update" in each] == []
    file.write_text(json.dumps(config | {"version": "99.0.0"}))
    Pipeline.from_pretrained(tmp_path / "birds")
    assert "a pipeline of condgan 99.0.0, and this is 0.1.0" in caplog.text
    assert "update: pip install --upgrade condgan" in caplog.text
    file.write_text(json.dumps(config | {"version": "99.0.0", "architecture": {"kind": "diffusion"}}))
    said = failed(["sample", tmp_path / "birds", "--out", tmp_path / "x.png"], capsys)
    assert "a pipeline of condgan 99.0.0" in said and "update: pip install --upgrade condgan" in said
