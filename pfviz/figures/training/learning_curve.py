"""What a fitted reward knows, by how many problems it was fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.text import format_number

if TYPE_CHECKING:  # torch is not needed to draw
    from pfviz.reward_training.pipeline import Fitted

CAPTION = "AUC within problems, for ever larger fits."
HOW_TO_READ = (
    "The AUC within problems of complete solutions, for fits on ever more problems that have right and wrong ones. "
    "While it still climbs, more sampling helps."
)
STILL_CLIMBS = 0.01
"""The last doubling has to bring so much AUC for more sampling to be worth it."""


def plot_learning_curve(fitted: Fitted, *, title: bool = True) -> go.Figure:
    """AUC over the number of mixed problems, on a logarithmic axis."""
    counts, values = [count for count, _ in fitted.curve], [value for _, value in fitted.curve]
    return theme.figure(
        [
            go.Scatter(
                x=counts,
                y=[round(value, 4) for value in values],
                mode="lines+markers",
                line={"color": theme.ACCENT, "width": 2},
                marker={"size": 9, "color": theme.ACCENT},
                hovertemplate="%{x} problems: AUC <b>%{y:.3f}</b><extra></extra>",
                cliponaxis=False,
                name="AUC",
            )
        ],
        title=describe_curve(fitted),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=300,
        margin={"l": theme.LEFT_MARGIN, "r": 24, "t": 10, "b": 48},
        xaxis=theme.axis(type="log", tickvals=counts, ticktext=[str(count) for count in counts], fixedrange=True),
        yaxis=theme.axis(
            range=[min([0.48, *values]) - 0.02, 1.02], tickvals=[0.5, 0.75, 1], showgrid=True, fixedrange=True
        ),
        annotations=[theme.note("problems", x=1, xref="paper", xanchor="right", y=0, yref="paper", yshift=-30)],
    )


def describe_curve(fitted: Fitted) -> str:
    """Where it stands, and whether more problems would help."""
    if not fitted.curve:
        return "Too few problems for a curve"
    count, last = fitted.curve[-1]
    climbs = len(fitted.curve) > 1 and last - fitted.curve[-2][1] > STILL_CLIMBS
    verdict = "it still climbs" if climbs else "it has levelled off"
    return f"AUC {format_number(last)} after {count} problems, and {verdict}"
