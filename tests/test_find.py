"""``condgan find``."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import condgan as cg
from condgan.core.errors import DataError, SettingsError
from condgan.verbs.find import psnr
from tests.commands import run
from tests.letters import letters


def test_a_generated_letter_is_found_again_with_its_class(caplog: pytest.LogCaptureFixture) -> None:
    pipe = letters("xogT7")
    for place, name in enumerate("og7"):
        image = pipe(name, seeds=[100 + place]).images[0]
        found = cg.find(pipe, image)
        assert found.values == {"label": name} and found.psnr > 30
        np.testing.assert_array_equal(found.given, image)
        assert found.psnr == pytest.approx(psnr(image, found.found))
        assert list(found.under) == [f"label {each}" for each in "xogT7"]
        np.testing.assert_array_equal(found.under[f"label {name}"], found.found)
    assert not caplog.messages


def test_the_class_may_be_given(caplog: pytest.LogCaptureFixture) -> None:
    pipe = letters("xo")
    image = pipe("o", seeds=[1]).images[0]
    wrong = cg.find(pipe, image, label="x")
    assert wrong.values == {"label": "x"} and wrong.psnr < 20
    assert "cannot make this image" in caplog.text


def test_psnr() -> None:
    one = np.zeros((4, 4, 1), np.uint8)
    assert psnr(one, one) == np.inf
    assert psnr(one, one + np.uint8(255)) == pytest.approx(0)
    assert psnr(one, one + np.uint8(51)) == pytest.approx(20 * np.log10(5))


def test_files(tmp_path: Path) -> None:
    pipe = letters("xo")
    pipe("o", seeds=[1]).save(tmp_path / "o/")
    (picture,) = (tmp_path / "o").glob("*.png")
    found = cg.find(pipe, picture, out=tmp_path / "found.png")
    with Image.open(tmp_path / "found.png") as opened:
        assert opened.width > 4 * 56
    found.save(tmp_path / "found.npz")
    with np.load(tmp_path / "found.npz") as arrays:
        assert arrays["latent"].shape == (4,) and arrays["under_names"].tolist() == ["label x", "label o"]
    with pytest.raises(SettingsError, match=r"use \.png or \.npz"):
        found.save(tmp_path / "found.gif")


def test_what_cannot_be_looked_for(tmp_path: Path, to_photo: Path) -> None:
    pipe = letters("xo")
    image = pipe("o", seeds=[1]).images[0]
    with pytest.raises(SettingsError, match="no field labels"):
        cg.find(pipe, image, under="labels")
    with pytest.raises(SettingsError, match="2 values for label"):
        cg.find(pipe, image, label=["x", "o"])
    with pytest.raises(DataError, match=r"nothing\.png"):
        cg.find(pipe, tmp_path / "nothing.png")
    with pytest.raises(SettingsError, match="makes images from pictures"):
        cg.find(to_photo, image)
    assert run("find", to_photo, tmp_path / "nothing.png") == 2
