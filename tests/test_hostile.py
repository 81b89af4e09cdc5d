"""Input from elsewhere that means harm: one line, bounded memory, nothing executed, nothing outside opened."""

import gzip
import io
import json
import os
import pickle
import resource
import struct
import zipfile
import zlib
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from condgan import Pipeline
from condgan.cli import main
from tests.conftest import make_birds
from tests.pipeline.test_pipeline import pipeline


def refused(words: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a command line ends with; memory may not grow by more than 200 MB meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    error = capsys.readouterr().err
    assert exit.value.code == status, error
    assert error.count("\n") == 1 and "Traceback" not in error
    return error


class Payload:
    """Unpickled, it leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("name", ["model.pt", "model.pkl", "run/config.json", "run/model.safetensors"])
def test_a_pickle_is_never_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, trace = tmp_path / name, tmp_path / "trace"
    pipeline().save_pretrained(tmp_path / "run")
    file.write_bytes(pickle.dumps(Payload(trace)))
    given = str(tmp_path / "run" if "/" in name else file)
    error = refused(["sample", given, "--out", str(tmp_path / "x.png")], 2, capsys)
    assert "pipeline" in error and not trace.exists() and not (tmp_path / "x.png").exists()
    error = refused(["train", given], 3, capsys)
    assert not trace.exists()


HEADERS = {
    "longer than the file": struct.pack("<Q", 1 << 40) + b"{}",
    "weights beyond the end": json.dumps({"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 1 << 50]}}).encode(),
    "a shape that is not the size": json.dumps(
        {"w": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 4]}}
    ).encode(),
    "negative": b'{"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}',
    "nested": b'{"w": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("lie", HEADERS)
def test_a_lying_header(lie: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline().save_pretrained(tmp_path / "run")
    header = HEADERS[lie]
    whole = header if lie.startswith("longer") else struct.pack("<Q", len(header)) + header + bytes(4)
    (tmp_path / "run" / "model.safetensors").write_bytes(whole)
    assert "damaged pipeline" in refused(["sample", str(tmp_path / "run")], 2, capsys)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shape", {"channels": 1, "space": [1 << 20, 1 << 20]}),
        ("shape", {"channels": 1 << 30, "space": [10, 10]}),
        ("architecture", {"kind": "mlp", "generator_widths": [1 << 20] * 4, "discriminator_widths": [8]}),
    ],
)
def test_a_config_that_asks_for_the_moon(
    field: str, value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the size that it claims is allocated before the weights are compared with it."""
    pipeline().save_pretrained(tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    (tmp_path / "run" / "config.json").write_text(json.dumps(config | {field: value}))
    assert "pipeline" in refused(["sample", str(tmp_path / "run")], 2, capsys)


BOMBS = {
    "nested.toml": "a = " + "[" * 100_000,
    "keys.toml": "[" + ".".join("a" * 50_000) + "]",
    "long.toml": "# " + "x" * (17 << 20),
    "word.toml": "x" * (1 << 20),
}


@pytest.mark.parametrize("name", BOMBS)
def test_recipe_bombs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text(BOMBS[name])
    assert "recipe" in refused(["train", "digits", "--recipe", str(tmp_path / name)], 2, capsys)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "[1]", "1" * (17 << 20)])
def test_config_bombs(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline().save_pretrained(tmp_path / "run")
    (tmp_path / "run" / "config.json").write_text(text)
    assert "cannot read pipeline" in refused(["sample", str(tmp_path / "run")], 2, capsys)


@pytest.mark.parametrize("words", [["--n", str(10**15)], ["--seeds", f"0-{10**15}"], ["--n", "-3"]])
def test_more_than_fits(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline().save_pretrained(tmp_path / "run")
    assert "n" in refused(["sample", str(tmp_path / "run"), *words], 2, capsys)


NAMES = ["../secret.png", "/etc/passwd", "a\0b.png", "link.png", "folder/secret.png", "wren/../../secret.png"]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_outside(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    birds = make_birds(tmp_path / "birds")
    Image.new("RGB", (12, 10)).save(tmp_path / "secret.png")
    (birds / "link.png").symlink_to(tmp_path / "secret.png")
    (birds / "folder").symlink_to(tmp_path)
    (birds / "table.jsonl").write_text(json.dumps({"file_name": name, "label": "a"}) + "\n")
    assert "image outside the table's folder" in refused(["train", str(birds / "table.jsonl")], 3, capsys)


@pytest.mark.parametrize("link", ["wren/9.png", "emu"])
def test_links_out_of_a_folder(link: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    birds = make_birds(tmp_path / "birds")
    make_birds(tmp_path / "elsewhere")
    (birds / link).symlink_to(tmp_path / "elsewhere" / ("wren/0.png" if "." in link else "wren"))
    assert f"link out of the folder; {birds / link};" in refused(["train", str(birds)], 3, capsys)


@pytest.mark.parametrize("layout", ["wrapper", "train", "metadata", "table", "shard"])
def test_more_links_out_of_a_folder(layout: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside, data = make_birds(tmp_path / "outside"), tmp_path / "data"
    data.mkdir()
    line = json.dumps({"file_name": "wren/0.png", "label": "a"}) + "\n"
    match layout:
        case "wrapper":
            (data / "w").symlink_to(outside)
        case "train":
            (data / "train").symlink_to(outside)
        case "metadata":
            (outside / "metadata.jsonl").write_text(line)
            (data / "train").symlink_to(outside)
        case "table":
            (outside / "metadata.jsonl").write_text(line)
            (data / "metadata.jsonl").symlink_to(outside / "metadata.jsonl")
        case "shard":
            table = pa.table({"image": [(outside / "wren" / "0.png").read_bytes()] * 4, "label": [0, 1] * 2})
            parquet.write_table(table, outside / "a.parquet")
            (data / "a.parquet").symlink_to(outside / "a.parquet")
    assert "link out of the folder;" in refused(["train", str(data)], 3, capsys)


@pytest.mark.parametrize(
    "line", ['{"a":' * 100_000, "[" * 100_000, "[1]", "1" * 5000, '{"image": 1, "label"', "{}", "\xff"]
)
def test_lines_that_are_bombs(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_bytes(line.encode("latin-1") + b"\n")
    assert "a.jsonl" in refused(["train", str(tmp_path / "a.jsonl")], 3, capsys)


@pytest.mark.parametrize("name", ["x" * 300 + ".png", "loop.png"])
def test_names_that_no_file_has(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    birds = make_birds(tmp_path / "birds")
    (birds / "loop.png").symlink_to(birds / "loop.png")
    (birds / "table.jsonl").write_text(json.dumps({"file_name": name, "label": "a"}) + "\n")
    assert name in refused(["train", str(birds / "table.jsonl")], 3, capsys)


def test_postscript_is_not_run(birds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pillow would hand it to Ghostscript, whatever the file's name."""
    (birds / "wren" / "3.png").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    )
    assert "3.png (not an image)" in refused(["train", str(birds)], 3, capsys)


ODD = {
    "no pixels": {"images": np.zeros((4, 0, 5), np.uint8), "labels": [0, 1, 0, 1]},
    "one label": {"images": np.zeros((4, 5, 5), np.uint8), "labels": 3},
    "one name": {"images": np.zeros((4, 5, 5), np.uint8), "labels": [0, 1, 0, 1], "names": "ab"},
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_arrays(odd: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "a.npz", **ODD[odd])
    assert "a.npz" in refused(["train", str(tmp_path / "a.npz")], 3, capsys)


@pytest.mark.parametrize("option", ["--out", "--resume", "--recipe", "--from"])
def test_paths_that_cannot_be(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "x" * 300 in refused(["train", "digits", option, "x" * 300], 4 if option == "--resume" else 2, capsys)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(width: int, height: int) -> bytes:
    """A small PNG of very many pixels."""
    rows = zlib.compress(bytes(1 << 20))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 20_000), (1 << 30, 1 << 30), (9_000, 9_000)])
def test_decompression_bombs(size: tuple[int, int], birds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (birds / "wren" / "3.png").write_bytes(bomb(*size))
    assert "cannot read image" in refused(["train", str(birds)], 3, capsys)


def zeros_in(archive: Path, claimed: tuple[int, ...], size: int) -> None:
    """An .npz whose images claim a shape and hold so many zeros."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": claimed})
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        with file.open("images.npy", "w", force_zip64=True) as images:
            images.write(header.getvalue())
            for _ in range(size >> 20):
                images.write(bytes(1 << 20))
        with file.open("labels.npy", "w") as labels:
            np.save(labels, np.zeros(3, int))


def test_arrays_that_claim_too_much(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zeros_in(tmp_path / "a.npz", (1 << 20, 1 << 20, 1 << 10), 1 << 20)
    assert "cannot read arrays" in refused(["train", str(tmp_path / "a.npz")], 3, capsys)


def test_more_than_half_of_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("condgan.core.bounds.memory", lambda: 64 << 20)
    zeros_in(tmp_path / "a.npz", (48 << 20,), 48 << 20)
    assert (tmp_path / "a.npz").stat().st_size < 1 << 20
    assert "more than half of the memory" in refused(["train", str(tmp_path / "a.npz")], 3, capsys)
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    with gzip.open(raw / "train-images-idx3-ubyte.gz", "wb") as file:
        file.write(b"\0\0\x08\3" + struct.pack(">III", 1 << 16, 28, 28) + bytes(1 << 16))
    assert "more than half of the memory" in refused(["train", "mnist", "--data-root", str(tmp_path)], 3, capsys)
    table = pa.table({"image": [bytes(1 << 20)] * 48, "label": [0] * 48})
    parquet.write_table(table, tmp_path / "a.parquet")  # as a dictionary of one value, it says that it is small
    assert "more than half of the memory" in refused(["train", str(tmp_path / "a.parquet")], 3, capsys)


@pytest.mark.parametrize("described", [b"[" * 100_000, b"1", b'{"info": 3}', b"\xff"])
def test_metadata_of_a_table_are_only_a_hint(described: bytes, birds: Path) -> None:
    from condgan.data.table import Table

    images = [file.read_bytes() for file in sorted(birds.rglob("*.png"))]
    table = pa.table({"image": images, "label": [0, 1] * 6}).replace_schema_metadata({"huggingface": described})
    parquet.write_table(table, birds / "a.parquet")
    assert Table(path=str(birds / "a.parquet")).load().schema.columns["label"].names == ("0", "1")


def test_a_loaded_pipeline_is_what_was_saved(tmp_path: Path) -> None:
    """Loading without allocating first must not lose anything."""
    made = pipeline()
    made.save_pretrained(tmp_path)
    loaded = Pipeline.from_pretrained(tmp_path)
    assert all(each.device.type == "cpu" for each in loaded.generator.state_dict().values())
    assert np.array_equal(made(n=5).images, loaded(n=5).images)
    assert torch.equal(next(iter(made.generator.parameters())), next(iter(loaded.generator.parameters())))


def test_weights_in_other_numbers_are_read_as_floats(tmp_path: Path) -> None:
    made = pipeline()
    made.save_pretrained(tmp_path)
    doubles = {name: value.double() for name, value in load_file(tmp_path / "model.safetensors").items()}
    save_file(doubles, tmp_path / "model.safetensors")
    assert np.array_equal(made(n=5).images, Pipeline.from_pretrained(tmp_path)(n=5).images)


def test_arrays_that_lie_in_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["images"] = np.zeros((4, 8, 8), np.uint8)
    layout = h5py.VirtualLayout((4, 8, 8), np.uint8)
    layout[:] = h5py.VirtualSource(tmp_path / "secret.h5", "images", (4, 8, 8))
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        file.create_virtual_dataset("images", layout)
        file["labels"] = [0, 1, 0, 1]
    with h5py.File(tmp_path / "linked.h5", "w") as file:
        file["images"] = h5py.ExternalLink("secret.h5", "images")
        file["labels"] = [0, 1, 0, 1]
    assert "images lies in another file" in refused(["train", str(tmp_path / "virtual.h5")], 3, capsys)
    assert "no array 'images'" in refused(["train", str(tmp_path / "linked.h5")], 3, capsys)


@pytest.mark.parametrize("name", ["../wren/0.png", "/etc/0.png", "wren/../../0.png"])
def test_archives_whose_names_lead_outside(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is unpacked: a name is a name."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, buffer.getvalue())
    assert "error[data]" in refused(["train", str(tmp_path / "a.zip")], 3, capsys)
    assert [each.name for each in tmp_path.rglob("*")] == ["a.zip"]


def test_an_archive_that_is_a_bomb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/0.png", b"\0" * (300 << 20))
    assert "300 MiB, more than 256" in refused(["train", str(tmp_path / "a.zip")], 3, capsys)
