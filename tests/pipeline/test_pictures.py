"""Pictures as the condition: files of any kind and size, as a stranger would ask."""

import io
import json
import shutil
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import condgan as cg
from condgan.core.errors import DataError, SettingsError
from tests.commands import SMALL, UNET, run
from tests.conftest import picture
from tests.faces import make_faces
from tests.pairs import COLOURS, ids, layout, make_pairs, photo


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
        np.testing.assert_array_equal(pipe(picture=[same], seeds=[0]).images[0], two)
    both = pipe(picture=[layout(5), layout(3)], seeds=[7, 0]).images
    np.testing.assert_array_equal(both[1], two)


def test_label_maps_come_out_as_label_maps(to_layout: Path, beach: Path, tmp_path: Path) -> None:
    assert run("translate", to_layout, beach / "test" / "photo", "--out", tmp_path / "out") == 0
    with Image.open(tmp_path / "out" / "50.png") as image:
        assert image.mode == "P" and image.size == (18, 12) and np.asarray(image).max() <= 2
        assert image.getpalette()[:9] == COLOURS.flatten().tolist()
    (coloured,) = cg.Pipeline.from_pretrained(to_layout)(picture=photo(50)).images
    assert set(map(tuple, coloured.reshape(-1, 3).tolist())) <= set(map(tuple, COLOURS.tolist()))


def test_what_cannot_be_translated_is_reported_and_the_rest_is_made(
    to_photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    layout(1).save(given / "a.png")
    (given / "b.png").write_bytes(b"no image")
    Image.fromarray(np.full((12, 18), 7, np.uint8)).save(given / "c.png")
    assert run("translate", to_photo, given, "--out", tmp_path / "out") == 3
    said = capsys.readouterr()
    assert "2 of 3 pictures left out" in said.err and "b.png" in said.out and "id 7 is out of range; " in said.out
    assert f"{given / 'c.png'}; ids must be" in said.out
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
    np.testing.assert_array_equal(pipe(picture=deep).images, pipe(picture=grey).images)


def test_labels_and_pictures_are_not_mistaken_for_each_other(to_photo: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(to_photo)
    with pytest.raises(DataError, match="no such file|cannot read image"):
        pipe("sky")
    with pytest.raises(SettingsError, match="this generator takes no label"):
        pipe(label="sky", picture=layout(0))
    with pytest.raises(SettingsError, match="no picture; item 0; give one: a label map of sky, sand, grass"):
        pipe(n=2)
    with pytest.raises(SettingsError, match="1 images but 2 seeds"):
        pipe(picture=layout(0), n=1, seeds=[1, 2])


def test_pictures_of_several_sizes_keep_theirs(to_photo: Path, tmp_path: Path) -> None:
    found = cg.Pipeline.from_pretrained(to_photo)(picture=[ids(1, (12, 18)), ids(2, (20, 30))])
    assert [each.shape for each in found.images] == [(12, 18, 3), (20, 30, 3)]
    found.save(tmp_path / "folder")
    assert len(list((tmp_path / "folder").glob("*.png"))) == 2
    with pytest.raises(SettingsError, match="folder"):
        found.save(tmp_path / "x.npz")


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
def test_a_label_and_a_picture(birds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By composition: the wren's colours and the robin's, from one grey picture."""
    out = tmp_path / "run"
    assert run("train", birds, "--preset", "colorize", "--condition.label.kind", "label", "--out", out, *UNET) == 0
    picture(77, mode="L").save(tmp_path / "grey.png")
    words = ("translate", out, tmp_path / "grey.png", "--out")
    assert run(*words, tmp_path / "wren", "--label", "wren") == run(*words, tmp_path / "robin", "--label", "robin") == 0
    assert (tmp_path / "wren" / "grey.png").read_bytes() != (tmp_path / "robin" / "grey.png").read_bytes()
    assert run(*words, tmp_path / "none") == 2 and "no label; item 0" in capsys.readouterr().err
    assert run(*words, tmp_path / "none", "--weather", "fair") == 2
    assert "trained without weather" in capsys.readouterr().err
    report = cg.evaluate(out, birds, repeats=2, quick=True).report
    assert set(report.likeness.trivial) == {"grey", "the mean colour"} and "label" in report.controllability
    assert 'pipe(picture="PICTURE.png", label="robin"' in (out / "README.md").read_text()


def test_the_style_of_an_example(beach: Path, to_photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = (
        "--architecture.channels",
        16,
        "--architecture.least-channels",
        8,
        "--architecture.style",
        "true",
        "--objective.style",
        "0.05",
    )
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


def test_instances_of_label_maps(tmp_path: Path, to_photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A generator that was trained with instances takes them again: by their names, and in the picture's size."""
    home = make_pairs(tmp_path / "things", count=4)
    for seed in range(4):
        file = home / "train/instances" / f"{seed}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(ids(seed + 20)).save(file)
    small = ["--architecture.channels", 16, "--architecture.least-channels", 8]
    assert run("train", home, "--preset", "spade", "--out", tmp_path / "run", *SMALL, *small) == 0
    given, instances = home / "train/label", home / "train/instances"
    assert run("translate", tmp_path / "run", given, "--instances", instances, "--out", tmp_path / "with") == 0
    assert run("translate", tmp_path / "run", given, "--out", tmp_path / "without") == 0
    one = np.asarray(Image.open(tmp_path / "with/2.png"))
    assert (one != np.asarray(Image.open(tmp_path / "without/2.png"))).any()
    file = instances / "2.png"
    assert run("translate", tmp_path / "run", given / "2.png", "--instances", file, "--out", tmp_path / "alone") == 0
    np.testing.assert_array_equal(one, np.asarray(Image.open(tmp_path / "alone/2.png")))
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    for same in (file, str(file), Image.open(file), ids(22)):
        np.testing.assert_array_equal(pipe(picture=[layout(2)], instances=[same], seeds=[0]).images[0], one)
    with pytest.raises(DataError, match="instances of 9×8 for a label map of 18×12"):
        pipe(picture=layout(2), instances=ids(1, (8, 9)))
    with pytest.raises(SettingsError, match="takes no label"):
        pipe(picture=layout(2), label="sky", instances=ids(22))
    file.unlink()
    capsys.readouterr()
    assert run("translate", tmp_path / "run", given, "--instances", instances, "--out", tmp_path / "more") == 3
    assert "1 pictures without instances" in capsys.readouterr().err and not (tmp_path / "more").exists()
    assert run("translate", to_photo, given, "--instances", instances, "--out", tmp_path / "more") == 2
    assert "trained without instances" in capsys.readouterr().err


def test_attributes_beside_a_grey_picture(tmp_path: Path) -> None:
    """From one recipe, by the command line: the picture is given, of the attributes what is wanted."""
    make_faces(tmp_path / "faces.csv", 32)
    small = ("--images", "32", "--training.snapshots", "1", "--architecture.channels", "16")
    parts = ("--preset", "colorize", "--condition.attributes.kind", "attributes", "--architecture.patch-channels", "8")
    assert run("train", tmp_path / "faces.csv", *parts, *small, "--out", tmp_path / "run") == 0
    told = tomllib.loads((tmp_path / "run" / "recipe.toml").read_text())["condition"]["parts"]
    assert list(told) == ["picture", "attributes"] and told["picture"]["of"] == "grey"
    asked = ("--where", "hair=red, smiling=yes", "--age", "20")
    assert run("translate", tmp_path / "run", tmp_path / "faces", *asked, "--out", tmp_path / "made") == 0
    assert len([*(tmp_path / "made").iterdir()]) == 32
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    picture = str(tmp_path / "faces" / "0000.png")
    found = pipe(picture=picture, hair=["black", "red"], seeds=[0, 0])
    assert found.columns["hair"] == ["black", "red"] and not np.array_equal(found.images[0], found.images[1])
    assert all(each in ("yes", "no") for each in found.columns["smiling"])  # filled from the training's combinations
    assert pipe(picture=picture, hair="red", free=True).columns["smiling"] == [""]
