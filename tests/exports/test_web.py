"""The page that holds a generator: all of it is inside, and nothing in it can break out."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import condgan as cg
from condgan.core.errors import DataError, SettingsError
from condgan.core.seeds import noise
from condgan.exports import runtime as fetched
from condgan.exports import web
from condgan.pipeline import Pipeline
from tests.commands import run
from tests.networks.small import SMALL

ODD = "</script><b>a & 'b'"
SETTINGS = {"architecture": SMALL["resnet"].plain(), "training": {"snapshots": 1, "batch": 4}}
LATENTS = Path(web.__file__).parent / "page" / "latents.mjs"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class has a name that would end a script."""
    home = tmp_path_factory.mktemp("web")
    pixels = np.random.default_rng(0).integers(0, 256, (12, 12, 12, 3), np.uint8)
    np.savez(home / "a.npz", images=pixels, labels=["plain", ODD] * 6)
    for _ in cg.train(home / "a.npz", out=home / "run", images=16, settings=SETTINGS):
        pass
    return home / "run"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In the place of onnxruntime-web."""
    folder = tmp_path_factory.mktemp("package") / "dist"
    folder.mkdir()
    for name in (fetched.SCRIPT, fetched.WASM):
        (folder / name).write_bytes(name.encode())
    return folder.parent


def test_the_page_holds_all_it_needs(trained: Path, package: Path, tmp_path: Path) -> None:
    assert run("export", trained, "--web", tmp_path / "x.html", "--runtime", package) == 0
    page = (tmp_path / "x.html").read_text()
    parts = dict(re.findall(r'<script type="application/gzip" id="(\w+)">([^<]*)</script>', page))
    found = {name: gzip.decompress(base64.b64decode(content)) for name, content in parts.items()}
    assert found["runtime"] == fetched.SCRIPT.encode() and found["wasm"] == fetched.WASM.encode()
    pipe = Pipeline.from_pretrained(trained)
    session = onnxruntime.InferenceSession(found["model"])
    (images,) = session.run(["images"], {"z": pipe.noise([4]).numpy(), "label": np.array([0], np.int32)})
    expected = pipe(ODD, seeds=[4]).images
    assert np.abs(images.astype(int) - expected).max() <= 1
    # nothing is loaded from anywhere, and the policy would not let it
    assert not re.findall(r'(?:src|href)="(?!data:)[^"]', page) and "default-src 'none'" in page


def test_names_cannot_break_out_of_the_page(trained: Path, package: Path, tmp_path: Path) -> None:
    cg.export(trained, tmp_path / "x.html", runtime=package)
    page = (tmp_path / "x.html").read_text()
    assert ODD not in page and "<b>a" not in page
    (facts,) = re.findall(r'id="facts">(.*?)</script>', page, re.DOTALL)
    assert json.loads(facts)["inputs"][0]["names"] == [ODD, "plain"]
    assert "A generator of 12×12 colour images" in page  # the card


def test_the_report_stands_beside_it(trained: Path, package: Path, tmp_path: Path) -> None:
    (trained / "report").mkdir(exist_ok=True)
    (trained / "report" / "report.json").write_text("{}")
    cg.export(trained, tmp_path / "x.html", runtime=package)
    assert "is of another version of condgan" in (tmp_path / "x.html").read_text()
    shutil.rmtree(trained / "report")
    known, parity, ran = {"size": [8, 8, 1]}, web.Parity(0, 1, 1), fetched.Runtime(b"", b"")
    assert b"What the report says" not in web.rendered(b"", known, parity, web.Said("x"), ran).text
    said = web.Said("x", verdict=["It is <good>."], figures=[("FID", "1.2 ± 0.1", "0.6")])
    page = web.rendered(b"", known, parity, said, ran).text.decode()
    assert "It is &lt;good&gt;." in page and "1.2 ± 0.1" in page


def test_what_is_refused(trained: Path, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="no ort.wasm.bundle.min.mjs; .*npm package onnxruntime-web"):
        cg.export(trained, tmp_path / "x.html", runtime=tmp_path)
    monkeypatch.setattr(web, "LARGEST", 1_000)
    with pytest.raises(SettingsError, match="the page would have .* MB; the model alone has .*; give --split"):
        cg.export(trained, tmp_path / "x.html", runtime=package)
    with pytest.raises(SettingsError, match="only a page has parts"):
        cg.export(trained, tmp_path / "x.onnx", split=True)
    assert run("export", trained) == 2 and run("export", trained, "--web", "x.png") == 2
    assert not (tmp_path / "x.html").exists()


def test_without_a_network_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path))
    monkeypatch.setattr(fetched, "URL", "http://127.0.0.1:9/onnxruntime-web.tgz")
    with pytest.raises(DataError, match="cannot download onnxruntime-web; .*; give a folder .*--runtime FOLDER"):
        fetched.runtime()


def test_a_page_in_parts(trained: Path, package: Path, tmp_path: Path) -> None:
    """The parts are scripts beside it, which a page from a file may load."""
    words = ["--web", tmp_path / "x.html", "--runtime", package, "--split"]
    assert run("export", trained, *words) == 0
    page = (tmp_path / "x.html").read_text()
    assert re.findall(r'<script src="([^"]+)">', page) == [
        f"x_parts/{name}.js" for name in ("runtime", "wasm", "model")
    ]
    assert len(page) < 100_000 and "application/gzip" not in page
    found = re.fullmatch(r'\(window.condganParts .*\).wasm = "(.*)";', (tmp_path / "x_parts" / "wasm.js").read_text())
    assert found and gzip.decompress(base64.b64decode(found[1])) == fetched.WASM.encode()


def test_play_writes_the_page_and_opens_it(trained: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    found = cg.play(trained, runtime=package)
    assert opened == [found.path.as_uri()] and found.path.stat().st_size == found.size
    shutil.rmtree(found.path.parent)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_latents_of_a_thousand_seeds_are_the_same_in_javascript() -> None:
    """To the last bit."""
    seeds, width = [*range(900), *np.random.default_rng(0).integers(0, 2**53, 99).tolist(), 2**53 - 1], 37
    code = (
        f"import {{ latents }} from {LATENTS.as_uri()!r};"
        f"for (const seed of {seeds}) process.stdout.write(Buffer.from(latents(seed, {width}).buffer));"
    )
    words = ["node", "--input-type=module", "--eval", code]
    content = subprocess.run(words, capture_output=True, check=True, timeout=60).stdout
    np.testing.assert_array_equal(np.frombuffer(content, np.float32).reshape(-1, width), noise(seeds, width).numpy())


@pytest.mark.long
def test_a_browser_opens_it_from_a_file(trained: Path, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no Chromium")
    try:
        cg.export(trained, tmp_path / "x.html")
    except DataError as error:
        pytest.skip(str(error))
    words = ["--headless", "--no-sandbox", "--virtual-time-budget=30000", "--dump-dom", (tmp_path / "x.html").as_uri()]
    done = subprocess.run([browser, *words], capture_output=True, text=True, check=True, timeout=120)
    assert re.search(r'id="status"[^>]*>1 image, \d+ ms\.', done.stdout)
    assert done.stdout.count("<figure>") == 1 and "--seeds 0" in done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_words_are_cut_in_javascript_as_in_condgan(tmp_path: Path) -> None:
    from condgan.core.words import words_of

    texts = ["A red heart, please!", "it\u2019s the artist's 'red' hat", "keycap: #", "10 % of C++"]
    texts += ["\u8d64\u3044 heart", "caf\u00e9 cafe\u0301", "\u0e01\u0e34\u0e19 rice"]
    script = (LATENTS.parent / "controls.mjs").read_text()
    begin, end = script.index("/** Words, as condgan cuts them"), script.index("function words(input)")
    code = f"{script[begin:end]}\nconst words = (t) => spelled(t, {{ names: [], shape: ['n', 99] }}).odd;"
    (tmp_path / "x.mjs").write_text(f"{code}\nconsole.log(JSON.stringify({json.dumps(texts)}.map(words)));")
    done = subprocess.run(["node", tmp_path / "x.mjs"], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [[*words_of(text)] for text in texts]
