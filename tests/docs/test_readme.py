"""The README's promises: its code runs, its commands are commands, its table is that of the errors."""

import re
import shlex
from pathlib import Path

import pytest

from condgan.cli import main
from condgan.core import errors
from condgan.losses import LOSSES
from condgan.networks import __all__ as networks
from condgan.presets import PRESETS

README = (Path(__file__).parents[2] / "README.md").read_text()
TINY = ["--images", "128", "--training.snapshots", "2", "--architecture.channels", "8"]


def test_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 7
    exec(code.replace("300_000", "128"))
    assert (tmp_path / "three-and-eight.png").exists() and (tmp_path / "runs" / "digits" / "config.json").exists()


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    block = next(block for block in re.findall(r"```\n(.*?)```", README, re.DOTALL) if "condgan train" in block)
    commands = [shlex.split(line, comments=True)[1:] for line in block.splitlines()]
    assert [command[0] for command in commands] == ["train", "sample", "sample", "doctor", "presets"]
    for command in commands:
        with pytest.raises(SystemExit) as exit:
            main([*command, *(TINY if command[0] in ("train", "doctor") else [])])
        assert exit.value.code == 0
    assert (tmp_path / "samples.png").exists() and (tmp_path / "set.npz").exists()


def test_names_in_the_table() -> None:
    kinds = {name.lower() for name in networks}
    for name in [*LOSSES, *PRESETS, *kinds]:
        assert f"`{name}`" in README, name
    failures = errors.CondganError.__subclasses__()
    assert [error.status for error in failures] == list(range(2, 9))
    for error in failures:
        assert f"| {error.status} | `{error.code}`" in README


def test_its_pictures_are_there() -> None:
    for path in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (Path(__file__).parents[2] / path).is_file()
