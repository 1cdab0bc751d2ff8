"""The reward beside the generator's confidence and beside controls: how often a right solution scores higher."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from pfviz.diagnostics.rewards.signal_pairs import REWARD, SIGNAL_TITLES
from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, format_estimate
from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.stats.estimate import Estimate
from pfviz.study.result import Result
from pfviz.study.signal_auc import choose_signals
from pfviz.text import shorten

QUESTION = "Does the reward know more than simpler numbers?"
CAPTION = "How often a right solution outscores a wrong one."
HOW_TO_READ = (
    "Given a right and a wrong solution of the same run, how often the right one scores higher (AUC within problems): "
    "1 is best, at the dotted line (0.5) a number says nothing. ● complete solutions, ○ the first halves of their "
    "steps. Bars: 95 % bootstrap intervals over problems. Pairs are those of independent samples where the study has "
    "them: what was selected by the reward is harder for it to tell apart."
)
NOT_RECORDED = "This study did not record it, or no run has right and wrong solutions"
ROW_HEIGHT = 30  # px
_NARROW_LAYOUT = {"margin": {"l": 140, "r": 14, "t": 22, "b": 32, "autoexpand": False}, "annotations": []}


def plot_signal_pairs(result: Result, *, title: bool = True) -> go.Figure:
    """A row for the reward, for each signal that the runs hold, and for each control."""
    column = choose_signals(result)
    names = list(column.signals) if column else []
    of = f"{short_method_name(column.method)}, N = {column.budget}" if column else ""
    found = [column.signals[name] for name in names] if column else []
    marks = [
        _marks([one.half_way for one in found], names, "half-way", 0.16),
        _marks([one.complete for one in found], names, "complete", -0.16),
    ]
    return theme.figure(
        marks if names else [],
        title=f"{QUESTION} {of}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=74 + ROW_HEIGHT * max(2, len(names)),
        narrow=_NARROW_LAYOUT if names else None,
        margin={"l": 156, "r": 118, "t": 22, "b": 32},
        xaxis=theme.axis(
            range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True, visible=bool(names)
        ),
        yaxis=theme.axis(
            tickvals=list(range(len(names))),
            ticktext=[theme.escape(shorten(SIGNAL_TITLES.get(name, name), 24)) for name in names],
            tickfont={"size": 11, "color": theme.INK},
            range=[len(names) - 0.4, -0.6],
            fixedrange=True,
            visible=bool(names),
        ),
        shapes=[_half_line()] if names else [],
        annotations=[
            theme.note(of, x=0.5, xref="x", y=1, yref="paper", yanchor="bottom", yshift=3),
            *(
                theme.note(format_estimate(one.complete), x=1, xref="paper", xanchor="left", xshift=8, y=row, yref="y")
                for row, one in enumerate(found)
            ),
        ]
        if names
        else theme.empty_annotations(NOT_RECORDED),
    )


def _marks(estimates: list[Estimate], names: list[str], part: str, shift: float) -> Any:
    colours = [theme.INK if name == REWARD else theme.SURVIVOR_COLOUR for name in names]
    return go.Scatter(
        x=[round(one.value, 4) for one in estimates],
        y=[row + shift for row in range(len(names))],
        mode="markers",
        marker={"symbol": "circle" if part == "complete" else "circle-open", "color": colours, "size": 9},
        error_x=error_bars(estimates),
        hovertext=[
            f"<b>{theme.escape(SIGNAL_TITLES.get(name, name))}</b><br>{part}: AUC <b>{format_estimate(one)}</b>"
            for name, one in zip(names, estimates, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name=part,
    )


def _half_line() -> dict[str, Any]:
    line = {"color": theme.MUTED, "width": 1.2, "dash": "dot"}
    return {"type": "line", "x0": 0.5, "x1": 0.5, "y0": 0, "y1": 1, "yref": "paper", "layer": "below", "line": line}
