"""Selection under another rule: who would have had children at each recorded step, and who had them."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics.genealogy import lanes
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards.counterfactual import Counterfactual, replay_selections
from pfviz.diagnostics.rewards.reweighing import Rule, recorded_rule
from pfviz.diagnostics.truth import RIGHT, truth
from pfviz.figures import theme
from pfviz.figures.marks import curves, node_hovers
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, IntArray

QUESTION = "Who would have lived?"
CAPTION = "Saved or lost, if selection had followed this rule."
HOW_TO_READ = (
    "A row of particles for each step, in the lanes of the genealogy, and what selection under the rule would have "
    "done to them. Saved: died in the run, would have had children; lost: the other way round. A larger mark has more "
    "children. Rings: known to be right so far. Only selection is replayed: what other parents would have written is "
    "unknown."
)


def plot_counterfactual(
    trace: Trace, *, rule: Rule | None = None, selected: int | None = None, title: bool = True
) -> go.Figure:
    """The fates of all particles at each event.

    Args:
        rule: by default that of the run, under which nothing changes.
        selected: uid of a node: its mark is outlined.
        title: draw the title.

    Raises:
        SettingError: the rule makes no sense.
    """
    found = replay_selections(trace, rule or recorded_rule(trace))
    if not found.events:
        return theme.figure(
            [], title=QUESTION, caption=CAPTION, reads=HOW_TO_READ, titled=title, height=300,
            xaxis=theme.axis(visible=False),
            yaxis=theme.axis(visible=False),
            annotations=theme.empty_annotations("After the only step nothing is selected"),
        )  # fmt: skip
    rows = [event.step for event in found.events]
    was = np.array([event.recorded.offspring for event in found.events])
    would = np.array([event.alternative.offspring for event in found.events])
    fates = (
        ("alive", (was > 0) & (would > 0), theme.SURVIVOR_COLOUR, "circle"),
        ("dead", (was == 0) & (would == 0), theme.FAINT, "circle-open"),
        ("saved", (was == 0) & (would > 0), theme.ESS_COLOUR, "triangle-up"),
        ("lost", (was > 0) & (would == 0), theme.EVIDENCE_COLOUR, "triangle-down"),
    )
    places = lanes(trace)
    known = prefix_labels(trace, truth(trace))[rows] == RIGHT
    traces: list[Any] = [_edges(trace, places), _right_rings(rows, places, known)]
    hovers = _hovers(trace, found)
    traces += [_fate_marks(trace, rows, places, hovers, would, *fate) for fate in fates]
    mine = trace.uids[rows] == selected if selected is not None else np.zeros(was.shape, dtype=np.bool_)
    traces.append(_selection_ring(rows, places, mine))
    steps, n = rows[-1] + 1, trace.particles
    every = -(-steps // 8)
    return theme.figure(
        traces,
        title=f"{QUESTION} {_finding(was, would)}",
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": 34, "r": 8, "t": 24, "b": 6},
        annotations=_legend(),
        xaxis=theme.axis(range=[-0.7, n - 0.3], visible=False, fixedrange=True),
        yaxis=theme.axis(
            range=[steps + 0.5, 0.5], tickvals=list(range(1, steps + 1, every)), fixedrange=True,
            title={"text": "step", "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
        ),
    )  # fmt: skip


def _legend() -> list[dict[str, Any]]:
    """What the marks mean, in one line: Plotly's own legend is too wide for a third of the page."""
    place: dict[str, Any] = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom"}
    return [
        theme.note(text, xshift=left, yshift=6, font={"size": 11, "color": colour}, **place)
        for text, left, colour in (
            ("● alive", 0, theme.MUTED), ("○ dead", 52, theme.MUTED), ("▲ saved", 104, theme.ESS_COLOUR),
            ("▼ lost", 162, theme.EVIDENCE_COLOUR), ("◯ right", 212, theme.RIGHT_COLOUR),
        )
    ]  # fmt: skip


def _finding(was: IntArray, would: IntArray) -> str:
    gained, lost = int(np.sum((was == 0) & (would > 0))), int(np.sum((was > 0) & (would == 0)))
    if not gained and not lost:
        return "The same as in the run"
    return f"{gained} saved, {lost} lost"


def _hovers(trace: Trace, found: Counterfactual) -> list[list[str]]:
    """(E, N), of the events."""
    plain = node_hovers(trace)
    return [
        [
            f"{plain[event.step][n]}<br>children: {event.recorded.offspring[n]}, would be "
            f"<b>{event.alternative.offspring[n]}</b>"
            for n in range(trace.particles)
        ]
        for event in found.events
    ]


def _edges(trace: Trace, places: IntArray) -> Any:
    """Who descends from whom in the run as it was."""
    steps = np.repeat(np.arange(trace.steps - 1), trace.particles)
    slots = np.tile(np.arange(trace.particles), trace.steps - 1)
    before = places[steps, trace.ancestors[steps, slots]].astype(np.float64)
    start = (steps + 1).astype(np.float64)
    y, x = curves(start, before, start + 1, places[steps + 1, slots].astype(np.float64))
    return go.Scatter(x=x, y=y, mode="lines", line={"color": theme.GRID, "width": 1}, hoverinfo="skip", name="run")


def _right_rings(rows: list[int], places: IntArray, right: BoolArray) -> Any:
    events, slots = np.nonzero(right)
    steps = np.asarray(rows)[events]
    return go.Scatter(
        x=places[steps, slots],
        y=steps + 1,
        mode="markers",
        marker={"symbol": "circle-open", "size": 14, "color": theme.RIGHT_COLOUR, "line": {"width": 1.2}},
        hoverinfo="skip",
        name="right",
    )


def _fate_marks(
    trace: Trace,
    rows: list[int],
    places: IntArray,
    hovers: list[list[str]],
    would: IntArray,
    name: str,
    mask: BoolArray,
    colour: str,
    symbol: str,
) -> Any:
    events, slots = np.nonzero(mask)
    steps = np.asarray(rows)[events]
    return go.Scatter(
        x=places[steps, slots],
        y=steps + 1,
        mode="markers",
        customdata=trace.uids[steps, slots],
        hovertext=[hovers[event][slot] for event, slot in zip(events, slots, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "symbol": symbol,
            "color": colour,
            "size": 6 + 1.2 * np.minimum(would[events, slots], 5),
            "line": {"width": 1.2, "color": colour},
        },
        cliponaxis=False,
        name=name,
    )


def _selection_ring(rows: list[int], places: IntArray, mine: BoolArray) -> Any:
    events, slots = np.nonzero(mine)
    steps = np.asarray(rows)[events]
    return go.Scatter(
        x=places[steps, slots],
        y=steps + 1,
        mode="markers",
        marker={"symbol": "circle-open", "size": 18, "color": theme.ACCENT, "line": {"width": 2.5}},
        hoverinfo="skip",
        name="selection",
    )
