"""condgan: images with what belongs to them in, a generator out that people can steer by the same."""

from typing import TYPE_CHECKING

from condgan.core.lazy import lazily
from condgan.core.version import __version__ as __version__

if TYPE_CHECKING:
    from condgan import conditions, data, gallery, losses, metrics, networks, presets
    from condgan.core.errors import (
        CheckpointError,
        CondganError,
        DataError,
        DiskError,
        DivergedError,
        LockedError,
        SettingsError,
    )
    from condgan.gallery.samples import Samples
    from condgan.pipeline import Pipeline
    from condgan.recipe import Optimizer, Recipe, Training
    from condgan.training.session import Snapshot
    from condgan.verbs.compare import compare
    from condgan.verbs.doctor import Diagnosis, doctor
    from condgan.verbs.evaluate import evaluate
    from condgan.verbs.export import Exported, export, play
    from condgan.verbs.find import find
    from condgan.verbs.interpolate import interpolate
    from condgan.verbs.plan import Plan, plan
    from condgan.verbs.push import push
    from condgan.verbs.sample import sample
    from condgan.verbs.train import train
    from condgan.verbs.translate import translate
    from condgan.verbs.write import write

_HOME = {
    "CheckpointError": "core.errors",
    "CondganError": "core.errors",
    "DataError": "core.errors",
    "DiskError": "core.errors",
    "DivergedError": "core.errors",
    "LockedError": "core.errors",
    "SettingsError": "core.errors",
    "Optimizer": "recipe",
    "Pipeline": "pipeline",
    "Recipe": "recipe",
    "Samples": "gallery.samples",
    "Snapshot": "training.session",
    "Training": "recipe",
    "Diagnosis": "verbs.doctor",
    "Exported": "verbs.export",
    "Plan": "verbs.plan",
    "compare": "verbs.compare",
    "doctor": "verbs.doctor",
    "evaluate": "verbs.evaluate",
    "export": "verbs.export",
    "find": "verbs.find",
    "interpolate": "verbs.interpolate",
    "plan": "verbs.plan",
    "play": "verbs.export",
    "push": "verbs.push",
    "sample": "verbs.sample",
    "train": "verbs.train",
    "translate": "verbs.translate",
    "write": "verbs.write",
}
_ROOMS = ("conditions", "data", "gallery", "losses", "metrics", "networks", "presets")

__all__ = [
    "CheckpointError",
    "CondganError",
    "DataError",
    "Diagnosis",
    "DiskError",
    "DivergedError",
    "Exported",
    "LockedError",
    "Optimizer",
    "Pipeline",
    "Plan",
    "Recipe",
    "Samples",
    "SettingsError",
    "Snapshot",
    "Training",
    "compare",
    "conditions",
    "data",
    "doctor",
    "evaluate",
    "export",
    "find",
    "gallery",
    "interpolate",
    "losses",
    "metrics",
    "networks",
    "plan",
    "play",
    "presets",
    "push",
    "sample",
    "train",
    "translate",
    "write",
]


__getattr__ = lazily(
    {room: f"condgan.{room}:*" for room in _ROOMS} | {name: f"condgan.{module}" for name, module in _HOME.items()}
)
"""Public names are imported where they are first used: torch alone takes a second."""


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
