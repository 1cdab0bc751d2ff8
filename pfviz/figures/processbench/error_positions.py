"""Where the first wrong step is, against where the reward model sees it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.lab.metrics.processbench import NO_ERROR
from pfviz.lab.metrics.processbench_subsets import ProcessBenchResult
from pfviz.types import IntArray

CAPTION = "True first error (across) against the one that is seen."
HOW_TO_READ = (
    "A disc stands for the solutions whose first wrong step is the one below it, and whose first step under the "
    "threshold is the one at its left; its area is how many. On the diagonal (●) the very step is found. Above it (○) "
    "the error is seen late, below it (○) a right step before it is called wrong. The top row: no step lies under the "
    "threshold; the column at the right: solutions without an error. Steps from the twelfth on share a place."
)
MAX_PLACES = 12
"""Steps with a place of their own; the last of them holds all later ones."""
_LARGEST = 34  # px, the diameter of the largest disc


def plot_error_positions(result: ProcessBenchResult, *, title: bool = True) -> go.Figure:
    """Counts of solutions by (true step, seen step)."""
    labels, seen = result.labels, result.predictions
    places = min(MAX_PLACES, int(max(labels.max(initial=0), seen.max(initial=0))) + 1)
    none = places  # the place of "no error"
    counts = Counter(zip(_to_places(labels, places).tolist(), _to_places(seen, places).tolist(), strict=True))
    ticks = [*(str(k + 1) for k in range(places)), "none"]
    if places == MAX_PLACES:
        ticks[places - 1] = f"{places}+"
    line = {"type": "line", "x0": -0.5, "y0": -0.5, "x1": none + 0.5, "y1": none + 0.5, "layer": "below"}
    shared = {"tickvals": list(range(none + 1)), "ticktext": ticks, "range": [-0.6, none + 0.6], "fixedrange": True}
    return theme.figure(
        [_discs(counts, ticks)],
        title=describe_positions(labels, seen),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=420,
        margin={"l": 62, "r": 30, "t": 14, "b": 46},
        xaxis=theme.axis(showgrid=True, **shared),
        yaxis=theme.axis(showgrid=True, **shared),
        shapes=[line | {"line": {"color": theme.FAINT, "width": 1.2, "dash": "dot"}}],
        annotations=[
            theme.note("first wrong step", x=1, xref="paper", xanchor="right", y=0, yref="paper", yshift=-32),
            theme.note("seen at", x=0, xref="paper", xanchor="left", xshift=-56, y=1, yref="paper", yanchor="bottom"),
        ],
    )


def describe_positions(labels: IntArray, seen: IntArray) -> str:
    """How many errors (M,) are found at the very step, late, early, and not at all."""
    wrong = labels != NO_ERROR
    total = int(wrong.sum())
    if not total:
        return "No solution has a wrong step"
    late = int((wrong & (seen > labels)).sum())
    early = int((wrong & (seen != NO_ERROR) & (seen < labels)).sum())
    missed = int((wrong & (seen == NO_ERROR)).sum())
    exact = total - late - early - missed
    return f"Of {total:,} errors {exact / total:.0%} seen at the step, {late / total:.0%} late, " + (
        f"{early / total:.0%} early, {missed / total:.0%} never"
    )


def _to_places(steps: IntArray, places: int) -> IntArray:
    """Steps (M,) as places on the axes: late ones share the last, none stands after it."""
    return np.where(steps == NO_ERROR, places, np.minimum(steps, places - 1))


def _discs(counts: Counter[tuple[int, int]], ticks: list[str]) -> Any:
    cells = sorted(counts.items())
    most = max(counts.values(), default=1)
    hits = [true == seen for (true, seen), _ in cells]
    return go.Scatter(
        x=[true for (true, _), _ in cells],
        y=[seen for (_, seen), _ in cells],
        mode="markers",
        marker={
            "size": [round(max(4.0, _LARGEST * (count / most) ** 0.5), 1) for _, count in cells],
            "symbol": ["circle" if hit else "circle-open" for hit in hits],
            "color": [theme.RIGHT_COLOUR if hit else theme.WRONG_COLOUR for hit in hits],
            "line": {"width": 1.8},
            "opacity": 1,
        },
        hovertext=[
            f"<b>{count:,}</b> solution{'' if count == 1 else 's'}<br>first wrong step: {ticks[true]}"
            f"<br>seen at: {ticks[seen]}"
            for (true, seen), count in cells
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="solutions",
    )
