"""Command lines of small trainings."""

import pytest

from condgan.cli import main

SMALL = ["--images", "24", "--training.batch", "4", "--training.snapshots", "2", "--architecture.patch-channels", "8"]
UNET = [*SMALL, "--architecture.channels", "8", "--architecture.most-channels", "16"]


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)
