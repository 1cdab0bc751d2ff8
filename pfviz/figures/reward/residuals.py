"""Martingale residuals over the steps: how far the children of each particle are from what its reward promised."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics.genealogy import lanes
from pfviz.diagnostics.rewards.residuals import Residuals, residuals
from pfviz.figures import theme
from pfviz.figures.marks import node_hovers
from pfviz.stats.estimate import Estimate
from pfviz.text import format_signed
from pfviz.trace.trace import Trace

QUESTION = "Does the reward rise or fall without cause?"
CAPTION = "A dot is a particle: children's mean reward minus its own."
HOW_TO_READ = (
    "A dot is a particle with children: the mean reward of its children before selection, minus its own (the "
    "martingale or Bellman residual; Sutton & Barto 2018, §3.5). A reward that is the probability of ending right has "
    "a mean of 0 at every step. Bars: the mean of a step with its 95% t-interval; above, that of all, in clusters of "
    "root ancestors (Liang & Zeger 1986)."
)


def plot_residuals(trace: Trace, *, selected: int | None = None, title: bool = True) -> go.Figure:
    """Residual of each node over its step, with the mean of each step.

    Args:
        selected: uid of a node: its dot is outlined.
        title: draw the title.
    """
    found = residuals(trace)
    told = bool(found.overall.count)
    top = max(0.1, 1.15 * float(np.nanmax(np.abs(found.nodes)))) if told else 1.0
    steps = max(1, trace.steps - 1)
    beside: dict[str, Any] = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6}
    words = [
        theme.step_axis_label(),
        theme.note("rises", y=0.8 * top, font={"size": 11, "color": theme.POSITIVE_COLOUR}, **beside),
        theme.note("falls", y=-0.8 * top, font={"size": 11, "color": theme.NEGATIVE_COLOUR}, **beside),
    ]
    return theme.figure(
        [_dots(trace, found, top), _means(found), _selection_ring(trace, found, selected)] if told else [],
        title=f"{QUESTION} {_finding(found.overall)}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=300,
        margin={"l": theme.LEFT_MARGIN, "r": 48, "t": 8, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.step_axis(steps, fixedrange=True) | {"range": [0.4, steps + 0.6]},
        yaxis=theme.axis(
            range=[-top, top], nticks=5, showgrid=True, zeroline=True, zerolinecolor=theme.MUTED, fixedrange=True,
            tickformat="+.2~f", visible=told,
        ),
        annotations=words if told else theme.empty_annotations("At least two steps are needed"),
    )  # fmt: skip


def _finding(overall: Estimate) -> str:
    if not overall.count:
        return ""
    mean = f"On average {format_signed(overall.value)} at each step"
    return (
        mean if math.isnan(overall.low) else f"{mean} ({format_signed(overall.low)} to {format_signed(overall.high)})"
    )


def _dot_positions(trace: Trace, found: Residuals) -> tuple[Any, Any, Any]:
    """Steps and slots of the nodes that are drawn, and their places: beside each other within a step."""
    steps, slots = np.nonzero(found.children)
    within = (lanes(trace)[steps, slots] + 0.5) / trace.particles - 0.5
    return steps, slots, (steps + 1 + 0.6 * within).round(3)


def _dots(trace: Trace, found: Residuals, top: float) -> Any:
    steps, slots, x = _dot_positions(trace, found)
    values, hovers = found.nodes[steps, slots], node_hovers(trace)
    return go.Scatter(
        x=x,
        y=values.round(4),
        mode="markers",
        customdata=trace.uids[steps, slots],
        hovertext=[
            f"{hovers[t][n]}<br>children <b>{format_signed(value)}</b> on average, {found.children[t, n]} of them"
            for t, n, value in zip(steps, slots, values, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "size": 5 + 1.5 * np.minimum(found.children[steps, slots], 4),
            "color": values.round(4),
            "colorscale": [[0, theme.NEGATIVE_COLOUR], [0.5, theme.ZERO_COLOUR], [1, theme.POSITIVE_COLOUR]],
            "cmin": -top / 2,
            "cmax": top / 2,
            "line": {"width": 0.8, "color": theme.OUTLINE},
        },
        name="residuals",
    )


def _means(found: Residuals) -> Any:
    means = [(t + 1, one) for t, one in enumerate(found.steps) if one.count]
    half = [0.0 if math.isnan(one.low) else (one.high - one.low) / 2 for _, one in means]
    return go.Scatter(
        x=[step for step, _ in means],
        y=[round(one.value, 4) for _, one in means],
        mode="markers",
        marker={"symbol": "line-ew", "size": 34, "line": {"width": 2, "color": theme.INK}},
        error_y={"type": "data", "array": half, "color": theme.INK, "thickness": 1.2, "width": 5},
        hoverinfo="skip",
        name="means",
    )


def _selection_ring(trace: Trace, found: Residuals, selected: int | None) -> Any:
    steps, slots, x = _dot_positions(trace, found)
    mine = np.flatnonzero(trace.uids[steps, slots] == selected) if selected is not None else np.empty(0, dtype=np.int64)
    return go.Scatter(
        x=x[mine],
        y=found.nodes[steps, slots][mine],
        mode="markers",
        marker={"symbol": "circle-open", "size": 16, "color": theme.ACCENT, "line": {"width": 2.5}},
        hoverinfo="skip",
        name="selection",
    )
