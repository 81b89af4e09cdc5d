"""From what a person writes for DATA to a source: built-in kinds, registered ones, and none at all."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pytest
import torch

from condgan.core.errors import DataError
from condgan.data import (
    SOURCES,
    Arrays,
    Classes,
    Folder,
    Hub,
    Named,
    Numbers,
    Pairs,
    Records,
    Source,
    Table,
    Texts,
    find,
)
from condgan.data import Vectors as VectorColumn
from tests.conftest import make_birds
from tests.pairs import make_pairs


class Ramp(Source):
    """So many images, each of one grey level: DATA is ``ramp:N``."""

    kind: Literal["ramp"] = "ramp"
    count: int = 8

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        name, _, count = data.partition(":")
        return cls(count=int(count)) if name == "ramp" else None

    def title(self) -> str:
        return f"ramp of {self.count}"

    def records(self) -> Records:
        self.without_split()
        levels = np.arange(self.count, dtype=np.uint8)
        columns = {
            "label": Classes(["odd" if level % 2 else "even" for level in levels]),
            "level": Numbers([None, *levels[1:].tolist()], "of 255"),
            "caption": Texts([None, *(f"grey level {level}" for level in levels[1:])]),
            "pair": VectorColumn([(level, 1) for level in levels.tolist()]),
        }
        return Records(levels[:, None, None].repeat(4, 1).repeat(4, 2), columns)


@pytest.fixture
def ramp(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(SOURCES, "_classes", dict(SOURCES._classes))
    SOURCES.register(Ramp)
    yield


def test_a_registered_source_is_found_and_read(ramp: None) -> None:
    source = find("ramp:20")
    assert source == Ramp(count=20) and SOURCES.parse(source.plain()) == source
    dataset = source.with_(holdout=0.5).load()
    ids, level, text, vector = (dataset.schema.columns[name] for name in ("label", "level", "caption", "pair"))
    assert ids.names == ("even", "odd") and sum(ids.counts) == len(dataset) == 10
    levels = dataset.target[:, 0, 0, 0]
    assert torch.equal(dataset.columns["label"], levels.long() % 2)
    assert torch.equal(dataset.columns["level"].nan_to_num(0), levels.float())
    assert (level.low, level.high) == (float(levels[levels > 0].min()), float(levels.max()))
    missing = int((levels == 0).any())
    assert level.missing == text.missing == missing and level.unit == "of 255" and vector.width == 2
    assert dataset.columns["caption"] == [(f"grey level {level}",) if level else () for level in levels.tolist()]
    batch = dataset.batch(torch.tensor([3, 1]))
    assert batch.columns["caption"] == [dataset.columns["caption"][3], dataset.columns["caption"][1]]
    assert torch.equal(batch.columns["pair"], torch.stack([levels[[3, 1]].float(), torch.ones(2)], 1))
    assert "2 classes of" in str(dataset) and "2 fields: level (" in str(dataset) and "with caption" in str(dataset)


def test_registered_sources_are_asked_first(ramp: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_birds(tmp_path / "ramp:3")
    monkeypatch.chdir(tmp_path)
    assert isinstance(find("ramp:3"), Ramp)


def test_a_source_of_a_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SOURCES, "_classes", dict(SOURCES._classes))

    class Package(EntryPoint):
        def load(self) -> type[Ramp]:
            return SOURCES.register(Ramp)

    monkeypatch.setattr(
        sys.modules["condgan.data.find"], "entry_points", lambda group: [Package("ramp", "ramp", group)]
    )
    assert isinstance(find("digits"), Named) and "ramp" not in SOURCES.kinds()
    assert find("ramp:3") == Ramp(count=3)


def test_columns_are_as_long_as_the_images(ramp: None, monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((3, 4, 4), np.uint8)
    for column, message in (
        (Numbers([1.0, 2.0]), "3 images but 2 heights; ramp of 8; give one height an image"),
        (Numbers(["tall", "short", "x"]), "not a column of numbers; ramp of 8"),
        (VectorColumn([1.0, 2.0, 3.0]), r"numbers of shape \(3,\)"),
    ):
        monkeypatch.setattr(Ramp, "records", lambda self, column=column: Records(images, {"height": column}))
        with pytest.raises(DataError, match=message):
            Ramp().load()


def test_every_built_in_kind(tmp_path: Path) -> None:
    birds, pairs = make_birds(tmp_path / "birds"), make_pairs(tmp_path / "beach")
    (tmp_path / "table.csv").write_text("file_name,label\nbirds/wren/0.png,wren\n")
    np.savez(tmp_path / "a.npz", images=np.zeros((2, 4, 4), np.uint8), labels=[0, 1])
    assert find("hf:someone/pets") == Hub(name="someone/pets")
    assert find("Digits") == Named(name="digits")
    assert find("mnist", str(tmp_path)) == Named(name="mnist", root=str(tmp_path.resolve()))
    assert find(str(tmp_path / "a.npz")) == Arrays(path=str(tmp_path / "a.npz"))
    assert find(str(tmp_path / "table.csv")) == Table(path=str(tmp_path / "table.csv"))
    assert find(str(birds)) == Folder(path=str(birds))
    assert find(str(pairs), reads=frozenset({"picture"})) == Pairs(path=str(pairs))
    assert find(str(birds), reads=frozenset()) == Folder(path=str(birds), labelled=False)
    (birds / "metadata.csv").write_text("file_name,label\nwren/0.png,wren\n")
    assert isinstance(find(str(birds)), Table) and isinstance(find(str(birds), reads=frozenset()), Folder)


@pytest.mark.parametrize("data", ["mnits", "a\0b", "~nobody-of-that-name/x", "x" * 5000, ""])
def test_what_is_there_under_no_name(data: str) -> None:
    if not data:
        assert isinstance(find(data), Folder)  # the folder that one is in
        return
    with pytest.raises(DataError, match="no data set or path .*; DATA; (did you mean 'mnist'|known: )"):
        find(data)


def test_decoding_imports_no_source() -> None:
    code = (
        "import sys, condgan.data.decode\n"
        "from condgan.data.base import SOURCES\n"
        "homes = {place.split(':')[0] for place in SOURCES._places.values()}\n"
        "assert len(homes) == 12, homes\n"
        "print(sorted(homes & set(sys.modules)), 'pyarrow' in sys.modules, 'kornia' in sys.modules)\n"
        "from condgan.data import find\n"
        "print(find('digits').title())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False False\ndigits\n"
