"""Until which step a right lineage lives, and what share of the particles has a right answer below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.study.accuracy_curve import line_style, short_method_name
from pfviz.inference.methods import METHODS
from pfviz.study.result import LEADER_METHOD, Column, Result

TITLE = "Until when does a right lineage live?"
HOW_TO_READ = (
    "Left: share of the runs in which, after step t and its selection, a particle is still right, as an exact judge of "
    "the steps says; the bars are 95 % bootstrap intervals. Right: share of the particles of step t from which a right "
    "answer at the end descends."
)
HOW_TO_READ_UNJUDGED = (
    "Share of the particles of step t from which a right answer at the end descends. Nobody judges single steps here: "
    "a lineage that selection ended might have come to a right answer, and is not counted."
)
USUAL_BUDGET = 4
"""The N that is shown, or the next larger one: with many particles hardly any run loses its last right lineage."""
HEIGHT = 300
NARROW_LEGEND = {"y": -0.26, "yanchor": "top", "x": 0, "font": {"size": 11, "color": theme.INK}}


def plot_right_lineages(result: Result, *, title: bool = True) -> go.Figure:
    """A line for each method, by step, in two panels; in one where nobody judged the steps."""
    budget = choose_budget(result)
    columns = _choose_columns(result, budget)
    judged = bool(columns) and all(column.alive for column in columns)
    traces: list[Any] = []
    for column in columns:
        if judged:
            traces.append(_alive_line(column))
        traces.append(_share_line(column, "x2" if judged else "x", "y2" if judged else "y", legend=not judged))
    axis = {"title": {"text": "step t", "font": {"size": 11, "color": theme.MUTED}, "standoff": 6}, "fixedrange": True}
    axis |= {"dtick": 1 if max((len(column.right_shares) for column in columns), default=0) <= 14 else 4}
    level = {"tickformat": ".0%", "showgrid": True, "fixedrange": True, "nticks": 6}
    titles = [f"a right prefix is alive, N = {budget}", f"particles with a right answer below them, N = {budget}"]
    axis["visible"] = level["visible"] = bool(columns)
    panels = _panels(axis, level, judged)
    return theme.figure(
        traces,
        title=TITLE,
        reads=HOW_TO_READ if judged else HOW_TO_READ_UNJUDGED,
        titled=title,
        height=HEIGHT,
        margin={"l": theme.LEFT_MARGIN, "r": 12, "t": 30, "b": 92},
        showlegend=True,
        legend={"orientation": "h", "y": -0.24, "yanchor": "top", "x": 0, "font": {"size": 11, "color": theme.INK}},
        annotations=_headings(titles if judged else titles[1:], judged)
        if columns
        else theme.empty_annotations("This study did not record lineages"),
        narrow={"legend": NARROW_LEGEND | {"orientation": "h"}, "margin": {"l": 38, "r": 10, "t": 30, "b": 130}},
        **panels,
    )


def choose_budget(result: Result) -> int:
    """The N that is shown; 0 where no lineages were recorded."""
    measured = sorted({column.budget for column in result.columns if column.right_shares})
    return next((budget for budget in measured if budget >= USUAL_BUDGET), measured[-1] if measured else 0)


def _choose_columns(result: Result, budget: int) -> list[Column]:
    """Of methods that select, and of one that does not: all of these write the same solutions."""
    there = [column for column in result.columns if column.budget == budget and column.right_shares]
    plain = [column for column in there if column.method in METHODS and METHODS[column.method].independent]
    return [column for column in there if column not in plain] + plain[:1]


def _name(column: Column) -> str:
    is_plain = column.method in METHODS and METHODS[column.method].independent
    return "Independent samples" if is_plain else short_method_name(column.method)


def _strokes(column: Column) -> dict[str, Any]:
    style, leads = line_style(column.method), column.method == LEADER_METHOD
    return {
        "mode": "lines+markers",
        "name": _name(column),
        "legendgroup": column.method,
        "line": {"color": style.colour, "width": 3.0 if leads else 1.5, "dash": style.dash},
        "marker": {"symbol": style.marker, "size": 7 if leads else 5.5, "color": style.colour},
    }


def _alive_line(column: Column) -> Any:
    lost = {cause: estimate.value for cause, estimate in column.lost.items()}
    return go.Scatter(
        x=list(range(1, len(column.alive) + 1)),
        y=[round(estimate.value, 4) for estimate in column.alive],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [round(e.high - e.value, 4) for e in column.alive],
            "arrayminus": [round(e.value - e.low, 4) for e in column.alive],
            "thickness": 0.7,
            "width": 0,
            "color": line_style(column.method).colour,
        },
        hovertemplate=f"<b>{theme.escape(_name(column))}</b>, after step %{{x}}: %{{y:.1%}}<br>"
        f"the last right lineage is ended by selection in {lost.get('selection', 0):.1%} of the runs,<br>"
        f"by an error in a step in {lost.get('writing', 0):.1%}<extra></extra>",
        **_strokes(column),
    )


def _share_line(column: Column, xaxis: str, yaxis: str, *, legend: bool) -> Any:
    return go.Scatter(
        x=list(range(1, len(column.right_shares) + 1)),
        y=[round(share, 4) for share in column.right_shares],
        xaxis=xaxis,
        yaxis=yaxis,
        showlegend=legend,
        hovertemplate=f"<b>{theme.escape(_name(column))}</b>, step %{{x}}: %{{y:.1%}} of the particles<extra></extra>",
        **_strokes(column),
    )


def _panels(axis: dict[str, Any], level: dict[str, Any], both: bool) -> dict[str, Any]:
    if not both:
        return {"xaxis": theme.axis(**axis), "yaxis": theme.axis(range=[0, 1.02], **level)}
    return {
        "xaxis": theme.axis(domain=[0, 0.47], **axis),
        "yaxis": theme.axis(range=[0, 1.02], **level),
        "xaxis2": theme.axis(domain=[0.55, 1], anchor="y2", **axis),
        "yaxis2": theme.axis(range=[0, 1.02], anchor="x2", **level),
    }


def _headings(texts: Sequence[str], both: bool) -> list[dict[str, Any]]:
    starts = (0.0, 0.55) if both else (0.0,)
    return [
        theme.note(text, xref="paper", x=x, xanchor="left", yref="paper", y=1.0, yanchor="bottom")
        for text, x in zip(texts, starts, strict=True)
    ]
