"""The genealogies of several runs as small multiples: one scale of steps, one of rewards."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.comparison.comparison import Comparison
from pfviz.diagnostics import lanes, living_descendants
from pfviz.figures import theme
from pfviz.figures.compare.marks import label_with_answer, run_colour, small_step_axis
from pfviz.figures.marks import curves, diameters
from pfviz.text import pluralise, shorten
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, IntArray

CAPTION = "One plot a run, same steps; area = weight, colour = reward."
HOW_TO_READ = (
    "A genealogy for each run, on the same steps: a mark is a step of a particle, area = weight, colour = reward, "
    "hollow = its lineage died out."
)
COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}
"""Genealogies in a row, by their number."""
MAX_MARKS = 2500
"""Steps times particles of a run up to which all of it is drawn; of a larger one, lineages that live on, with the marks
of most weight."""
ROW_HEIGHT = 210  # px
_CURVE_POINTS = 9
_MARK_SCALE = 0.7  # of the diameter that a mark has in a genealogy of its own
_WIDTHS = ((0.0, 0.9), (0.125, 1.6), (0.5, 3.0))  # share of the last step that descends from an edge, and its px
_GAPS = (0.035, 40)  # between columns as a share of the width, between rows in px


def plot_genealogies(comparison: Comparison, *, title: bool = True) -> go.Figure:
    """Each run in a plot of its own; the axes have the same steps if the runs have one problem. A mark carries (run,
    sweep, uid), and the nearest one answers a click anywhere in its plot."""
    runs = len(comparison.traces)
    rows = -(-runs // COLUMNS[runs])
    height = 64 + ROW_HEIGHT * rows
    traces = [
        drawn for number, trace in enumerate(comparison.traces) for drawn in _draw_run(trace, number, scale=not number)
    ]
    return theme.figure(
        traces,
        title=_title(comparison),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=height,
        narrow={"height": 64 + ROW_HEIGHT * runs, **_axes(comparison, 1)},
        margin={"l": 12, "r": 16, "t": 44, "b": theme.BOTTOM_MARGIN},
        hoverdistance=-1,
        **_axes(comparison, COLUMNS[runs]),
        annotations=[
            *(_heading(comparison, number) for number in range(runs)),
            *theme.reward_labels(),
        ],
    )


def _title(comparison: Comparison) -> str:
    runs = comparison.summaries
    known = [run for run in runs if run.correct is not None]
    if known:
        right = sum(bool(run.correct) for run in known)
        return f"{right} of {pluralise(len(runs), 'run')} {'gives' if right == 1 else 'give'} the right answer"
    answers = {run.answer for run in runs if run.answer is not None}
    return f"{pluralise(len(runs), 'run')}, {pluralise(len(answers), 'answer')}"


def _axes(comparison: Comparison, columns: int) -> dict[str, Any]:
    """The axes of all plots, in so many columns."""
    runs = len(comparison.traces)
    rows = -(-runs // columns)
    across, down = _GAPS[0] * (columns > 1), _GAPS[1] / (64 + ROW_HEIGHT * rows)
    width, height = (1 - across * (columns - 1)) / columns, (1 - down * (rows - 1)) / rows
    found: dict[str, Any] = {}
    for number, trace in enumerate(comparison.traces):
        row, column = divmod(number, columns)
        x0, top = column * (width + across), 1 - row * (height + down)
        horizon = max(comparison.horizon if comparison.is_one_problem else trace.steps, 1)
        last = trace.particles - 1
        found[f"xaxis{_suffix(number)}"] = small_step_axis(
            horizon, 8, domain=[x0, min(x0 + width, 1.0)], anchor=f"y{_suffix(number)}"
        )
        found[f"yaxis{_suffix(number)}"] = theme.axis(
            visible=False, domain=[max(top - height, 0.0), top], anchor=f"x{_suffix(number)}",
            range=[last + 0.8, -0.8] if last else [1, -1],
        )  # fmt: skip
    return found


def _suffix(number: int) -> str:
    return "" if number == 0 else str(number + 1)


def _heading(comparison: Comparison, number: int) -> dict[str, Any]:
    place = {"xref": f"x{_suffix(number)} domain", "x": 0, "yref": f"y{_suffix(number)} domain", "y": 1}
    return theme.note(
        label_with_answer(comparison, number), xanchor="left", yanchor="bottom", align="left",
        font={"size": 12, "color": run_colour(number)}, **place,
    )  # fmt: skip


def _draw_run(trace: Trace, number: int, *, scale: bool) -> list[Any]:
    """The edges by how many live on through them, and the marks; `scale`: with the colour bar."""
    rows, living = lanes(trace), living_descendants(trace)
    is_all = trace.steps * trace.particles <= MAX_MARKS
    axes = {"xaxis": f"x{_suffix(number)}", "yaxis": f"y{_suffix(number)}", "hoverinfo": "skip"}
    root = (trace.particles - 1) / 2
    lines = [
        go.Scatter(x=xs, y=ys, mode="lines", line={"color": colour, "width": width}, name=name, **axes)
        for name, colour, width, xs, ys in _bundle_edges(trace, rows, living, root, is_all)
    ]
    start = go.Scatter(
        x=[0], y=[root], mode="markers", marker={"symbol": "square", "size": 7, "color": theme.INK}, name="problem",
        **axes,
    )  # fmt: skip
    return [*lines, start, _draw_marks(trace, number, rows, living, is_all, scale)]


def _bundle_edges(trace: Trace, rows: IntArray, living: IntArray, root: float, is_all: bool) -> list[tuple[Any, ...]]:
    """(name, colour, width, xs, ys) of each bundle of edges; without the dead ones unless `is_all`."""
    steps, n = trace.steps, trace.particles
    ends = rows.astype(float)
    begins = np.vstack(
        [np.full((min(steps, 1), n), root), *(ends[t][trace.ancestors[t]][None] for t in range(steps - 1))]
    )
    at = np.repeat(np.arange(steps, dtype=float), n)
    share = (living / max(n, 1)).ravel()
    bounds = [*(low for low, _ in _WIDTHS[1:]), np.inf]
    masks = [(share > low) & (share <= high) for (low, _), high in zip(_WIDTHS, bounds, strict=True)]
    bundles = [("dead", theme.FAINT, 0.8, share == 0)] if is_all else []
    bundles += [
        (f"survivors {k + 1}", theme.SURVIVOR_COLOUR, width, mask)
        for k, ((_, width), mask) in enumerate(zip(_WIDTHS, masks, strict=True))
    ]
    points = _CURVE_POINTS if is_all else 2
    return [
        (name, colour, width, *curves(at[mask], begins.ravel()[mask], at[mask] + 1, ends.ravel()[mask], points))
        for name, colour, width, mask in bundles
    ]


def _draw_marks(trace: Trace, number: int, rows: IntArray, living: IntArray, is_all: bool, scale: bool) -> Any:
    n, weights = trace.particles, trace.weights
    shown = np.ones(weights.shape, dtype=bool) if is_all else _heaviest(weights, living > 0)
    t, slot = np.nonzero(shown)
    dead, done = living[shown] == 0, trace.finished[shown]
    symbols = np.where(done, "diamond", "circle").astype(object)
    symbols[dead] = symbols[dead] + "-open"
    sweep = len(trace.earlier)
    return go.Scatter(
        x=t + 1,
        y=rows[shown],
        xaxis=f"x{_suffix(number)}",
        yaxis=f"y{_suffix(number)}",
        mode="markers",
        name="steps",
        customdata=[[number, sweep, int(uid)] for uid in trace.uids[shown]],
        hovertext=[_hover(trace, int(a), int(b)) for a, b in zip(t, slot, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "size": np.round(np.maximum(_MARK_SCALE * diameters(weights[shown], n), 3.0), 1),
            "symbol": symbols.tolist(),
            "color": np.round(trace.rewards[shown], 3),
            "opacity": np.where(dead, 0.6, 1.0),
            "line": {"width": np.where(dead, 1.0, 0.5), "color": theme.OUTLINE},
            **theme.reward_scale(bar=scale),
        },
    )


def _heaviest(weights: Any, alive: BoolArray) -> BoolArray:
    """(T, N): at most `MAX_MARKS` slots of those that are alive, those of most weight."""
    found = np.zeros(weights.size, dtype=bool)
    order = np.argsort(np.where(alive, -weights, np.inf).ravel(), kind="stable")
    found[order[: min(MAX_MARKS, int(alive.sum()))]] = True
    return found.reshape(weights.shape)


def _hover(trace: Trace, t: int, slot: int) -> str:
    text = theme.escape(shorten(trace.texts[t][slot], 60))
    first = f"<b>step {t + 1}</b> · particle {slot} · reward {trace.rewards[t, slot]:.2f}"
    return f"{first}<br><i>{text}</i>" if text else first
