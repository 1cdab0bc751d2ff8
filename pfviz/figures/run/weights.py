"""Every weight of a run at a glance: step × slot, in the lanes of the genealogy."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import lanes, max_weight, relatives
from pfviz.figures import theme
from pfviz.figures.marks import MAX_DETAILED_HOVERS, node_hovers
from pfviz.figures.run.cells import Cells, divide_into_cells, first_by_cell, uids_by_cell
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray

CAPTION = "A cell is a particle at a step; darker is heavier."
HOW_TO_READ = (
    "One cell is one particle at one step; the darker, the heavier (square-root scale, saturated at 8 times the "
    "average 1/N). Rows are in the order of the genealogy."
)
CAPTION_CELLS = "A cell is the heaviest of some particles."
HOW_TO_READ_CELLS = (
    "One cell is some particles at one step, in the colour of the heaviest; the darker, the heavier (square-root "
    "scale, saturated at 8 times the average 1/N). Rows are in the order of the genealogy."
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
    top = min(1.0, SATURATION / n)
    cells = divide_into_cells(trace, rows.astype(np.float64), n) if trace.steps * n > MAX_DETAILED_HOVERS else None
    single = cells is None or cells.of_one_slot
    heat = go.Heatmap(
        **(_slots(trace, rows, top) if cells is None else _cells(trace, cells, top)),
        xgap=3 if trace.steps <= 120 else 0,
        ygap=1 if n <= 64 else 0,
        name="weights",
    )
    heaviest = [
        f"Heaviest particle after step {t}: {weight:.0%} of the weight" for t, weight in enumerate(max_weight(trace), 1)
    ]
    return theme.figure(
        [heat, *_outlines(trace, rows, selected, cells is not None)],
        title=heaviest[-1] if heaviest else "No step yet",
        caption=CAPTION if single else CAPTION_CELLS,
        reads=HOW_TO_READ if single else HOW_TO_READ_CELLS,
        titled=title,
        height=int(np.clip(120 + 16 * n, 220, 520)),
        xaxis=theme.step_axis(horizon) | {"range": [0.4, horizon + 0.6]},
        yaxis=theme.axis(visible=False, range=[n - 0.4, -0.6], fixedrange=False),
        margin={"l": 16, "r": theme.RIGHT_MARGIN, "t": 14, "b": theme.BOTTOM_MARGIN},
        shapes=theme.resampling_lines((np.flatnonzero(trace.resampled) + 1.5).tolist()),
        annotations=[theme.step_axis_label()] if trace.steps else theme.empty_annotations("No step yet"),
    )


def _slots(trace: Trace, rows: IntArray, top: float) -> dict[str, Any]:
    """Settings of a heat map with a cell for each slot, on the square root of the weight."""
    order, n = np.argsort(rows, axis=1), trace.particles  # (T, N): the slot in each lane
    hovers = node_hovers(trace)
    return {
        "hovertext": [[hovers[t][order[t, k]] for t in range(trace.steps)] for k in range(n)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "x": np.arange(1, trace.steps + 1),
        "y": np.arange(n),
        "z": np.sqrt(np.take_along_axis(trace.weights, order, axis=1)).T.round(4),
        "customdata": np.take_along_axis(trace.uids, order, axis=1).T,
        "zmin": 0,
        "zmax": np.sqrt(top),
        "colorscale": [[k / 5, colour] for k, colour in enumerate(theme.WEIGHT_SCALE)],
        "colorbar": _colour_bar(n, top, np.sqrt([0, 1 / n, top] if n > 1 else [0, 1])),
    }


def _cells(trace: Trace, cells: Cells, top: float) -> dict[str, Any]:
    """Settings of a heat map with a cell for some lanes, on the weight of the heaviest of them."""
    heaviest = first_by_cell(cells, trace.weights, np.ones(trace.weights.shape, dtype=np.bool_))
    weights = np.where(heaviest < 0, np.nan, trace.weights[cells.steps, np.maximum(heaviest, 0)])
    return {
        "x": cells.steps + 1,
        "y": cells.heights(np.arange(cells.count)),
        "z": weights.astype(np.float32),
        "customdata": uids_by_cell(trace, cells, heaviest).astype(np.int32),
        "hovertemplate": "step %{x}<br>weight %{z:.2%}<extra></extra>",
        "zmin": 0,
        "zmax": top,
        "colorscale": [[(k / 5) ** 2, colour] for k, colour in enumerate(theme.WEIGHT_SCALE)],
        "colorbar": _colour_bar(trace.particles, top, np.array([0, 1 / trace.particles, top])),
    }


def _colour_bar(n: int, top: float, places: FloatArray) -> dict[str, Any]:
    return {
        "thickness": 8,
        "len": 0.85,
        "outlinewidth": 0,
        "tickvals": places.tolist(),
        "ticktext": ["0", "1/N", f"≥ {top:.2g}" if top < 1 else "1"] if n > 1 else ["0", "1"],
        "tickfont": {"size": 10, "color": theme.MUTED},
        "title": {"text": "weight", "font": {"size": 11, "color": theme.MUTED}},
    }


def _outlines(trace: Trace, rows: IntArray, selected: int | None, large: bool) -> list[Any]:
    """Boxes around the related cells (thin) and the selected ones (strong); two traces, always. In a large run one box
    for all that is related at a step: descendants lie side by side."""
    none = np.zeros(rows.shape, dtype=np.bool_)
    related = relatives(trace, selected)
    chosen = none if related is None else trace.uids == selected
    related = none if related is None else related
    return [
        _boxes(rows, related if large else related & ~chosen, 1.2, "related", large),
        _boxes(rows, chosen, 2.8, "selection", False),
    ]


def _boxes(rows: IntArray, mask: BoolArray, width: float, name: str, by_step: bool) -> Any:
    steps, low = np.nonzero(mask)[0], rows[mask]
    high = low
    if by_step:
        steps = np.flatnonzero(mask.any(axis=1))
        low = np.where(mask, rows, rows.shape[1]).min(axis=1, initial=rows.shape[1])[steps]
        high = np.where(mask, rows, -1).max(axis=1, initial=-1)[steps]
    corners_x = np.array([-0.48, 0.48, 0.48, -0.48, -0.48, np.nan])
    top, bottom, gap = low - 0.5, high + 0.5, np.full(len(low), np.nan)
    return go.Scatter(
        x=(steps[:, None] + 1 + corners_x).ravel(),
        y=np.column_stack([top, top, bottom, bottom, top, gap]).ravel(),
        mode="lines",
        line={"color": theme.ACCENT, "width": width},
        hoverinfo="skip",
        name=name,
    )
