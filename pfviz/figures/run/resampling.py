"""One resampling event: how many children each particle should have had on average, and how many it had."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import expected_offspring, offspring
from pfviz.figures import theme
from pfviz.figures.marks import MAX_DETAILED_HOVERS, step_hovers
from pfviz.trace.trace import Trace

CAPTION = "Bars: children expected. Diamonds: children drawn."
HOW_TO_READ = (
    "One column per particle, heaviest first: the bar is the expected number of children N·W, the diamond the actual "
    "one. What lies between them is the luck of the draw."
)
MAX_HOVERS = 256
"""Particles up to which each has words of its own, in a run of few enough slots."""


def plot_resampling(
    trace: Trace, *, selected: int | None = None, step: int | None = None, title: bool = True
) -> go.Figure:
    """Expected against actual offspring of one event.

    Args:
        selected: uid of a node: its column is marked.
        step: index of the step (from 0) after which to look; by default the last one that was resampled.
        title: draw the title.

    Raises:
        IndexError: the trace has no such step.
    """
    events = np.flatnonzero(trace.resampled)
    if step is None:
        step = int(events[-1]) if events.size else None
    elif not 0 <= step < trace.steps:
        raise IndexError(f"no step {step}: the trace has steps 0 to {trace.steps - 1}")
    if step is None or not trace.resampled[step]:
        text = "No resampling yet" if step is None else f"No resampling after step {step + 1}"
        return theme.figure(
            [],
            title=text,
            caption=CAPTION,
            reads=HOW_TO_READ,
            titled=title,
            height=300,
            xaxis=theme.axis(visible=False),
            yaxis=theme.axis(visible=False),
            annotations=theme.empty_annotations(text),
        )
    n, weights = trace.particles, trace.weights[step]
    order = np.argsort(-weights, kind="stable")
    expected, actual = expected_offspring(trace)[step][order], offspring(trace)[step][order]
    uids = trace.uids[step][order]
    common: dict[str, Any] = {"customdata": uids, "x": np.arange(n)}
    if n > MAX_HOVERS or trace.steps * n > MAX_DETAILED_HOVERS:
        common["hovertemplate"] = f"step {step + 1} · rank %{{x}}: %{{y}}<extra></extra>"
    else:
        hovers = step_hovers(trace, step)
        common |= {"hovertext": [hovers[slot] for slot in order], "hovertemplate": "%{hovertext}<extra></extra>"}
    chosen = np.flatnonzero(uids == selected) if selected is not None else np.empty(0, dtype=np.int64)
    bars = go.Bar(
        y=expected.round(4),
        marker={"color": theme.WEIGHT_SCALE[2]},
        name="expected N·W",
        **common,
    )
    outline = go.Bar(
        x=chosen,
        y=expected[chosen].round(4),
        marker={"color": "rgba(0,0,0,0)", "line": {"width": 2.5, "color": theme.ACCENT}},
        hoverinfo="skip",
        showlegend=False,
        name="selection",
    )
    gaps = go.Scatter(
        x=np.repeat(np.arange(n), 3),
        y=np.column_stack([expected, actual, np.full(n, np.nan)]).ravel().round(4),
        mode="lines",
        line={"color": theme.MUTED, "width": 1},
        hoverinfo="skip",
        showlegend=False,
        name="luck",
    )
    dots = go.Scatter(
        y=actual,
        mode="markers",
        marker={
            "symbol": np.where(actual > 0, "diamond", "diamond-open").tolist(),
            "size": 9 if n <= 32 else 6,
            "color": theme.WEIGHT_SCALE[5],
            "line": {"width": 1, "color": theme.WEIGHT_SCALE[5]},
        },
        cliponaxis=False,
        name="children",
        **common,
    )
    top = max(1.0, float(expected.max()), float(actual.max()))
    every = max(1, n // 16)
    text = f"Resampling after step {step + 1}: {int((actual > 0).sum())} of {n} have children"
    return theme.figure(
        [bars, outline, gaps, dots],
        title=text,
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": theme.LEFT_MARGIN, "r": 16, "t": 36, "b": 42},
        bargap=0.35,
        barmode="overlay",
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 11, "color": theme.MUTED}},
        xaxis=theme.axis(
            tickvals=np.arange(0, n, every),
            ticktext=[str(slot) for slot in order[::every]],
            tickangle=0,
            title={"text": "particle, heaviest first", "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
            range=[-0.7, n - 0.3],
        ),
        yaxis=theme.axis(
            showgrid=True, range=[-0.06 * top, 1.08 * top], nticks=6, zeroline=True, zerolinecolor=theme.FAINT
        ),
    )
