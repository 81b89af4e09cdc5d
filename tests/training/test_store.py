"""Checkpoints: whole or not there, whatever fails; every change of a byte is found."""

import contextlib
import errno
import json
import random
import struct
import subprocess
from pathlib import Path

import pytest
import torch

from condgan.core import disk
from condgan.core.errors import CheckpointError
from condgan.training import checkpoint, store
from tests.faults import failing, power_cut

FILES = ("a.bin", "b.json")


def files(step: int) -> dict[str, bytes]:
    return {"a.bin": bytes([step]) * 3000, "b.json": json.dumps({"step": step}).encode()}


def saved(folder: Path, *steps: int) -> Path:
    for step in steps:
        store.save(folder, f"step-{step}", files(step))
    return folder


def latest(folder: Path) -> dict[str, bytes]:
    return store.load(folder / str(store.named(folder, store.LATEST)), FILES)


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_the_last_two_and_the_best_are_kept(tmp_path: Path) -> None:
    for step in range(1, 6):
        store.save(tmp_path, f"step-{step}", files(step), best=step == 2)
    assert names(tmp_path) == {"step-2", "step-4", "step-5", "latest", "best"}
    assert latest(tmp_path) == files(5)
    assert [each.name for each in store.checkpoints(tmp_path)] == ["step-5", "step-4", "step-2"]


def test_the_manifest_is_what_sha256sum_reads(tmp_path: Path) -> None:
    saved(tmp_path, 7)
    done = subprocess.run(["sha256sum", "--check", store.MANIFEST], cwd=tmp_path / "step-7", capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_every_operation_of_a_save_fails_in_turn(number: int, tmp_path: Path) -> None:
    tried = 0
    for at in range(1, 100):
        folder = saved(tmp_path / str(at), 1, 2)
        with failing(folder, at, number) as faults:
            try:
                store.save(folder, "step-3", files(3))
            except OSError as error:
                assert error.errno == number
        if faults.count < at:
            break  # the save has fewer operations
        tried += 1
        assert latest(folder) in (files(2), files(3))
        assert not [name for name in names(folder) if "tmp" in name or "draft" in name]
        saved(folder, 3, 4)
        assert latest(folder) == files(4) and names(folder) == {"step-3", "step-4", "latest"}
    print(f"{tried} operations failed in turn, none lost a checkpoint")
    assert tried > 15


@pytest.mark.parametrize("again", [False, True], ids=["new", "over an old one"])
def test_the_power_goes_at_every_operation_of_a_save(again: bool, tmp_path: Path) -> None:
    """Also of one over itself, which is how a run goes on that took the one before a damaged latest."""
    tried = 0
    for at in range(1, 100):
        folder, copy = saved(tmp_path / f"run{at}", 1, 2), tmp_path / f"copy{at}"
        if again:
            (folder / "step-2" / "a.bin").write_bytes(b"damaged")
        with power_cut(folder, at, copy) as faults:
            store.save(folder, "step-1" if again else "step-3", files(1 if again else 3))
        if faults.count < at:
            break
        tried += 1
        assert newest(copy) in ((files(1),) if again else (files(2), files(3)))
        saved(copy, 3, 4)
        assert latest(copy) == files(4) and names(copy) == {"step-3", "step-4", "latest"}
    print(f"{tried} power cuts, none lost a checkpoint")
    assert tried > 15


def newest(folder: Path) -> dict[str, bytes]:
    """The first that is sound."""
    for place in store.checkpoints(folder):
        with contextlib.suppress(CheckpointError):
            return store.load(place, FILES)
    raise AssertionError("none is sound")


@pytest.mark.parametrize("broken", ["put", "sync"])
def test_the_power_cuts_are_such(broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the disk, a checkpoint would be lost: the test above can fail."""
    if broken == "put":
        monkeypatch.setattr(store.disk, "put", lambda path, content: disk.append(path, content))
    else:
        monkeypatch.setattr(store.disk, "sync", lambda path: None)
    lost = 0
    for at in range(1, 100):
        folder, copy = saved(tmp_path / f"run{at}", 1, 2), tmp_path / f"copy{at}"
        with power_cut(folder, at, copy) as faults:
            store.save(folder, "step-3", files(3))
        if faults.count < at:
            break
        try:
            lost += latest(copy) not in (files(2), files(3))
        except CheckpointError:
            lost += 1
    assert lost


@pytest.mark.parametrize("name", ["step-1/../../victim", "victim", "step-", "step--1", "../step-1"])
def test_a_name_cannot_lead_elsewhere(name: str, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    with pytest.raises(ValueError, match="no name of a checkpoint"):
        store.save(saved(tmp_path / "run", 1), name, files(2))
    assert (tmp_path / "victim").exists()


def test_every_byte_counts(tmp_path: Path) -> None:
    """Every byte of the small files and 300 random ones of the large: a flipped bit is found and the file named."""
    place = saved(tmp_path, 5) / "step-5"
    chance = random.Random(0)
    for file in sorted(place.iterdir()):
        whole = file.read_bytes()
        positions = range(len(whole)) if len(whole) < 500 else [*range(64), *chance.sample(range(len(whole)), 300)]
        for position in positions:
            changed = bytearray(whole)
            changed[position] ^= 1 << chance.randrange(8)
            file.write_bytes(changed)
            with pytest.raises(CheckpointError, match=r"damaged checkpoint .*step-5/"):
                store.load(place, FILES)
        for length in {0, 1, len(whole) // 2, len(whole) - 1}:
            file.write_bytes(whole[:length])
            with pytest.raises(CheckpointError, match="damaged checkpoint"):
                store.load(place, FILES)
        file.unlink()
        with pytest.raises(CheckpointError, match=file.name):
            store.load(place, FILES)
        file.write_bytes(whole)
        assert store.load(place, FILES) == files(5)


@pytest.mark.parametrize("content", [b"", b"step-1", b"../../etc", b"\xff\xfe", b"step-9", b"step-2\n"])
def test_a_pointer_is_only_a_hint(content: bytes, tmp_path: Path) -> None:
    saved(tmp_path, 1, 2)
    (tmp_path / "latest").write_bytes(content)
    found = store.checkpoints(tmp_path)
    assert {each.name for each in found} == {"step-1", "step-2"}
    assert store.load(found[0], FILES) == files(1 if content == b"step-1" else 2)


def test_what_a_path_means(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "checkpoints"
    folder.parent.mkdir()
    for step in (1, 2):
        store.save(folder, f"step-{step}", files(step), best=step == 1)
    for path in (tmp_path / "run", folder, folder / "latest", folder / "step-2"):
        assert store.checkpoint_at(path) == folder / "step-2"
    assert store.checkpoint_at(folder / "best") == folder / "step-1"
    with pytest.raises(CheckpointError, match="no checkpoint"):
        store.checkpoint_at(tmp_path / "none")


def test_a_checkpoint_of_other_networks_is_refused(tmp_path: Path) -> None:
    counters = checkpoint.Counters(steps=1, images=8, seconds=0.5)
    place = store.save(tmp_path, "step-1", checkpoint.pack({"model": torch.nn.Linear(2, 2)}, counters))
    with pytest.raises(CheckpointError, match="checkpoint of other networks"):
        checkpoint.restore(place, {"model": torch.nn.Linear(3, 2)})
    assert checkpoint.restore(place, {"model": torch.nn.Linear(2, 2)}) == counters == checkpoint.counters(place)


@pytest.mark.parametrize("length", [0, 3, 1 << 20, 1 << 62])
def test_a_header_that_lies_is_refused(length: int, tmp_path: Path) -> None:
    """Even where the manifest agrees with it."""
    content = struct.pack("<Q", length) + b'{"model/weight": {"dtype": "F32", "shape": [9], "data_offsets": [0, 999]}}'
    written = {checkpoint.TENSORS: content, checkpoint.COUNTERS: b"{}"}
    place = store.save(tmp_path, "step-1", written)
    with pytest.raises(CheckpointError, match="checkpoint of other networks"):
        checkpoint.restore(place, {"model": torch.nn.Linear(3, 3)})
