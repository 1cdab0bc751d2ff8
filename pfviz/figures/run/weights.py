"""Every weight of a run at a glance: step × slot, in the lanes of the genealogy."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import lanes, max_weight, relatives
from pfviz.figures import theme
from pfviz.figures.marks import node_hovers
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, IntArray

CAPTION = "A cell is a particle at a step; darker is heavier."
HOW_TO_READ = (
    "One cell is one particle at one step; the darker, the heavier (square-root scale, saturated at 8 times the "
    "average 1/N). Rows are in the order of the genealogy."
)

SATURATION = 8
"""Multiple of the average weight from which the colour no longer changes; fixed, so a growing run is not recoloured."""


def plot_weights(
    trace: Trace, *, selected: int | None = None, horizon: int | None = None, title: bool = True
) -> go.Figure:
    """Heat map of the normalised weights.

    Args:
        selected: uid of a node: its cell is outlined, and thinly its ancestry and descendants.
        horizon: last step of the axis; at least T.
        title: draw the title.
    """
    horizon = max(horizon or 0, trace.steps, 1)
    n, rows = trace.particles, lanes(trace)
    order = np.argsort(rows, axis=1)  # (T, N): the slot in each lane
    hovers = node_hovers(trace)
    top = min(1.0, SATURATION / n)
    heat = go.Heatmap(
        x=np.arange(1, trace.steps + 1),
        y=np.arange(n),
        z=np.sqrt(np.take_along_axis(trace.weights, order, axis=1)).T.round(4),
        zmin=0,
        zmax=np.sqrt(top),
        colorscale=[[k / 5, colour] for k, colour in enumerate(theme.WEIGHT_SCALE)],
        customdata=np.take_along_axis(trace.uids, order, axis=1).T,
        hovertext=[[hovers[t][order[t, k]] for t in range(trace.steps)] for k in range(n)],
        hovertemplate="%{hovertext}<extra></extra>",
        xgap=3,
        ygap=1 if n <= 64 else 0,
        colorbar={
            "thickness": 8,
            "len": 0.85,
            "outlinewidth": 0,
            "tickvals": np.sqrt([0, 1 / n, top]).tolist() if n > 1 else [0, 1],
            "ticktext": ["0", "1/N", f"≥ {top:.2g}" if top < 1 else "1"] if n > 1 else ["0", "1"],
            "tickfont": {"size": 10, "color": theme.MUTED},
            "title": {"text": "weight", "font": {"size": 11, "color": theme.MUTED}},
        },
        name="weights",
    )
    heaviest = [
        f"Heaviest particle after step {t}: {weight:.0%} of the weight" for t, weight in enumerate(max_weight(trace), 1)
    ]
    return theme.figure(
        [heat, *_outlines(trace, rows, selected)],
        title=heaviest[-1] if heaviest else "No step yet",
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=int(np.clip(120 + 16 * n, 220, 520)),
        xaxis=theme.step_axis(horizon) | {"range": [0.4, horizon + 0.6]},
        yaxis=theme.axis(visible=False, range=[n - 0.4, -0.6], fixedrange=False),
        margin={"l": 16, "r": theme.RIGHT_MARGIN, "t": 14, "b": theme.BOTTOM_MARGIN},
        shapes=theme.resampling_lines((np.flatnonzero(trace.resampled) + 1.5).tolist()),
        annotations=[theme.step_axis_label()] if trace.steps else theme.empty_annotations("No step yet"),
    )


def _outlines(trace: Trace, rows: IntArray, selected: int | None) -> list[Any]:
    """Boxes around the related cells (thin) and the selected ones (strong); two traces, always."""
    none = np.zeros(rows.shape, dtype=np.bool_)
    related = relatives(trace, selected)
    chosen = none if related is None else trace.uids == selected
    related = none if related is None else related
    return [_boxes(rows, related & ~chosen, 1.2, "related"), _boxes(rows, chosen, 2.8, "selection")]


def _boxes(rows: IntArray, mask: BoolArray, width: float, name: str) -> Any:
    steps, lane = np.nonzero(mask)[0] + 1, rows[mask]
    corners_x, corners_y = [-0.48, 0.48, 0.48, -0.48, -0.48, np.nan], [-0.5, -0.5, 0.5, 0.5, -0.5, np.nan]
    return go.Scatter(
        x=(steps[:, None] + corners_x).ravel(),
        y=(lane[:, None] + corners_y).ravel(),
        mode="lines",
        line={"color": theme.ACCENT, "width": width},
        hoverinfo="skip",
        name=name,
    )
