"""F1 of first errors by subset, beside what was published of reward models."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars
from pfviz.lab.metrics.processbench_subsets import SUBSETS, ProcessBenchResult
from pfviz.lab.published.processbench import find_published, load_published
from pfviz.text import shorten

CAPTION = "F1 of first errors, own (●) and published (grey)."
HOW_TO_READ = (
    "F1 of first errors in each subset: ● this reward model, with its 95 % bootstrap interval over solutions; grey "
    "marks are published reward models, ◇ the published number of this very model. A published number was measured "
    "with the threshold of the best F1 on GSM8K, on all solutions of a subset."
)


def plot_subset_f1(result: ProcessBenchResult, *, title: bool = True) -> go.Figure:
    """A row for each subset."""
    rows = [one for one in result.subsets if one.name]
    places = {one.name: place for place, one in enumerate(rows)}
    own = find_published(result.reward)
    return theme.figure(
        [_published_marks(places, own.name if own else ""), _own_marks(result, places)] if rows else [],
        title=_finding(result),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=90 + 44 * max(2, len(rows)),
        margin={"l": 112, "r": 60, "t": 14, "b": 34},
        xaxis=theme.axis(
            range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True, visible=bool(rows)
        ),
        yaxis=theme.axis(
            tickvals=list(places.values()),
            ticktext=[one.title for one in rows],
            tickfont={"size": 12, "color": theme.INK},
            range=[len(rows) - 0.4, -0.6],
            fixedrange=True,
            visible=bool(rows),
        ),
        annotations=[
            theme.note("F1", x=1, xref="paper", xanchor="left", xshift=8, y=0, yref="paper", yanchor="top", yshift=-4),
            *(
                theme.note(f"{one.report.f1.value:.2f}", x=1, xref="paper", xanchor="left", xshift=8, y=place, yref="y")
                for place, one in enumerate(rows)
            ),
        ]
        if rows
        else theme.empty_annotations(
            "Solutions whose ids begin with gsm8k, math, olympiadbench or omnimath are needed"
        ),
    )


def _finding(result: ProcessBenchResult) -> str:
    """Where it stands among the published ones, by the mean over the subsets that are there."""
    mine = {one.name: one.report.f1.value for one in result.subsets if one.name}
    if not mine:
        return "No subset of ProcessBench is known by its ids"
    others = [one.f1 for one in load_published().models if set(mine) <= set(one.f1)]
    mean = sum(mine.values()) / len(mine)
    above = sum(mean * 100 > sum(f1[name] for name in mine) / len(mine) for f1 in others)
    where = "" if len(mine) == len(SUBSETS) else f" in {', '.join(SUBSETS[name] for name in mine)}"
    return f"F1 {mean:.2f} on average{where}, above {above} of {len(others)} published models"


def _published_marks(places: dict[str, int], own: str) -> Any:
    marks = [
        (one.f1[name] / 100, place, one.name)
        for one in load_published().models
        for name, place in places.items()
        if name in one.f1
    ]
    return go.Scatter(
        x=[round(x, 4) for x, _, _ in marks],
        y=[y for _, y, _ in marks],
        mode="markers",
        marker={
            "symbol": ["diamond-open" if name == own else "line-ns-open" for _, _, name in marks],
            "color": [theme.INK if name == own else theme.MUTED for _, _, name in marks],
            "size": 13,
            "line": {"width": 1.6},
        },
        hovertext=[f"{name}, published: <b>{x:.3f}</b>" for x, _, name in marks],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="published",
    )


def _own_marks(result: ProcessBenchResult, places: dict[str, int]) -> Any:
    rows = [(places[one.name], one.report) for one in result.subsets if one.name]
    name = theme.escape(shorten(result.reward, 60))
    return go.Scatter(
        x=[round(one.f1.value, 4) for _, one in rows],
        y=[place for place, _ in rows],
        mode="markers",
        error_x=error_bars([one.f1 for _, one in rows]),
        marker={"symbol": "circle", "color": theme.RIGHT_COLOUR, "size": 11},
        hovertext=[
            f"{name}<br>F1 <b>{one.f1.value:.3f}</b>"
            + ("" if math.isnan(one.f1.low) else f" ({one.f1.low:.3f} to {one.f1.high:.3f})")
            + f"<br>{one.wrong} solutions with an error, {one.right} without"
            for _, one in rows
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="this reward model",
    )
