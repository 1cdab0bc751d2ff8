"""The rewards of a large run: how many particles of a step have which reward, and the lineages that live on."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import living_descendants
from pfviz.figures import theme
from pfviz.figures.marks import BRIEF_HOVER, brief_data, curves
from pfviz.figures.run.cells import Cells, count_by_cell, divide_into_cells, edges_between, marked_survivors
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray

ROWS = 80
"""Rows of cells from reward 0 to 1."""


def reward_cells(trace: Trace, alive: BoolArray, lit: BoolArray) -> list[Any]:
    """Return the traces; `alive` and `lit` (T, N) say who lives on, and who is related to the selection."""
    cells = divide_into_cells(trace, trace.rewards * ROWS - 0.5, ROWS, most=ROWS)
    counts = count_by_cell(cells, np.ones(alive.shape, dtype=np.bool_))
    shares = living_descendants(trace) / max(trace.particles, 1)
    marked = marked_survivors(cells, shares, alive)
    heat = go.Heatmap(
        x=cells.steps + 1,
        y=_reward_at(cells.heights(np.arange(cells.count))),
        z=np.where(counts == 0, np.nan, np.sqrt(counts)).astype(np.float32),
        text=counts,
        hovertemplate="step %{x} · reward %{y:.2f}<br>%{text} particles<extra></extra>",
        hoverongaps=False,
        colorscale=[[k / 5, colour] for k, colour in enumerate(theme.WEIGHT_SCALE)],
        zmin=0,
        zmax=float(np.sqrt(trace.particles / 4)),
        showscale=False,
        xgap=2 if len(cells.steps) <= 120 else 0,
        name="particles",
    )
    marks = go.Scatter(
        x=np.nonzero(marked)[0] + 1,
        y=trace.rewards[marked].round(4),
        mode="markers",
        customdata=brief_data(trace, marked),
        hovertemplate=BRIEF_HOVER,
        marker={
            "size": 6,
            "symbol": np.where(trace.finished[marked], "diamond", "circle").tolist(),
            "color": trace.rewards[marked].round(4),
            "line": {"width": 0.7, "color": theme.OUTLINE},
            **theme.reward_scale(bar=False),
        },
        name="steps",
    )
    return [
        heat,
        _lines(cells, alive & ~lit, shares, theme.SURVIVOR_COLOUR, 1.0, "survivors", 0.8),
        _lines(cells, lit, shares, theme.ACCENT, 2.0, "selected", 1.0),
        marks,
    ]


def _lines(
    cells: Cells, mask: BoolArray, shares: FloatArray, colour: str, width: float, name: str, opacity: float
) -> go.Scatter:
    """One line for all lineages of the mask that go from one cell to another."""
    found = edges_between(cells, mask, shares, None)
    xs, ys = curves(found.x0, _reward_at(found.y0), found.x1, _reward_at(found.y1), 2)
    line = {"color": colour, "width": width}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, opacity=opacity, hoverinfo="skip", name=name)


def _reward_at(heights: FloatArray) -> FloatArray:
    return np.asarray((heights + 0.5) / ROWS)
