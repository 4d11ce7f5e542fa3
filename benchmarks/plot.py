"""The plot of the two measurements that a fleet feels: time to ACTIVE, and devices per second."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, told apart with any colour vision: ours stands out, the others stand back.
OURS, OTHERS = "#0072B2", "#999999"
INK = "#333333"
SIZE = (9.0, 3.2)  # inches
WIDTH = 0.6
STYLE = {"svg.fonttype": "none", "svg.hashsalt": "bench", "font.size": 10, "text.color": INK}
ROOM = 1.25
"""How much longer an axis is than its longest bar, so that the figure behind it fits in."""

Figures = Mapping[str, Mapping[str, float]]


def draw(alone: Figures, burst: Figures, file: Path) -> None:
    """Draw both, side by side, contenders from top to bottom in the order of the tables.

    Args:
        alone: `p50_ms` and `p99_ms` by contender.
        burst: `devices_per_second` by contender.
        file: where to; SVG with text as text.
    """
    names = list(alone)
    medians, worst = _column(alone, names, "p50_ms"), _column(alone, names, "p99_ms")
    rates = _column(burst, names, "devices_per_second")
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]  # its stubs want literals for keys
        figure = Figure(figsize=SIZE, layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _bars(
            left,
            names,
            medians,
            [f"{p50:.0f} / {p99:.0f}" for p50, p99 in zip(medians, worst, strict=True)],
            worst,
        )
        left.hlines(range(len(names)), medians, worst, color=INK, linewidth=1)
        left.plot(worst, range(len(names)), "|", color=INK, markersize=7)
        _title(left, "First CONNECT to ACTIVE, ms", "one device at a time: p50 (bar) / p99 (whisker)")
        _bars(right, names, rates, [f"{value:.0f}" for value in rates], rates)
        _title(right, "Devices per second", "a burst, no quotas")
        left.set_xlim(0, max(worst) * ROOM)
        right.set_xlim(0, max(rates) * ROOM)
        left.invert_yaxis()
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def _column(figures: Figures, names: Sequence[str], key: str) -> list[float]:
    return [figures[name][key] for name in names]


def _bars(
    axes: "Axes",
    names: Sequence[str],
    values: Sequence[float],
    labels: Sequence[str],
    ends: Sequence[float],
) -> None:
    """Draw horizontal bars, each with a label behind its end (or behind what else ends there)."""
    colours = [OURS if name.startswith("ours") else OTHERS for name in names]
    axes.barh(range(len(names)), values, WIDTH, color=colours)
    axes.set_yticks(range(len(names)), names)
    for place, (end, label) in enumerate(zip(ends, labels, strict=True)):
        axes.annotate(label, (end, place), (6, 0), textcoords="offset points", va="center", color=INK)
    axes.spines[["top", "right", "bottom", "left"]].set_visible(False)
    axes.tick_params(length=0, labelbottom=False, labelcolor=INK)


def _title(axes: "Axes", title: str, how: str) -> None:
    axes.set_title(f"{title}\n", loc="left", fontweight="bold", color=INK)
    axes.text(0, 1.03, how, transform=axes.transAxes, color=INK, fontsize=9)
