"""Right answers by wrong processes: how many of each kind of solution are called wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.lab.metrics.processbench import NO_ERROR
from pfviz.lab.metrics.processbench_subsets import ProcessBenchResult
from pfviz.lab.published.processbench import find_published
from pfviz.stats.wilson import wilson

CAPTION = "How many of each kind are said to have a wrong step."
HOW_TO_READ = (
    "Of each kind of solution, the share in which the reward model sees a wrong step (filled), at whichever step, and "
    "how many there are. A model of outcomes lets the second kind pass: its answer is right. Bars: 95 % Wilson "
    "intervals."
)
KINDS = (
    ("right answer, right process", True, False),
    ("right answer, wrong process", True, True),
    ("wrong answer", False, None),
)
"""What it is called, whether the answer is right, whether a step is wrong (None: whichever)."""


def plot_wrong_processes(result: ProcessBenchResult, *, title: bool = True) -> go.Figure:
    """A bar for each kind."""
    rows = count_kinds(result)
    return theme.figure(
        _bars(rows) if rows else [],
        title=_finding(result, rows),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=220,
        margin={"l": 186, "r": 86, "t": 14, "b": 30},
        barmode="overlay",
        bargap=0.4,
        xaxis=theme.axis(
            range=[0, 1], tickvals=[0, 0.5, 1], tickformat=".0%", showgrid=True, fixedrange=True, visible=bool(rows)
        ),
        yaxis=theme.axis(
            tickvals=list(range(len(rows))), ticktext=[name for name, _, _ in rows],
            tickfont={"size": 12, "color": theme.INK}, range=[len(rows) - 0.4, -0.6], fixedrange=True,
            visible=bool(rows),
        ),
        annotations=[
            theme.note(f"{seen:,} of {count:,}", x=1, xref="paper", xanchor="left", xshift=8, y=place, yref="y")
            for place, (_, count, seen) in enumerate(rows)
        ]
        if rows
        else theme.empty_annotations("Whether final answers are right is not known"),
    )  # fmt: skip


def count_kinds(result: ProcessBenchResult) -> list[tuple[str, int, int]]:
    """Return (name, solutions, those in which a wrong step is seen) of each kind that there is."""
    correct = [one.sample.final_answer_correct for one in result.scored]
    wrong, seen = result.labels != NO_ERROR, result.predictions != NO_ERROR
    found = []
    for name, answer, process in KINDS:
        members = np.array([value is answer for value in correct], dtype=bool)
        if process is not None:
            members &= wrong == process
        if members.any():
            found.append((name, int(members.sum()), int((members & seen).sum())))
    return found


def _finding(result: ProcessBenchResult, rows: list[tuple[str, int, int]]) -> str:
    found = next(((count, seen) for name, count, seen in rows if name == KINDS[1][0]), None)
    if found is None:
        return "No right answer comes by a wrong process"
    published = find_published(result.reward)
    beside = (
        f" (published: {published.wrong_process_found:.1f} %)" if published and published.wrong_process_found else ""
    )
    return f"{found[1] / found[0]:.0%} of the wrong processes with a right answer are seen{beside}"


def _bars(rows: list[tuple[str, int, int]]) -> list[Any]:
    shares = [seen / count for _, count, seen in rows]
    ends = [wilson(seen, count) for _, count, seen in rows]
    places = list(range(len(rows)))
    colours = [theme.WRONG_COLOUR if name == KINDS[0][0] else theme.RIGHT_COLOUR for name, _, _ in rows]
    behind = go.Bar(
        x=[1] * len(rows), y=places, orientation="h", marker={"color": theme.GRID}, hoverinfo="skip", name="all"
    )
    seen = go.Bar(
        x=[round(share, 4) for share in shares],
        y=places,
        orientation="h",
        marker={"color": colours, "pattern": {"shape": ["/" if name == KINDS[0][0] else "" for name, _, _ in rows]}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [round(max(0.0, high - share), 4) for (_, high), share in zip(ends, shares, strict=True)],
            "arrayminus": [round(max(0.0, share - low), 4) for (low, _), share in zip(ends, shares, strict=True)],
            "thickness": 1.3,
            "width": 4,
            "color": theme.OUTLINE,
        },
        hovertext=[f"{name}<br>a wrong step is seen in <b>{seen:,} of {count:,}</b>" for name, count, seen in rows],
        hovertemplate="%{hovertext}<extra></extra>",
        name="a wrong step is seen",
    )
    return [behind, seen]
