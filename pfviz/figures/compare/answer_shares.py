"""What the particles of several runs answer, by weight, each run as one bar on a common axis."""

from __future__ import annotations

from collections import Counter
from typing import Any

import plotly.graph_objects as go

from pfviz.comparison.comparison import Comparison
from pfviz.figures import theme
from pfviz.figures.compare.marks import label_with_answer, row_axis, row_label, short_label
from pfviz.inference.answers import Answer
from pfviz.text import format_percent, pluralise, shorten

CAPTION = "A bar is a run; the outlined piece is its answer."
HOW_TO_READ = (
    "A bar is a run: a piece is the share of weight behind an answer, right ones first (blue; wrong ones orange), in "
    "one order in all runs. The outlined piece is the answer that the run gives."
)
MAX_ANSWERS = 6
"""Answers with a piece of their own; the rest is one."""
_LABELLED = 0.14  # share from which a piece has room for its answer


def plot_answer_shares(comparison: Comparison, *, title: bool = True) -> go.Figure:
    """A row for each run, a piece for each answer; what is not answered is the last piece."""
    tables = [{row.canonical: row for row in trace.pooled.rows} for trace in comparison.traces]
    order = _order_answers(tables)
    runs = len(tables)
    bars = [_draw_pieces(comparison, [table.get(form) for table in tables], place) for place, form in enumerate(order)]
    named = [sum(table[form].mass for form in order if form in table) for table in tables]
    rest = [max(0.0, 1.0 - share) for share in named]
    return theme.figure(
        [*bars, _draw_rest(rest)],
        title=_title(comparison),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=70 + 50 * runs,
        margin={"l": 14, "r": 18, "t": 8, "b": 42},
        barmode="stack",
        bargap=0.6,
        xaxis=theme.axis(
            range=[0, 1], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True,
            title={"text": "share of the weight", "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
        ),
        yaxis=row_axis(runs),
        annotations=[row_label(label_with_answer(comparison, number), number) for number in range(runs)],
    )  # fmt: skip


def _order_answers(tables: list[dict[str, Answer]]) -> list[str]:
    """The answers that are drawn by name: right ones first, then by their mass in all runs."""
    mass: Counter[str] = Counter()
    right = set()
    for table in tables:
        for form, row in table.items():
            mass[form] += row.mass  # type: ignore[assignment]
            if row.correct:
                right.add(form)
    return sorted(mass, key=lambda form: (form not in right, -mass[form], form))[:MAX_ANSWERS]


def _draw_pieces(comparison: Comparison, rows: list[Answer | None], place: int) -> Any:
    """One answer in every run that has it."""
    shares = [row.mass if row else 0.0 for row in rows]
    texts = [
        theme.escape(shorten(row.display, max(2, int(18 * row.mass)))) if row and row.mass >= _LABELLED else ""
        for row in rows
    ]
    chosen = [
        bool(row and trace.choice and trace.choice.canonical == row.canonical)
        for row, trace in zip(rows, comparison.traces, strict=True)
    ]
    fills = [_fill(row.correct if row else None, place) for row in rows]
    return go.Bar(
        orientation="h",
        x=shares,
        y=list(range(len(rows))),
        name=f"answer {place + 1}",
        text=texts,
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        insidetextfont={
            "size": 12,
            "color": [theme.INK if row and row.correct is None else theme.SURFACE for row in rows],
        },
        marker={
            "color": fills,
            "line": {
                "width": [2.5 if one else 1.0 for one in chosen],
                "color": [theme.INK if one else theme.SURFACE for one in chosen],
            },
        },
        hovertext=[_hover(comparison, number, row) for number, row in enumerate(rows)],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _fill(correct: bool | None, place: int) -> str:
    if correct is None:
        return theme.WEIGHT_SCALE[2 - place % 2]  # neighbours differ
    return theme.RIGHT_COLOUR if correct else theme.WRONG_COLOUR


def _hover(comparison: Comparison, number: int, row: Answer | None) -> str:
    if row is None:
        return ""
    share, count = format_percent(row.mass), pluralise(row.count, "particle")
    answer = theme.escape(shorten(row.display, 60))
    return f"{short_label(comparison, number)}<br>answer <b>{answer}</b><br>{share} of the weight · {count}"


def _draw_rest(shares: list[float]) -> Any:
    return go.Bar(
        orientation="h",
        x=shares,
        y=list(range(len(shares))),
        name="rest",
        marker={"color": theme.EQUAL_FILL, "line": {"width": 1, "color": theme.FAINT}},
        hovertext=[f"{format_percent(share)} of the weight: no answer, or another one" for share in shares],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _title(comparison: Comparison) -> str:
    shares = [(run.right_mass, number) for number, run in enumerate(comparison.summaries) if run.right_mass is not None]
    if not shares:
        given = {trace.choice.canonical for trace in comparison.traces if trace.choice}
        return f"{pluralise(len(given), 'answer')} from {pluralise(len(comparison.traces), 'run')}"
    most, number = max(shares, key=lambda pair: (pair[0], -pair[1]))
    if not most:
        return "No run has any weight on a right answer"
    return f"Most weight on the right answer: {comparison.labels[number]}, {format_percent(most)}"
