"""Two rewards of the same tree side by side: a slope for each node of each step, and whom each would have killed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.marks import node_hovers
from pfviz.lab.probes.rescore import RescoredSweep
from pfviz.text import format_number
from pfviz.trace.trace import Trace
from pfviz.types import IntArray

CAPTION = "A line is a particle: reward of the run, then the other."
HOW_TO_READ = (
    "A pair of columns for each step: on the left the reward of the run, on the right the other one; a line for each "
    "particle. Lines that cross are an order that the two do not share: ρ is Spearman's rank correlation. Killed: a "
    "resampling would make fewer than 1/3 copies of it (N·W) under that reward."
)
HALF_WIDTH = 0.27
"""Of the distance between two columns, where steps are 1 apart."""
_MAX_LABELLED_STEPS = 12  # steps whose ρ has room above them

FATE_STYLES = (
    ("killed by neither", theme.SURVIVOR_COLOUR, 1.1),
    ("killed by both", theme.FAINT, 1.0),
    ("killed by the run alone", theme.POSITIVE_COLOUR, 1.8),
    ("killed by the other alone", theme.NEGATIVE_COLOUR, 1.8),
)
"""What the legend says, with colour and width in px."""


def plot_reward_comparison(found: RescoredSweep, *, selected: int | None = None, title: bool = True) -> go.Figure:
    """Reward of the run → the other reward, for every node that a step has.

    Args:
        selected: uid of a node: its line stands out.
        title: draw the title and the legend; without them a page says both beside the figure.
    """
    trace = found.trace
    fates = fate_indices(found)
    steps, slots = _distinct_nodes(trace)
    lines: list[Any] = []
    for k, (name, colour, width) in enumerate(FATE_STYLES):
        mine = fates[steps, slots] == k
        lines.append(_lines(found, steps[mine], slots[mine], name, color=colour, width=width))
    chosen = trace.uids[steps, slots] == selected if selected is not None else np.zeros(len(steps), dtype=np.bool_)
    ring = _lines(found, steps[chosen], slots[chosen], "selection", color=theme.ACCENT, width=3)
    ring.showlegend = False
    return theme.figure(
        [*lines, _end_marks(found, steps, slots, fates), ring],
        title=describe_parting(found),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": 34, "r": 40, "t": 30 if title else 8, "b": 36},
        showlegend=title,
        legend={
            "orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 11, "color": theme.MUTED},
            "itemclick": False, "itemdoubleclick": False, "itemwidth": 30, "yref": "paper",
        },
        xaxis=theme.axis(
            range=[0.5, max(1, trace.steps) + 0.5], fixedrange=True, tickangle=0,
            tickvals=[*range(1, trace.steps + 1)], ticktext=_tick_labels(found),
        ),
        yaxis=theme.axis(range=[-0.04, 1.04], tickvals=[0, 0.5, 1], showgrid=True, fixedrange=True),
        annotations=[theme.step_axis_label()],
        shapes=_parting_band(found),
    )  # fmt: skip


def describe_parting(found: RescoredSweep) -> str:
    """Where they part, in a sentence."""
    at = found.first_disagreement
    if at is None:
        return "The two rewards never disagree"
    rho = found.correlations[at, 0]
    told = "" if math.isnan(rho) else f" (ρ {format_number(float(rho))})"
    return f"They first disagree at step {at + 1}{told}"


def fate_indices(found: RescoredSweep) -> IntArray:
    """(T, N): the place in `FATE_STYLES` of each slot."""
    return np.asarray(
        np.select(
            [found.killed_by_run & found.killed_by_other, found.saved_by_other, found.saved_by_run],
            [1, 2, 3],
            default=0,
        ),
        dtype=np.int64,
    )


def _distinct_nodes(trace: Trace) -> tuple[IntArray, IntArray]:
    """Step and slot of each distinct node of each step; those of a finished particle that waits are among them."""
    rows = [np.unique(trace.uids[t], return_index=True)[1] for t in range(trace.steps)]
    steps = np.repeat(np.arange(trace.steps), [len(row) for row in rows])
    return steps, np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)


def _lines(found: RescoredSweep, steps: IntArray, slots: IntArray, name: str, **line: Any) -> go.Scatter:
    gap = np.full(len(steps), np.nan)
    x = np.stack([steps + 1 - HALF_WIDTH, steps + 1 + HALF_WIDTH, gap], axis=1).ravel()
    y = np.stack([found.trace.rewards[steps, slots], found.rewards[steps, slots], gap], axis=1).ravel()
    return go.Scatter(x=x.round(3), y=y.round(4), mode="lines", line=line, name=name, hoverinfo="skip")


def _end_marks(found: RescoredSweep, steps: IntArray, slots: IntArray, fates: IntArray) -> go.Scatter:
    """A mark at both ends of each line, to hover and to click."""
    trace, hovers = found.trace, node_hovers(found.trace)
    other = theme.escape(found.reward)
    texts = [
        f"{hovers[t][n]}<br>{other} <b>{found.rewards[t, n]:.3f}</b><br>{FATE_STYLES[fates[t, n]][0]}"
        for t, n in zip(steps, slots, strict=True)
    ]
    colours = [FATE_STYLES[fate][1] for fate in fates[steps, slots]]
    return go.Scatter(
        x=np.concatenate([steps + 1 - HALF_WIDTH, steps + 1 + HALF_WIDTH]).round(3),
        y=np.concatenate([trace.rewards[steps, slots], found.rewards[steps, slots]]).round(4),
        mode="markers",
        name="nodes",
        showlegend=False,
        customdata=np.tile(trace.uids[steps, slots], 2),
        hovertext=texts * 2,
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"size": 7, "color": colours * 2, "line": {"width": 0.8, "color": theme.OUTLINE}},
    )


def _tick_labels(found: RescoredSweep) -> list[str]:
    """The number of each step, and under it ρ, as long as there is room."""
    steps = found.trace.steps
    every = -(-steps // 24)
    told = []
    for t in range(steps):
        rho = found.correlations[t, 0]
        said = "ρ –" if math.isnan(rho) else f"ρ {format_number(float(rho))}"
        number = str(t + 1) if (t + 1) % every == 0 else ""
        told.append(f"{number}<br>{said}" if steps <= _MAX_LABELLED_STEPS else number)
    return told


def _parting_band(found: RescoredSweep) -> list[dict[str, Any]]:
    """A wash behind the step at which they part."""
    if found.first_disagreement is None:
        return []
    x = found.first_disagreement + 1
    return [
        {
            "type": "rect", "x0": x - 0.45, "x1": x + 0.45, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
            "line": {"width": 0}, "fillcolor": theme.GRID,
        }
    ]  # fmt: skip
