"""The alphabet that is drawn from fonts."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest

from condgan.core.errors import DataError
from condgan.data import alphabet
from condgan.data.alphabet import AlphabetSource
from condgan.data.find import find


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))


def small(**changes: object) -> AlphabetSource:
    return AlphabetSource(name="alphabet/embedded", characters="xgT.é", each=5, side=32, **changes)  # type: ignore[arg-type]


def test_letters_stand_on_one_line_each_another() -> None:
    dataset = small().load()
    assert dataset.schema.columns["label"].names == tuple("xgT.é")
    assert len(dataset) == 5 * 4 * len(alphabet.PLAIN)
    images, labels = dataset.target[:, 0].numpy(), dataset.columns["label"].numpy()
    assert len({image.tobytes() for image in images}) == len(images)
    ink = [np.flatnonzero((image < 128).any(1)) for image in images]

    def mean(name: str, end: int) -> float:
        place = "xgT.é".index(name)
        return float(np.mean([each[end] for each, label in zip(ink, labels, strict=True) if label == place]))

    bottom, top = ({name: mean(name, end) for name in "xgT.é"} for end in (-1, 0))
    assert abs(bottom["x"] - bottom["T"]) < 1.5 and abs(bottom["x"] - bottom["."]) < 1.5
    assert bottom["g"] > bottom["x"] + 3
    assert top["T"] < top["x"] - 3 and top["."] > top["x"] + 2
    assert images[:, 0].min() > 128 or images[:, 0].mean() > 250


def test_the_test_split_is_of_other_drawings() -> None:
    train, test = small().load(), small().split("test").load()
    assert len(test) * 4 == len(train)
    seen = {image.tobytes() for image in train.target.numpy()}
    assert not any(image.tobytes() in seen for image in test.target.numpy())
    again = small().load()
    assert again.hash == train.hash


def test_fonts_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no fonts; .*give a folder of \.ttf"):
        small(fonts=str(tmp_path)).records()
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(DataError, match=r"cannot read a font; .*broken\.ttf"):
        small(fonts=str(tmp_path)).records()
    (tmp_path / "broken.ttf").unlink()
    one = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    (tmp_path / "mine.ttf").write_bytes(one.read_bytes())
    assert len(small(fonts=str(tmp_path)).load()) == 5 * 4


def test_by_its_name() -> None:
    assert find("alphabet/embedded") == AlphabetSource(name="alphabet/embedded")
    with pytest.raises(DataError, match="alphabet"):
        find("alphabets")


def test_a_font_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import pooch

    monkeypatch.setattr(alphabet, "REGISTRY", "http://127.0.0.1:9/none")
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path)
    with pytest.raises(DataError, match=r"cannot download the font .*give alphabet/embedded"):
        AlphabetSource().records()
