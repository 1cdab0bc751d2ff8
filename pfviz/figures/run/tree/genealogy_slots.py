"""The genealogy slot by slot: all of them, or those that live on over cells of those that died out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.marks import CURVE_POINTS, curves, diameters, mark_hovers
from pfviz.figures.run.cells import MAX_ROWS, divide_into_cells
from pfviz.figures.run.tree.genealogy_cells import draw_root, heat_map
from pfviz.figures.run.tree.node_colours import NodeColours
from pfviz.figures.run.tree.tree_layout import TreeLayout
from pfviz.lab.probes.values import PrefixValue
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray

_EDGE_WIDTHS = (1.3, 2.2, 3.6, 5.5)  # px, by the share of the last step that descends from the edge
_SHARE_THRESHOLDS = (0.0, 0.125, 0.25, 0.5)


def draw_slots(
    trace: Trace,
    layout: TreeLayout,
    colours: NodeColours,
    living: IntArray,
    related: BoolArray | None,
    values: Mapping[int, PrefixValue],
    *,
    every: bool,
) -> list[Any]:
    """Return the traces of a run whose slots are drawn one by one: `every` slot, or those that live on and those that
    are `related` to the selection."""
    marked = layout.shown if every else layout.shown & ((living > 0) | (False if related is None else related))
    return [
        *([] if every else [_died(trace, layout, colours, layout.shown & (living == 0))]),
        *_edges(trace, layout, living, related, marked),
        draw_root(layout),
        _nodes(trace, layout, colours, living, values, marked),
    ]


def _died(trace: Trace, layout: TreeLayout, colours: NodeColours, died: BoolArray) -> go.Heatmap:
    cells = divide_into_cells(trace, layout.rows, layout.height, most=2 * MAX_ROWS)
    return heat_map(trace, cells, colours, died, "died", 0.3)


def _edges(
    trace: Trace, layout: TreeLayout, living: IntArray, related: BoolArray | None, marked: BoolArray
) -> list[Any]:
    """One trace per bucket: dead, four widths of survivors, waiting, selected. Always all, in this order."""
    step, slot = np.nonzero(marked)
    y0, y1 = layout.before(trace)[step, slot], layout.rows[step, slot]
    points = 20 if len(step) <= 600 else CURVE_POINTS if len(step) <= 1500 else 6
    share = (living / max(trace.particles, 1))[step, slot]
    alive, stays = share > 0, ~trace.written[step, slot]
    lit = np.zeros(len(step), dtype=np.bool_) if related is None else related[step, slot]
    bucket = np.digitize(share, _SHARE_THRESHOLDS) - 1

    def bundle(mask: Any, name: str, **settings: Any) -> Any:
        # A browser spends as long on the points of lines as on the marks: a level line has two.
        level = mask & (np.abs(y1 - y0) < 0.05) if len(step) > 600 else np.zeros_like(mask)
        parts = [
            curves(step[part].astype(float), y0[part], step[part] + 1.0, y1[part], count)
            for part, count in ((mask & ~level, points), (level, 2))
        ]
        xs, ys = (np.concatenate(column) for column in zip(*parts, strict=True))
        opacity = 0.6 if related is not None and name == "dead" else 1.0
        return go.Scatter(x=xs, y=ys, mode="lines", line=settings, name=name, hoverinfo="skip", opacity=opacity)

    living_lines = [
        bundle(alive & ~stays & ~lit & (bucket == k), f"survivors {k + 1}", color=theme.SURVIVOR_COLOUR, width=width)
        for k, width in enumerate(_EDGE_WIDTHS)
    ]
    return [
        bundle(~alive & ~lit, "dead", color=theme.FAINT, width=1),
        *living_lines,
        bundle(alive & stays & ~lit, "waiting", color=theme.SURVIVOR_COLOUR, width=1.1, dash="dot"),
        bundle(lit, "selected", color=theme.ACCENT, width=2.4),
    ]


def _nodes(
    trace: Trace,
    layout: TreeLayout,
    colours: NodeColours,
    living: IntArray,
    values: Mapping[int, PrefixValue],
    marked: BoolArray,
) -> Any:
    """The marks; a finished particle's waiting slots carry the uid of its last step."""
    steps, slots = np.nonzero(marked)
    dead = living[steps, slots] == 0
    symbols = np.where(trace.finished[steps, slots], "diamond", "circle").astype(object)
    symbols[dead] = symbols[dead] + "-open"
    return go.Scatter(
        x=steps + 1,
        y=layout.rows[steps, slots],
        mode="markers",
        name="steps",
        **mark_hovers(trace, marked, values),
        marker={
            "size": np.round(diameters(trace.weights[steps, slots], layout.height), 2),
            "symbol": symbols.tolist(),
            "color": _mark_colours(colours.values[steps, slots]),
            "opacity": np.where(dead, 0.75, 1.0),
            "line": {"width": np.where(dead, 1.5, 0.8), "color": theme.OUTLINE},
            **colours.scale,
        },
    )


def _mark_colours(values: FloatArray) -> Any:
    """The numbers, or a colour of its own where one is not known."""
    if not np.isnan(values).any():
        return np.round(values, 4)
    return [theme.UNMEASURED_COLOUR if np.isnan(value) else round(value, 4) for value in values.tolist()]
