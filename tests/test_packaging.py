"""What is installed is whole, and works away from its source."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml

import condgan
from tests.conftest import ROOT
from tests.pipeline.test_pipeline import pipeline

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGE = ROOT / "condgan"


def data_files() -> set[str]:
    """Files of the package that are no modules."""
    files = {each for each in PACKAGE.rglob("*") if each.is_file() and each.suffix not in (".py", ".pyc")}
    return {each.relative_to(ROOT).as_posix() for each in files}


def test_every_file_that_is_no_module_is_named_for_the_wheel() -> None:
    named = {
        file.relative_to(ROOT).as_posix()
        for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for file in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    assert named == data_files() >= {"condgan/py.typed", "condgan/evaluation/page.html"}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {each.parent for each in PACKAGE.rglob("*.py")}
    assert [each for each in folders if not (each / "__init__.py").is_file()] == []


def test_the_version_has_one_place() -> None:
    """The heading of the changelog and the citation are of the same release."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["project"]["dynamic"] == ["version"] and cited["version"] == condgan.__version__
    assert f"\n## {cited['version']} ({cited['date-released']})\n" in (ROOT / "CHANGELOG.md").read_text()
    assert cited["license"] == PROJECT["project"]["license"] and cited["title"] == PROJECT["project"]["name"]
    assert {"cff-version", "message", "authors"} <= cited.keys()


def run(*words: object, at: Path) -> str:
    """The output of a program that knows nothing of this process' paths."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run([*map(str, words)], cwd=at, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
def test_the_wheel_works_from_another_folder(tmp_path: Path) -> None:
    """Installed beside the packages that are there already: nothing is downloaded."""
    source, elsewhere = tmp_path / "source", tmp_path / "elsewhere"
    shutil.copytree(PACKAGE, source / "condgan", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    elsewhere.mkdir()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source, at=elsewhere)
    (wheel,) = tmp_path.glob("condgan-*.whl")
    modules = {each.relative_to(ROOT).as_posix() for each in PACKAGE.rglob("*.py")}
    with zipfile.ZipFile(wheel) as opened:
        assert {name for name in opened.namelist() if ".dist-info/" not in name} == modules | data_files()

    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", at=elsewhere)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", at=elsewhere).strip())
    (site / "there-already.pth").write_text(sysconfig.get_path("purelib"))
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, at=elsewhere)
    where = run(python, "-c", "import condgan; print(condgan.__file__, condgan.__version__)", at=elsewhere)
    assert where.split() == [str(site / "condgan" / "__init__.py"), condgan.__version__]

    pipeline().save_pretrained(tmp_path / "birds")
    said = run(python.with_name("condgan"), "sample", tmp_path / "birds", "--out", "set.npz", "--n", "3", at=elsewhere)
    assert said == "3 images in set.npz\n"
    with np.load(elsewhere / "set.npz") as found:
        assert found["images"].shape == (3, 12, 10)
