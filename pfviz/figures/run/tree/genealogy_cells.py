"""The genealogy of a large run: where everybody was, as cells in the colour of their reward; who lives on, as lines and
as the marks of those from whom most descend; and the families that the last step falls into."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import living_descendants
from pfviz.figures import theme
from pfviz.figures.marks import BRIEF_HOVER, brief_data, curves, diameters
from pfviz.figures.run.cells import (
    Cells,
    count_by_cell,
    divide_into_cells,
    edges_between,
    first_by_cell,
    marked_survivors,
    mean_by_cell,
    most_frequent_by_cell,
    sum_by_cell,
    uids_by_cell,
)
from pfviz.figures.run.tree.node_colours import NodeColours
from pfviz.figures.run.tree.tree_layout import TreeLayout
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray

_WIDTHS = ((0.0, 0.7), (0.02, 1.3), (0.125, 2.4), (0.5, 4.0))  # share of the last step from which on, px


def draw_cells(trace: Trace, layout: TreeLayout, colours: NodeColours, related: BoolArray | None) -> list[Any]:
    """Return the traces of a large run."""
    living = living_descendants(trace)
    cells = divide_into_cells(trace, layout.rows, layout.height)
    alive = (living > 0) & layout.shown
    marked = marked_survivors(cells, living, alive)
    heat = [
        heat_map(trace, cells, colours, mask, name, opacity)
        for name, mask, opacity in _layers(trace, cells, layout, alive)
    ]
    lines = _lines(cells, layout, living / max(trace.particles, 1), alive, related)
    return [*heat, *lines, draw_root(layout), _marks(trace, layout, colours, marked)]


def _layers(trace: Trace, cells: Cells, layout: TreeLayout, alive: BoolArray) -> list[tuple[str, BoolArray, float]]:
    """Name, slots (T, N) and opacity of each layer of cells, none of which covers another: where all died out, where
    somebody lives on, and where those have at least their share of the weight."""
    lives, heavy = np.zeros((2, *alive.shape), dtype=np.bool_)
    places = np.arange(len(cells.steps))[:, None]
    counts, weights = count_by_cell(cells, alive), sum_by_cell(cells, trace.weights, alive)
    lives[cells.steps] = (counts > 0)[cells.rows, places]
    heavy[cells.steps] = (weights * trace.particles >= counts)[cells.rows, places]
    return [
        ("died", layout.shown & ~lives, 0.16),
        ("living", alive & ~heavy, 0.42),
        ("living, heavy", alive & heavy, 1.0),
    ]


def heat_map(
    trace: Trace, cells: Cells, colours: NodeColours, mask: BoolArray, name: str, opacity: float
) -> go.Heatmap:
    """Cells with the uid of the heaviest of each, in the colour of the mean of the mask's slots, or of the category of
    most of them; those without a value are left out."""
    summarise = most_frequent_by_cell if colours.categories else mean_by_cell
    values, scale = summarise(cells, colours.values, mask), colours.scale
    told = "" if colours.categories or colours.meaning == "weight" else f"<br>mean {colours.meaning} %{{z:.2f}}"
    uids = uids_by_cell(trace, cells, first_by_cell(cells, trace.weights, mask))
    return go.Heatmap(
        x=cells.steps + 1,
        y=cells.heights(np.arange(cells.count)),
        z=values.astype(np.float32).round(3),
        customdata=uids.astype(np.int32),
        hovertemplate=f"step %{{x}} · {name}{told}<extra></extra>",
        colorscale=scale["colorscale"],
        zmin=scale["cmin"],
        zmax=scale["cmax"],
        showscale=False,
        hoverongaps=False,
        opacity=opacity,
        xgap=2 if len(cells.steps) <= 120 else 1,
        name=name,
    )


def _lines(
    cells: Cells, layout: TreeLayout, shares: FloatArray, alive: BoolArray, related: BoolArray | None
) -> list[Any]:
    """Lines of the survivors, thicker the more of the last step descends from them, and those of the selection."""
    edges = edges_between(cells, alive, shares, layout.root)
    bounds = [*(low for low, _ in _WIDTHS), np.inf]
    found = []
    for k, (low, width) in enumerate(_WIDTHS):
        mask = (edges.share >= low) & (edges.share < bounds[k + 1])
        xs, ys = curves(edges.x0[mask], edges.y0[mask], edges.x1[mask], edges.y1[mask], 2 if low < 0.02 else 6)
        found.append(_line(xs, ys, f"survivors {k + 1}", {"color": theme.SURVIVOR_COLOUR, "width": width}))
    lit = np.zeros(alive.shape, dtype=np.bool_) if related is None else related & layout.shown
    own = edges_between(cells, lit, shares, layout.root)
    xs, ys = curves(own.x0, own.y0, own.x1, own.y1, 2)
    return [*found, _line(xs, ys, "selected", {"color": theme.ACCENT, "width": 2.0})]


def _line(xs: Any, ys: Any, name: str, line: dict[str, Any]) -> go.Scatter:
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, name=name, hoverinfo="skip")


def draw_root(layout: TreeLayout) -> go.Scatter:
    """The problem, before the first step."""
    marker = {"symbol": "square", "size": 11, "color": theme.INK}
    return go.Scatter(x=[0], y=[layout.root], mode="markers", marker=marker, hoverinfo="skip", name="problem")


def _marks(trace: Trace, layout: TreeLayout, colours: NodeColours, marked: BoolArray) -> go.Scatter:
    steps, slots = np.nonzero(marked)
    shown = colours.values[steps, slots]
    unknown: list[Any] = [theme.UNMEASURED_COLOUR if np.isnan(value) else round(value, 4) for value in shown.tolist()]
    return go.Scatter(
        x=steps + 1,
        y=layout.rows[steps, slots],
        mode="markers",
        name="steps",
        customdata=brief_data(trace, marked),
        hovertemplate=BRIEF_HOVER,
        marker={
            "size": diameters(trace.weights[steps, slots], layout.height).round(1),
            "symbol": np.where(trace.finished[steps, slots], "diamond", "circle").tolist(),
            "color": unknown if np.isnan(shown).any() else shown.round(4),
            "line": {"width": 0.8, "color": theme.OUTLINE},
            **colours.scale,
        },
    )
