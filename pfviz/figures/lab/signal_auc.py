"""The reward beside the generator's confidence and beside controls: how often a right one scores higher."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, format_counts, format_estimate
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.metrics.signals import SignalAuc
from pfviz.stats.estimate import Estimate
from pfviz.text import shorten

QUESTION = "Does the reward know more than simpler numbers?"
CAPTION = "How often a right solution outscores a wrong one."
HOW_TO_READ = (
    "Given a right and a wrong finished solution of the same problem, how often the right one scores higher (AUC): 1 "
    "is best, at the dotted line (0.5) a number says nothing. ◆ the reward; ● numbers of the generator's own, over the "
    "whole solution; ○ controls that know no mathematics. A reward that does not beat these has shown nothing. Bars: "
    "95 % bootstrap intervals over problems."
)
ROW_HEIGHT = 27  # px
_MARKS = {
    "reward": ("diamond", theme.INK),
    "signal": ("circle", theme.SURVIVOR_COLOUR),
    "control": ("circle-open", theme.MUTED),
}
_NARROW_LAYOUT = {"margin": {"l": 140, "r": 14, "t": 18, "b": 32, "autoexpand": False}, "annotations": []}
"""Where there is no room for the numbers."""


def plot_signal_auc(diagnosis: Diagnosis, *, title: bool = True) -> go.Figure:
    """A row for the reward, for each signal that the runs hold, and for each control, the best of its kind first."""
    order = list(_MARKS)
    rows = sorted(
        (one for one in diagnosis.signals if not math.isnan(one.complete.value)),
        key=lambda one: (order.index(one.kind), -one.complete.value),
    )
    return theme.figure(
        [_marks(rows)] if rows else [],
        title=f"{QUESTION} {_finding(rows)}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=74 + ROW_HEIGHT * max(2, len(rows)),
        narrow=_NARROW_LAYOUT if rows else None,
        margin={"l": 156, "r": 118, "t": 18, "b": 32},
        xaxis=theme.axis(
            range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True, visible=bool(rows)
        ),
        yaxis=theme.axis(
            tickvals=list(range(len(rows))),
            ticktext=[theme.escape(shorten(one.title, 24)) for one in rows],
            tickfont={"size": 11, "color": theme.INK},
            range=[len(rows) - 0.4, -0.6],
            fixedrange=True,
            visible=bool(rows),
        ),
        shapes=[_half_line()] if rows else [],
        annotations=[
            theme.note("says nothing", x=0.5, xref="x", y=1, yref="paper", yanchor="bottom", yshift=2),
            *(
                theme.note(format_estimate(one.complete), x=1, xref="paper", xanchor="left", xshift=8, y=row, yref="y")
                for row, one in enumerate(rows)
            ),
        ]
        if rows
        else theme.empty_annotations("Right and wrong finished solutions of the same problem are needed"),
    )


def _finding(rows: list[SignalAuc]) -> str:
    """The best of the reward against the best of the others."""
    rewards = [one for one in rows if one.kind == "reward"]
    others = [one for one in rows if one.kind != "reward"]
    if not rewards or not others:
        return ""
    best, rival = (max(some, key=lambda one: one.complete.value) for some in (rewards, others))
    if best.complete.value <= rival.complete.value:
        return f"No: “{rival.title}” orders them as well"
    return f"It orders {best.complete.value:.0%} of the pairs rightly, “{rival.title}” {rival.complete.value:.0%}"


def _marks(rows: list[SignalAuc]) -> Any:
    styles = [_MARKS[one.kind] for one in rows]
    return go.Scatter(
        x=[round(one.complete.value, 4) for one in rows],
        y=list(range(len(rows))),
        mode="markers",
        marker={"symbol": [symbol for symbol, _ in styles], "color": [colour for _, colour in styles], "size": 10},
        error_x=error_bars([one.complete for one in rows]),
        hovertext=[
            f"<b>{theme.escape(one.title)}</b><br>finished solutions: AUC <b>{format_estimate(one.complete)}</b><br>"
            f"{format_counts(one.complete, 'wrong solutions')}<br>{_describe_same_step(one.same_step)}"
            for one in rows
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="AUC",
    )


def _describe_same_step(one: Estimate) -> str:
    return f"prefixes at the same step: {format_estimate(one)}"


def _half_line() -> dict[str, Any]:
    line = {"color": theme.MUTED, "width": 1.2, "dash": "dot"}
    return {"type": "line", "x0": 0.5, "x1": 0.5, "y0": 0, "y1": 1, "yref": "paper", "layer": "below", "line": line}
