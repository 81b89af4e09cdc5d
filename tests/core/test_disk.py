"""A file is whole or as it was."""

import errno
from pathlib import Path

import pytest

from condgan import DiskError, SettingsError
from condgan.core import disk
from condgan.gallery import Samples
from tests.faults import failing
from tests.pipeline.test_pipeline import pipeline


def test_every_operation_of_a_write_fails_in_turn(tmp_path: Path) -> None:
    file = tmp_path / "file.bin"
    for at in range(1, 50):
        disk.write(file, b"old")
        with failing(tmp_path, at) as faults:
            try:
                disk.write(file, b"new" * 1000)
            except OSError as error:
                assert error.errno == errno.ENOSPC
        if faults.count < at:
            break
        assert file.read_bytes() in (b"old", b"new" * 1000) and [each.name for each in tmp_path.iterdir()] == [
            "file.bin"
        ]
    assert at == 6  # open, write, sync, rename, sync of the folder; then none is left


@pytest.mark.parametrize("form", ["grid.png", "set.npz", "table.parquet", "folder/"])
def test_samples_are_saved_whole_or_not_at_all(form: str, tmp_path: Path) -> None:
    drawn: Samples = pipeline()(n=3)
    for at in range(1, 50):
        out = tmp_path / str(at)
        out.mkdir()
        with failing(out, at) as faults:
            try:
                drawn.save(f"{out}/{form}")
            except DiskError as error:
                assert "No space left on device" in error.line() and error.status == 7
                assert {each.name for each in out.iterdir()} <= {form.strip("/")}
        if faults.count < at:
            break
    assert 2 < at < 49


def test_a_path_that_cannot_be_written_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot write samples: File exists"):
        pipeline()(n=1).save(tmp_path / "file" / "a.png")
