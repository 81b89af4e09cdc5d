"""The caller's defaults: results do not depend on them, and they are as they were afterwards."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import condgan as cg
from condgan.core.defaults import own_defaults, step_by_step
from tests.conftest import make_birds
from tests.pairs import make_pairs

TINY = {"training": {"batch": 4, "snapshots": 2}, "architecture": {"channels": 8}}


@contextmanager
def _setting(put: Callable[[Any], Any], value: Any, before: Any) -> Any:
    put(value)
    try:
        yield
    finally:
        put(before)


WORLDS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "float64": lambda: _setting(torch.set_default_dtype, torch.float64, torch.float32),
    "bfloat16": lambda: _setting(torch.set_default_dtype, torch.bfloat16, torch.float32),
    "on the CPU": lambda: _setting(torch.set_default_device, "cpu", None),
    "on meta": lambda: _setting(torch.set_default_device, "meta", None),
    "on meta, inside": lambda: torch.device("meta"),
    "deterministic": lambda: _setting(torch.use_deterministic_algorithms, True, False),
    "no gradients": torch.no_grad,
    "inference": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "NumPy raises": lambda: np.errstate(all="raise"),
}


def state() -> tuple[Any, ...]:
    return (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
        tuple(np.geterr().items()),
    )


def verbs(folder: Path, birds: Path, beach: Path) -> dict[str, bytes]:
    """What is made by each verb, from whatever defaults there are; these are looked at on the way."""
    before = state()
    found: dict[str, bytes] = {}
    for name, data, preset in (("birds", birds, "acgan"), ("beach", beach, "spade")):
        small = TINY if name == "birds" else {**TINY, "architecture": {"channels": 16, "least_channels": 8}}
        for _ in cg.train(data, out=folder / name, preset=preset, images=16, settings=small, device="cpu"):
            assert state() == before
        found[name] = (folder / name / "model.safetensors").read_bytes()
    pipe = cg.Pipeline.from_pretrained(folder / "birds")
    assert state() == before
    found["sample"] = cg.sample(folder / "birds", n=4).images.tobytes()
    found["render"] = pipe.render(pipe.noise(range(2)), pipe.embed([{"label": "wren"}] * 2)).tobytes()
    pipe.save_pretrained(folder / "again")
    found["again"] = (folder / "again" / "model.safetensors").read_bytes()
    for each in cg.translate(folder / "beach", beach / "test" / "label", folder / "made", device="cpu"):
        assert isinstance(each, Path) and state() == before
        found[each.name] = each.read_bytes()
    with pytest.raises(cg.SettingsError):
        pipe("no such bird")
    assert state() == before
    return found


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, bytes]]:
    """Birds, pairs, and what is made of them with the usual defaults."""
    home = tmp_path_factory.mktemp("defaults")
    birds, beach = make_birds(home / "birds"), make_pairs(make_pairs(home / "beach", count=6), "test", 2, first=50)
    return birds, beach, verbs(home / "runs", birds, beach)


@pytest.mark.parametrize("world", WORLDS)
def test_results_are_the_same_to_the_byte(
    world: str, material: tuple[Path, Path, dict[str, bytes]], tmp_path: Path
) -> None:
    birds, beach, expected = material
    with WORLDS[world]():
        found = verbs(tmp_path, birds, beach)
    assert [name for name in expected if found[name] != expected[name]] == []


def test_an_evaluation_is_the_same(
    material: tuple[Path, Path, dict[str, bytes]], tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {**TINY, "training": {"batch": 16, "snapshots": 1}}
    for _ in cg.train("digits", out=tmp_path / "run", preset="acgan", images=16, settings=settings, device="cpu"):
        pass
    reports = []
    for place, world in enumerate([ExitStack, WORLDS["float64"], WORLDS["on meta"], WORLDS["deterministic"]]):
        monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / f"cache-{place}"))
        with world():
            before = state()
            found = cg.evaluate(tmp_path / "run", "digits", n=100, repeats=2, quick=True, device="cpu")
            assert state() == before
        reports.append(found.report)
    assert all(each.model_dump_json() == reports[0].model_dump_json() for each in reports)


def test_an_iterator_that_is_left_or_fails_leaves_the_callers_defaults() -> None:
    ended = []

    def steps():  # type: ignore[no-untyped-def]
        try:
            assert torch.get_default_dtype() == torch.float32
            yield 1
            raise RuntimeError("broken")
        finally:
            ended.append(torch.get_default_dtype())

    with WORLDS["float64"]():
        for _ in step_by_step(steps()):
            assert torch.get_default_dtype() == torch.float64
            break
        assert torch.get_default_dtype() == torch.float64
        with pytest.raises(RuntimeError, match="broken"):
            list(step_by_step(steps()))
        assert torch.get_default_dtype() == torch.float64
        with pytest.raises(ZeroDivisionError), own_defaults():
            _ = 1 / 0
        assert torch.get_default_dtype() == torch.float64
    assert ended == [torch.float32] * 2
