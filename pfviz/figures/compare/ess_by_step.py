"""How even the weights of several runs are, step by step, in one plot."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.comparison.comparison import Comparison
from pfviz.diagnostics import ess_fraction
from pfviz.figures import theme
from pfviz.figures.compare.marks import DASHES, SYMBOLS, direct_label, run_colour, short_label, small_step_axis
from pfviz.figures.study.accuracy_curve import spread_positions

CAPTION = "A line is a run; 1 = all particles weigh the same."
HOW_TO_READ = (
    "A line is a run: the effective share of its particles before each selection, 1 where all weigh the same. A method "
    "that selects nobody has weights too, by which it answers."
)
HEIGHT = 320
_MARGIN = {"l": 40, "r": 128, "t": 10, "b": 40}
_LABEL_GAP = 15  # px


def plot_ess_by_step(comparison: Comparison, *, title: bool = True) -> go.Figure:
    """ESS/N over the steps, a line with its name at its end for each run."""
    horizon = max(comparison.horizon, 1)
    fractions = [ess_fraction(trace) for trace in comparison.traces]
    lines = [_draw_line(comparison, number, values) for number, values in enumerate(fractions)]
    return theme.figure(
        lines,
        title=_title(comparison),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=HEIGHT,
        margin=dict(_MARGIN),
        xaxis=small_step_axis(horizon, 6, fixedrange=True),
        yaxis=theme.axis(
            range=[0, 1.05], tickvals=[0, 0.5, 1], showgrid=True, fixedrange=True,
            title={"text": "ESS / N", "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
        ),
        annotations=[theme.step_axis_label(), *_labels(comparison, fractions)],
    )  # fmt: skip


def _draw_line(comparison: Comparison, number: int, values: Any) -> Any:
    colour = run_colour(number)
    return go.Scatter(
        x=np.arange(1, len(values) + 1),
        y=np.round(values, 4),
        mode="lines+markers",
        name=f"run {number + 1}",
        line={"color": colour, "width": 2, "dash": DASHES[number % len(DASHES)]},
        marker={"symbol": SYMBOLS[number % len(SYMBOLS)], "size": 7, "color": colour},
        hovertemplate=f"{short_label(comparison, number)}<br>step %{{x}} · ESS/N <b>%{{y:.2f}}</b><extra></extra>",
        cliponaxis=False,
    )


def _labels(comparison: Comparison, fractions: list[Any]) -> list[dict[str, Any]]:
    """The names at the right, each as near to the end of its line as the others allow."""
    drawn = [number for number, values in enumerate(fractions) if len(values)]
    if not drawn:
        return theme.empty_annotations("No step yet")
    ends = [float(fractions[number][-1]) for number in drawn]
    gap = _LABEL_GAP * 1.05 / (HEIGHT - _MARGIN["t"] - _MARGIN["b"])
    places = spread_positions(ends, gap, 0.0, 1.05)
    return [
        theme.note(
            direct_label(comparison, number), xref="paper", x=1, xshift=6, xanchor="left", y=float(place),
            yanchor="middle", font={"size": 11, "color": run_colour(number)}, name=f"run {number + 1}",
        )
        for number, place in zip(drawn, places, strict=True)
    ]  # fmt: skip


def _title(comparison: Comparison) -> str:
    known = [
        (run.lowest_ess, run.lowest_ess_step, label)
        for run, label in zip(comparison.summaries, comparison.labels, strict=True)
        if run.lowest_ess is not None
    ]
    if not known:
        return "No step yet"
    value, step, label = min(known, key=lambda one: one[0])
    return f"Lowest ESS/N: {value:.2f} in {label}, after step {step}"
