"""Combinations that are kept from training."""

from pathlib import Path

import numpy as np
import pytest
import torch

from condgan.core.errors import DataError, SettingsError
from condgan.data import Arrays
from condgan.data.hold_out import Rule, rules


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each combination of three fields, four times."""
    found = tmp_path_factory.mktemp("hold") / "x.npz"
    hair, body, top = (each.ravel().repeat(4) for each in np.meshgrid([*"abcdef"], [*"uvwxyz"], [*"mn"]))
    images = np.random.default_rng(0).integers(0, 256, (len(hair), 8, 8), np.uint8)
    np.savez(found, images=images, hair=hair, body=body, top=top)
    return found


def source(file: Path, **settings: object) -> Arrays:
    return Arrays(path=str(file), labelled=False, fields={}, **settings)


def test_the_ways_to_write_them() -> None:
    assert rules("hair,body=0.2; hair=black & top=light red;") == [
        Rule(("hair", "body"), 0.2),
        Rule(("hair", "top"), 0.0, ("black", "light red")),
    ]
    assert rules("") == []


@pytest.mark.parametrize(
    "text", ["hair=0.2", "hair", "hair=black", "hair,body=black", "hair=black & ", "hair,body=1.5"]
)
def test_what_is_no_combination(text: str, file: Path) -> None:
    with pytest.raises(SettingsError, match='no combinations of two fields or more in .*write "hair,body=0.2"'):
        Arrays.parse({"path": str(file), "hold_out": text})


def test_a_share_of_the_combinations(file: Path) -> None:
    kept, held = source(file, hold_out="hair,body=0.25").divided()
    assert held is not None and len(held) == 9 * 2 * 4 and len(kept) + len(held) == 36 * 2 * 4
    combinations = [
        {(int(h), int(b)) for h, b in zip(each.columns["hair"], each.columns["body"], strict=True)}
        for each in (kept, held)
    ]
    assert len(combinations[0]) == 27 and len(combinations[1]) == 9 and not combinations[0] & combinations[1]
    assert [note.text for note in kept.notes if note.kind == "held-out"] == [
        "72 images of combinations that data.hold_out keeps from training"
    ]
    again, _ = source(file, hold_out="hair,body=0.25").divided()
    assert torch.equal(again.target, kept.target)
    test = source(file, hold_out="hair,body=0.25", holdout=0.5).split("test").load()
    assert len({(int(h), int(b)) for h, b in zip(test.columns["hair"], test.columns["body"], strict=True)}) > 27


def test_single_combinations(file: Path) -> None:
    kept, held = source(file, hold_out="hair=a & body=U; top=m & body=w").divided()
    assert held is not None and len(held) == 8 + 24
    names = kept.schema.columns
    rows = {
        (names["hair"].names[h], names["body"].names[b], names["top"].names[t])
        for h, b, t in zip(*(kept.columns[each].tolist() for each in ("hair", "body", "top")), strict=True)
    }
    assert not any((hair, body) == ("a", "u") or (top, body) == ("m", "w") for hair, body, top in rows)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hiar,body=0.2", "no field of several values called hiar; .*did you mean 'hair'"),
        ("hair=g & body=u", "hair has no value 'g'; .*known: 'a', 'b'"),
        ("hair,top=0.01", "no images are of the combinations to hold out"),
        ("hair=a & top=m; hair=a & top=n", "no image of hair a is left to train on; .*hold out fewer"),
    ],
)
def test_what_cannot_be_held_out(file: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        source(file, hold_out=text).load()


def test_what_is_missing_is_of_no_combination(file: Path, tmp_path: Path) -> None:
    arrays = dict(np.load(file))
    arrays["hair"][::2] = ""
    np.savez(tmp_path / "x.npz", **arrays)
    _, held = source(tmp_path / "x.npz", hold_out="hair=a & body=u").divided()
    assert held is not None and len(held) == 4
