"""The genealogy: every step of every particle, who continued whom, and which lineages live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import distinct_ancestors, lanes, living_descendants, relatives
from pfviz.figures import theme
from pfviz.figures.marks import CURVE_POINTS, curves, diameters, node_hovers
from pfviz.figures.run.leaves import leaf_labels
from pfviz.figures.run.node_colours import ColourBy, NodeColours, node_colours
from pfviz.lab.probes.values import PrefixValue
from pfviz.trace.trace import Trace
from pfviz.types import IntArray

MAX_SVG_EDGES = 5000
"""From this many edges on, WebGL draws straight lines."""

CAPTION = "Area = weight, colour = reward, hollow = died."
HOW_TO_READ = (
    "Each mark is one step of one particle: area = weight, colour = reward, hollow = its lineage died out, "
    "diamond = finished. Lines go from a step to the steps that continue it; thick ones have many living descendants."
)

_EDGE_WIDTHS = (1.3, 2.2, 3.6, 5.5)  # px, by the share of the last step that descends from the edge
_SHARE_THRESHOLDS = (0.0, 0.125, 0.25, 0.5)


def plot_genealogy(
    trace: Trace,
    *,
    selected: int | None = None,
    horizon: int | None = None,
    values: Mapping[int, PrefixValue] | None = None,
    colour_by: ColourBy = "reward",
    title: bool = True,
) -> go.Figure:
    """The genealogy of a run, or of what has been seen of it.

    Args:
        selected: uid of a node: its ancestry and descendants stand out, the rest is dimmed; an unknown uid
            selects nothing.
        horizon: last step of the axis, so that a growing run is not rescaled; at least T.
        values: what rollouts told of some nodes, by uid; it stands in their hovers.
        colour_by: what colours a mark; "gap" is reward minus value.
        title: draw the title.
    """
    horizon = max(horizon or 0, trace.steps, 1)
    n, rows, living = trace.particles, lanes(trace), living_descendants(trace)
    related, colours = relatives(trace, selected), node_colours(trace, colour_by, values)
    line = go.Scattergl if trace.steps * n > MAX_SVG_EDGES else go.Scatter
    traces = [
        *_pinned_band(trace, rows),
        *_edges(trace, rows, living, related, line),
        _root(n),
        _nodes(trace, rows, living, related, line, values or {}, colours),
        _selection_ring(trace, rows, selected if related is not None else None),
        *leaf_labels(trace, rows),
    ]
    return theme.figure(
        traces,
        title=_title(trace),
        caption=CAPTION.replace("colour = reward", f"colour = {colours.meaning}"),
        reads=HOW_TO_READ.replace("colour = reward", f"colour = {colours.meaning}{colours.explanation}"),
        titled=title,
        height=int(np.clip(150 + 26 * n, 220, 560)),
        margin={"l": theme.LEFT_MARGIN, "r": theme.RIGHT_MARGIN, "t": 36, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.step_axis(horizon),
        yaxis=theme.axis(visible=False, range=[n - 0.4, -0.6] if n > 1 else [1, -1]),
        shapes=theme.resampling_lines([t + 1.5 for t in np.flatnonzero(trace.resampled).tolist()]),
        annotations=[
            theme.step_axis_label(),
            theme.problem_label(),
            *colours.labels,
            *_resampling_labels(trace, horizon),
            *_trajectory_labels(trace, rows),
        ],
    )


def _title(trace: Trace) -> str:
    if trace.steps == 0:
        return "No step yet"
    first, n = int(distinct_ancestors(trace)[0]), trace.particles
    return f"{first} of {n} first steps live on" if n > 1 else "One particle"


def _edges(trace: Trace, rows: IntArray, living: IntArray, related: Any, line: type) -> list[Any]:
    """One trace per bucket: dead, four widths of survivors, waiting, selected. Always all, in this order."""
    t_max, n = trace.steps, trace.particles
    step = np.repeat(np.arange(t_max), n)
    y1 = rows.ravel().astype(float)
    parents = np.vstack([np.full((min(t_max, 1), n), (n - 1) / 2), *_parent_rows(trace, rows)])
    y0 = parents.ravel()
    points = (20 if t_max * n <= 600 else CURVE_POINTS) if t_max * n <= MAX_SVG_EDGES else 2
    share = (living / max(n, 1)).ravel()
    alive, stays = share > 0, ~trace.written.ravel()
    lit = np.zeros(t_max * n, dtype=bool) if related is None else related.ravel()
    bucket = np.digitize(share, _SHARE_THRESHOLDS) - 1

    def bundle(mask: Any, name: str, **settings: Any) -> Any:
        xs, ys = curves(step[mask].astype(float), y0[mask], step[mask] + 1.0, y1[mask], points)
        return line(
            x=xs, y=ys, mode="lines", line=settings, name=name, hoverinfo="skip", opacity=_opacity(name, related)
        )

    living_lines = [
        bundle(alive & ~stays & ~lit & (bucket == k), f"survivors {k + 1}", color=theme.SURVIVOR_COLOUR, width=width)
        for k, width in enumerate(_EDGE_WIDTHS)
    ]
    dotted = {"dash": "dot"} if line is go.Scatter else {}
    return [
        bundle(~alive & ~lit, "dead", color=theme.FAINT, width=1),
        *living_lines,
        bundle(alive & stays & ~lit, "waiting", color=theme.SURVIVOR_COLOUR, width=1.1, **dotted),
        bundle(lit, "selected", color=theme.ACCENT, width=2.4),
    ]


def _opacity(name: str, related: Any) -> float:
    return 1.0 if related is None or name == "selected" else 0.35


def _parent_rows(trace: Trace, rows: IntArray) -> list[Any]:
    return [rows[t][trace.ancestors[t]][None, :].astype(float) for t in range(trace.steps - 1)]


def _pinned_band(trace: Trace, rows: IntArray) -> list[Any]:
    """What lies behind the pinned trajectory, which the iteration before has left; nothing in other runs."""
    if not trace.pinned or not trace.steps:
        return []
    steps = np.arange(trace.steps, dtype=float)
    y1 = rows[:, 0].astype(float)
    xs, ys = curves(steps, np.append((trace.particles - 1) / 2, y1[:-1]), steps + 1, y1, CURVE_POINTS)
    line = {"color": theme.WEIGHT_SCALE[1], "width": 14}
    return [go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", name="pinned")]


def _trajectory_labels(trace: Trace, rows: IntArray) -> list[dict[str, Any]]:
    """Words at the trajectory that came from the iteration before, and at the one that goes on to the next."""
    place = {"yanchor": "bottom", "yshift": 7, "font": {"size": 10, "color": theme.INK}}
    words = []
    if trace.pinned and trace.steps:
        words.append(theme.note("pinned", x=1, y=int(rows[0, 0]), **place))
    if trace.retained is not None:
        words.append(theme.note("kept", x=trace.steps, y=int(rows[-1, trace.retained]), **place))
    return words


def _root(n: int) -> Any:
    return go.Scatter(
        x=[0],
        y=[(n - 1) / 2],
        mode="markers",
        marker={"symbol": "square", "size": 11, "color": theme.INK},
        hoverinfo="skip",
        name="problem",
    )


def _nodes(
    trace: Trace,
    rows: IntArray,
    living: IntArray,
    related: Any,
    line: type,
    values: Mapping[int, PrefixValue],
    colours: NodeColours,
) -> Any:
    """Every slot of every step; a finished particle's waiting slots carry the uid of its last step."""
    n = trace.particles
    sizes = diameters(trace.weights, n)
    symbols = np.where(trace.finished, "diamond", "circle").astype(object)
    dead = living == 0
    symbols[dead] = symbols[dead] + "-open"
    opacity = np.where(dead, 0.75, 1.0)
    if related is not None:
        opacity = np.where(related, 1.0, 0.3 * opacity)
    return line(
        x=np.repeat(np.arange(1, trace.steps + 1), n),
        y=rows.ravel(),
        mode="markers",
        name="steps",
        customdata=trace.uids.ravel(),
        hovertext=[text for row in node_hovers(trace, values) for text in row],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "size": np.round(sizes.ravel(), 2),
            "symbol": symbols.ravel().tolist(),
            "color": colours.marks,
            "opacity": np.round(opacity.ravel(), 3),
            "line": {"width": np.where(dead.ravel(), 1.5, 0.8), "color": theme.OUTLINE},
            **colours.scale,
        },
    )


def _selection_ring(trace: Trace, rows: IntArray, selected: int | None) -> Any:
    places = np.argwhere(trace.uids == selected) if selected is not None else np.empty((0, 2), dtype=np.int64)
    sizes = [float(diameters(trace.weights[t, k], trace.particles)) + 9 for t, k in places]
    return go.Scatter(
        x=places[:, 0] + 1,
        y=[int(rows[t, k]) for t, k in places],
        mode="markers",
        marker={"symbol": "circle-open", "size": sizes, "color": theme.ACCENT, "line": {"width": 2.5}},
        hoverinfo="skip",
        name="selection",
    )


def _resampling_labels(trace: Trace, horizon: int) -> list[dict[str, Any]]:
    """The word "resampled" over each line, or over the first where there is no room for all."""
    events = [x for x in (np.flatnonzero(trace.resampled) + 1.5).tolist() if x < horizon]
    place = {"y": 1, "yref": "y domain", "yanchor": "bottom", "font": {"size": 10, "color": theme.MUTED}}
    return [theme.note("resampled", x=x, **place) for x in (events if len(events) <= 2 else events[:1])]
