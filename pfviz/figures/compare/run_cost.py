"""What several runs cost: the tokens that the generator wrote, and seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from pfviz.comparison.comparison import Comparison
from pfviz.comparison.table import format_seconds
from pfviz.figures import theme
from pfviz.figures.compare.marks import row_axis, row_label, run_colour, short_label

CAPTION = "Tokens the generator wrote, and seconds."
HOW_TO_READ = (
    "Left: tokens that the generator wrote. Right: seconds, on the machine that made the run and with whatever else it "
    "did then. Runs with the same number of generations differ in tokens, as solutions differ in length."
)


def plot_run_cost(comparison: Comparison, *, title: bool = True) -> go.Figure:
    """Two bars for each run, on two axes that begin at 0."""
    runs = comparison.summaries
    tokens = [run.tokens for run in runs]
    seconds = [run.seconds or 0.0 for run in runs]
    hovers = [
        f"{short_label(comparison, number)}<br>{run.tokens:,} tokens written"
        + ("" if run.scored_tokens is None else f"<br>{run.scored_tokens:,} in steps that were scored")
        for number, run in enumerate(runs)
    ]
    return theme.figure(
        [
            _draw_bars("tokens", "x", tokens, [f"{one:,}" for one in tokens], hovers),
            _draw_bars("seconds", "x2", seconds, [_format_seconds(run.seconds) for run in runs], None),
        ],
        title=_title(comparison),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=70 + 50 * len(runs),
        margin={"l": 14, "r": 18, "t": 8, "b": 42},
        bargap=0.6,
        xaxis=_amount_axis("tokens", tokens, [0, 0.56]),
        xaxis2=_amount_axis("seconds", seconds, [0.62, 1]),
        yaxis=row_axis(len(runs)),
        annotations=[row_label(f"<b>{short_label(comparison, k)}</b>", k) for k in range(len(runs))],
    )


def _draw_bars(name: str, axis: str, values: Sequence[float], texts: list[str], hovers: list[str] | None) -> Any:
    return go.Bar(
        orientation="h",
        x=values,
        y=list(range(len(values))),
        xaxis=axis,
        name=name,
        text=texts,
        textposition="outside",
        textangle=0,
        outsidetextfont={"size": 12, "color": theme.MUTED},
        cliponaxis=False,
        marker={"color": [run_colour(number) for number in range(len(values))], "cornerradius": 2},
        **(
            {"hoverinfo": "skip"}
            if hovers is None
            else {"hovertext": hovers, "hovertemplate": "%{hovertext}<extra></extra>"}
        ),
    )


def _amount_axis(name: str, values: Sequence[float], domain: list[float]) -> dict[str, Any]:
    """From 0 to a quarter more than the largest, so that its number stands beside the bar."""
    return theme.axis(
        range=[0, 1.3 * max(*values, 1e-9)], domain=domain, nticks=3, showgrid=True, fixedrange=True,
        title={"text": name, "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
    )  # fmt: skip


def _format_seconds(seconds: float | None) -> str:
    return "not known" if seconds is None else format_seconds(seconds)


def _title(comparison: Comparison) -> str:
    pairs = [(run.tokens, label) for run, label in zip(comparison.summaries, comparison.labels, strict=True)]
    (least, cheap), (most, dear) = min(pairs), max(pairs)
    if least == most:
        return f"{most:,} tokens each" if len(pairs) > 1 else f"{most:,} tokens"
    return f"Tokens: {least:,} in {cheap}, {most:,} in {dear}"
