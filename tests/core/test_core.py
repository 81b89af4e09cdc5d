"""Settings, seeds and errors."""

import numpy as np
import pytest
import torch

from condgan.core import seeds
from condgan.core.batch import Shape, to_float, to_uint8
from condgan.core.errors import DataError, SettingsError, nearest, said
from condgan.core.spec import Spec

LARGEST = 0xFFFFFFFF


class Inner(Spec):
    kind: str = "inner"
    size: int = 3
    """How large."""


class Outer(Spec):
    inner: Inner = Inner()
    name: str = "x"


def test_settings_are_frozen_and_copied_with_changes() -> None:
    outer = Outer()
    with pytest.raises(Exception, match="frozen"):
        outer.name = "y"  # type: ignore[misc]
    assert outer.with_(name="y") == Outer(name="y") and outer.name == "x"


def test_unknown_keys_get_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match=r"unknown setting; setting inner\.sise; did you mean 'size'\?"):
        Outer.parse({"inner": {"sise": 3}})


def test_wrong_values_name_the_setting_and_its_help() -> None:
    with pytest.raises(SettingsError, match=r"valid integer.*not 'big'; setting inner\.size in file; How large\."):
        Outer.parse({"inner": {"size": "big"}}, where="file")


def test_errors_are_one_line() -> None:
    error = DataError("a\nb", where="/x", do="mend it")
    assert error.line() == "error[data]: a b; /x; mend it" and error.status == 3


def test_nearest() -> None:
    assert nearest("Fashon-mnist", ["mnist", "fashion-mnist"]) == "did you mean 'fashion-mnist'?"
    assert nearest("zzz", ["a", "b"]) == "known: 'a', 'b'"


def test_grey_levels_survive_the_way_to_float_and_back() -> None:
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    assert to_float(levels).aminmax() == (-1, 1)
    assert torch.equal(to_uint8(to_float(levels)), levels)


def test_noise_belongs_to_its_seed_alone() -> None:
    together = seeds.noise([3, 7, 3], 64)
    assert torch.equal(together[0], together[2]) and not torch.equal(together[0], together[1])
    assert torch.equal(together[1], seeds.noise([7], 64)[0])
    many = seeds.noise(range(2000), 8)
    assert abs(many.mean().item()) < 0.05 and abs(many.std().item() - 1) < 0.05


def test_noise_stays_the_same_for_years() -> None:
    """A pipeline's images belong to their seeds: these figures must never change."""
    expected = [[0.991138, -0.924663, -0.617609], [0.213489, -0.035066, 0.333811]]
    torch.testing.assert_close(seeds.noise([0, 2**62], 3), torch.tensor(expected), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((LARGEST,) * 4, (LARGEST,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_is_as_published(
    counter: tuple[int, int, int, int], key: tuple[int, int], words: tuple[int, int, int, int]
) -> None:
    """The known answers of Random123, the library of its authors."""
    a, b, c, d = (np.array([each], np.uint64) for each in counter)
    low, high = (np.array([each], np.uint64) for each in key)
    assert [int(each[0]) for each in seeds.philox((a, b, c, d), (low, high))] == [*words]


def test_some_are_of_all_kinds_where_kinds_take_turns() -> None:
    """Every ninth of 9,000 items of nine kinds is of one kind."""
    chosen = seeds.some_of(9_000, 1_000)
    counts = torch.bincount(chosen % 9, minlength=9)
    assert counts.sum() == 1_000 and counts.min() > 80 and bool((chosen.diff() > 0).all())
    assert torch.equal(chosen, seeds.some_of(9_000, 1_000)) and torch.equal(seeds.some_of(4, 9), torch.arange(4))
    half = seeds.half_of(9_000)
    assert half.sum() == 4_500 and torch.bincount(torch.arange(9_000)[half] % 2).min() > 2_100
    assert seeds.half_of(3).sum() == 2 and seeds.half_of(0).shape == (0,)


def test_keys_differ_by_purpose_and_never_change() -> None:
    assert seeds.key(0, "step", 1) != seeds.key(0, "step", 2) != seeds.key(1, "step", 2)
    assert seeds.key(0, "step", 1) == 4413158142644703930


def test_permutation_is_one_and_keyed() -> None:
    order = seeds.permutation(100, 0, "epoch", 1)
    assert np.array_equal(np.sort(order), np.arange(100))
    assert np.array_equal(order, seeds.permutation(100, 0, "epoch", 1))
    assert not np.array_equal(order, seeds.permutation(100, 0, "epoch", 2))


def test_shapes_read_as_width_by_height() -> None:
    assert str(Shape(1, (20, 30))) == "30×20, 1 channel" and str(Shape(3, (8, 8))) == "8×8, 3 channels"


def test_what_another_library_says_is_one_line_also_where_it_says_nothing() -> None:
    assert said(ValueError("no header\nat byte 3")) == "no header"
    assert said(KeyError()) == "KeyError" and said(OSError("\nlater")) == "OSError"
