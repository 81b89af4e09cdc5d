"""When to stop."""

from collections.abc import Mapping, Sequence
from typing import Any

PATIENCE = 3
"""Snapshots without an improvement after which there is little more to hope for."""


def plateau(history: Sequence[Mapping[str, Any]]) -> str | None:
    """Why a run may stop, from all reports of its log: the distance of its samples does not improve any more.

    An improvement is a fall below the last best by more than that one's interval; small steps add up.
    """
    seen = [report for report in history if "pixel_distance" in report]
    if not seen:
        return None
    best, waited = seen[0], 0
    for report in seen[1:]:
        better = report["pixel_distance"] < best["pixel_distance"] - best.get("pixel_distance_error", 0.0)
        best, waited = (report, 0) if better else (best, waited + 1)
    if waited < PATIENCE:
        return None
    return (
        f"for {waited} snapshots the distance from the real images has not fallen below the interval of "
        f"{best['pixel_distance']:.3g} ± {best.get('pixel_distance_error', 0.0):.1g} at {best['images']:,} images"
    )
