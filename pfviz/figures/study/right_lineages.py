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
CAPTION = "Left: runs with a right particle. Right: their share."
HOW_TO_READ = (
    "Left: share of the runs in which, after step t and its selection, a particle is still right, as an exact judge of "
    "the steps says; the bars are 95 % bootstrap intervals. Right: share of the particles of step t from which a right "
    "answer at the end descends."
)
CAPTION_UNJUDGED = "Share of a step from which a right answer descends."
HOW_TO_READ_UNJUDGED = (
    "Share of the particles of step t from which a right answer at the end descends. Nobody judges single steps here: "
    "a lineage that selection ended might have come to a right answer, and is not counted."
)
USUAL_BUDGET = 4
"""The N that is shown, or the next larger one: with many particles hardly any run loses its last right lineage."""
HEIGHT = 300
_LEGEND = {
    "orientation": "h",
    "yref": "container",
    "y": 1.0,
    "yanchor": "top",
    "x": 0,
    "font": {"size": 11, "color": theme.INK},
}


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
    titles = [f"a right prefix is alive, N = {budget}", f"particles with a right answer below them, N = {budget}"][
        0 if judged else 1 :
    ]
    lowest = min((estimate.low for column in columns for estimate in column.alive), default=0.0)
    return theme.figure(
        traces,
        title=TITLE,
        caption=CAPTION if judged else CAPTION_UNJUDGED,
        reads=HOW_TO_READ if judged else HOW_TO_READ_UNJUDGED,
        titled=title,
        height=HEIGHT,
        margin={"l": theme.LEFT_MARGIN, "r": 12, "t": 46, "b": 40},
        showlegend=True,
        legend=_LEGEND,
        annotations=_headings(titles, stacked=False)
        if columns
        else theme.empty_annotations("This study did not record lineages"),
        narrow={
            "margin": {"l": 38, "r": 10, "t": 84, "b": 40, "autoexpand": False},
            **_panels(columns, lowest, stacked=True),
            **({"annotations": _headings(titles, stacked=True)} if columns else {}),
        },
        **_panels(columns, lowest, stacked=False),
    )


def choose_budget(result: Result) -> int:
    """The N that is shown, one at which somebody selects if there is one; 0 where no lineages were recorded."""
    recorded = [column for column in result.columns if column.right_shares]
    selecting = [one for one in recorded if one.method in METHODS and not METHODS[one.method].independent]
    measured = sorted({column.budget for column in selecting or recorded})
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


def _panels(columns: list[Column], lowest: float, *, stacked: bool) -> dict[str, Any]:
    """The axes: of one panel, or of two beside each other, or one above the other. The height of the first begins below
    what is drawn, as nearly all of its runs may live."""
    steps = max((len(column.right_shares) for column in columns), default=0)
    step = {
        "visible": bool(columns),
        "title": {"text": "step t", "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
        "tickmode": "linear",
        "tick0": 1,
        "dtick": 1 if steps <= 14 else 4,
        "range": [0.5, steps + 0.5],
        "fixedrange": True,
    }
    level = {"visible": bool(columns), "tickformat": ".0%", "showgrid": True, "fixedrange": True, "nticks": 6}
    if not (columns and all(column.alive for column in columns)):
        return {"xaxis": theme.axis(**step), "yaxis": theme.axis(range=[0, 1.02], **level)}
    first, second = ([0.0, 1.0], [0.0, 1.0]) if stacked else ([0.0, 0.47], [0.55, 1.0])
    upper, lower = ([0.6, 1.0], [0.0, 0.4]) if stacked else ([0.0, 1.0], [0.0, 1.0])
    bottom = max(0.0, int(10 * lowest - 0.5) / 10)
    return {
        "xaxis": theme.axis(domain=first, **step),
        "yaxis": theme.axis(domain=upper, range=[bottom, 1.01], **level),
        "xaxis2": theme.axis(domain=second, anchor="y2", **step),
        "yaxis2": theme.axis(domain=lower, range=[0, 1.02], anchor="x2", **level),
    }


def _headings(texts: Sequence[str], *, stacked: bool) -> list[dict[str, Any]]:
    places = ((0.0, 1.0), (0.0, 0.4)) if stacked else ((0.0, 1.0), (0.55, 1.0))
    return [
        theme.note(text, xref="paper", x=x, xanchor="left", yref="paper", y=y, yanchor="bottom")
        for text, (x, y) in zip(texts, places, strict=False)
    ]
