"""Charts as SVG, the same text for the same numbers, to stand inside a page."""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

P = ParamSpec("P")

INK = "#1f5a96"
COLOURS = (INK, "#d9822b", "#5b8c5a", "#8a5a9e")


def _styled(draw: Callable[P, str]) -> Callable[P, str]:
    """The same text for the same numbers, and names as they are: a $ in one begins no formula."""

    @wraps(draw)
    def drawn(*args: P.args, **words: P.kwargs) -> str:
        from matplotlib import rc_context

        with rc_context({"svg.hashsalt": "condgan", "svg.fonttype": "none", "text.parse_math": False}):
            return draw(*args, **words)

    return drawn


@_styled
def bars(
    values: Mapping[str, tuple[float, float, float]], reference: Mapping[str, float], labels: tuple[str, str]
) -> str:
    """A bar with its interval (value, low, high) for each name, and a mark for its reference."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 0.7 + 0.24 * len(values)), layout="constrained")
    axes = figure.subplots()
    places = list(range(len(values)))
    intervals = list(values.values())
    axes.barh(places, [value for value, _, _ in intervals], color=INK, height=0.7, label=labels[0])
    axes.hlines(
        places, [low for _, low, _ in intervals], [high for _, _, high in intervals], color="black", linewidth=1
    )
    marks = [reference[name] for name in values if name in reference]
    if len(marks) == len(places):
        axes.plot(marks, places, "|", color=COLOURS[1], markersize=11, markeredgewidth=2.5, label=labels[1])
    end = 1.02 * max([high for _, _, high in intervals] + marks)
    for place, (value, _, _) in zip(places, intervals, strict=True):
        axes.text(end, place, f"{value:.3f}", va="center", fontsize=8)
    axes.set_xlim(0, 1.08 * end)
    axes.set_yticks(places, list(values), fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    _legend_below(figure)
    return _svg(figure)


@_styled
def matrix(counts: Sequence[Sequence[int]], names: Sequence[str]) -> str:
    """A confusion matrix: each row in shares of its sum, written out where there is room."""
    import numpy as np
    from matplotlib.figure import Figure

    rows = np.asarray(counts, float)
    shares = rows / np.maximum(rows.sum(1, keepdims=True), 1)
    side = min(9.0, 1.6 + 0.45 * len(names))
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    few = len(names) <= 30
    axes.set_xticks(range(len(names)) if few else [], list(names) if few else [], rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)) if few else [], list(names) if few else [], fontsize=8)
    axes.set_xlabel("predicted")
    axes.set_ylabel("requested")
    if len(names) <= 16:
        for (row, column), share in np.ndenumerate(shares):
            if share >= 0.0005:
                text = f"{100 * share:.1f}" if share < 0.9995 else "100"
                axes.text(
                    column, row, text, ha="center", va="center", fontsize=7, color="white" if share > 0.5 else "black"
                )
    return _svg(figure)


@_styled
def lines(x: Sequence[float], curves: Mapping[str, Sequence[float]], labels: tuple[str, str]) -> str:
    """A curve for each name over one axis, each with a dot at its highest point."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots()
    for colour, (name, y) in zip(COLOURS, curves.items(), strict=False):
        best = max(range(len(y)), key=lambda index: y[index])
        axes.plot(x, y, color=colour, linewidth=1.2, label=name)
        axes.plot(x[best], y[best], "o", color=colour, markersize=4)
    tops = [max(y) for y in curves.values()]
    room = max(300.0, max(tops) - min(tops))  # far from their tops curves fall without end
    axes.set_ylim(min(tops) - room, max(tops) + 0.2 * room)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    return _svg(figure)


def _legend_below(figure: "Figure") -> None:
    figure.legend(loc="outside lower right", ncols=2, fontsize=8, frameon=False)


def _svg(figure: "Figure") -> str:
    """The element alone, without the file's preamble."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = buffer.getvalue()
    return text[text.index("<svg") :]
