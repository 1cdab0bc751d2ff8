"""The reward at the last step of right and of wrong solutions, and how often it is the lowest of all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.lab.metrics.processbench import NO_ERROR
from pfviz.lab.metrics.processbench_subsets import ProcessBenchResult, share_lowest_at_last_step
from pfviz.lab.published.processbench import find_published
from pfviz.types import FloatArray

CAPTION = "Rewards at the last step, with an error and without."
HOW_TO_READ = (
    "How the reward at the last step is spread: solutions without a wrong step above the line (filled), those with one "
    "below it (hatched), in tenths of the scale. The headline says how often the last step has the lowest reward of "
    "its solution: where that is often, the model judges the answer and not the process (arXiv 2501.07301, Figure 8)."
)
_EDGES = np.linspace(0, 1, 11)


def plot_last_step_scores(result: ProcessBenchResult, *, title: bool = True) -> go.Figure:
    """Two histograms, back to back, each of shares of its own kind."""
    last = np.array([one.rewards[-1] for one in result.scored])
    wrong = result.labels != NO_ERROR
    kinds = (
        ("without an error", last[~wrong], 1, theme.RIGHT_COLOUR, ""),
        ("with one", last[wrong], -1, theme.WRONG_COLOUR, "/"),
    )
    top = max([0.1, *(float(_shares(values).max()) for _, values, *_ in kinds if len(values))]) * 1.1
    ticks = [-round(top * 0.8, 1), 0, round(top * 0.8, 1)]
    return theme.figure(
        [_bars(*kind) for kind in kinds if len(kind[1])],
        title=_finding(result),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=300,
        margin={"l": theme.LEFT_MARGIN, "r": 136, "t": 14, "b": 40},
        barmode="overlay",
        bargap=0.12,
        xaxis=theme.axis(range=[-0.01, 1.01], tickvals=[0, 0.25, 0.5, 0.75, 1], fixedrange=True),
        yaxis=theme.axis(
            range=[-top, top], tickvals=ticks, ticktext=[f"{abs(tick):.0%}" for tick in ticks], showgrid=True,
            zeroline=True, zerolinecolor=theme.MUTED, zerolinewidth=1, fixedrange=True,
        ),
        annotations=[
            theme.note("reward", x=1, xref="paper", xanchor="right", y=0, yref="paper", yshift=-26),
            *(
                theme.note(
                    f"{len(values):,} {name}", x=1, xref="paper", xanchor="left", xshift=8,
                    y=0.75 if side > 0 else 0.25, yref="paper", font={"size": 11, "color": colour},
                )
                for name, values, side, colour, _ in kinds
            ),
        ],
    )  # fmt: skip


def _finding(result: ProcessBenchResult) -> str:
    share = share_lowest_at_last_step(result.scored)
    if math.isnan(share):
        return "No solution has two steps"
    published = find_published(result.reward)
    beside = (
        f" (published, of other solutions: {published.lowest_at_last_step:.1f} %)"
        if published and published.lowest_at_last_step
        else ""
    )
    return f"The last step has the lowest reward in {share:.0%} of the solutions{beside}"


def _shares(values: FloatArray) -> FloatArray:
    counts = np.histogram(np.clip(values, 0, 1), _EDGES)[0]
    return np.asarray(counts / max(1, len(values)), dtype=np.float64)


def _bars(name: str, values: FloatArray, side: int, colour: str, pattern: str) -> Any:
    shares = _shares(values)
    return go.Bar(
        x=(_EDGES[:-1] + 0.05).round(3).tolist(),
        y=(side * shares).round(4).tolist(),
        width=0.09,
        marker={"color": colour, "line": {"width": 0}, "pattern": {"shape": pattern, "size": 5, "solidity": 0.35}},
        hovertext=[f"<b>{share:.0%}</b> of the {len(values):,} {name}" for share in shares],
        hovertemplate="%{hovertext}<extra></extra>",
        name=name,
    )
