"""A fitted reward beside scores that know nothing of the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, format_estimate
from pfviz.stats.estimate import Estimate
from pfviz.text import format_number

if TYPE_CHECKING:  # torch is not needed to draw
    from pfviz.reward_training.pipeline import Fitted

CAPTION = "How often a right solution outscores a wrong one."
HOW_TO_READ = (
    "How often each score puts a right solution above a wrong one of the same problem; 0.5 is chance. A control that "
    "comes near says that the reward may have learnt no more than it. Bars: 95 % bootstrap intervals over problems."
)
ROW_HEIGHT = 34  # px


def plot_auc_beside_controls(fitted: Fitted, *, title: bool = True) -> go.Figure:
    """A row for complete solutions, one for half-way prefixes, and one for each control, the best first."""
    measured = fitted.evaluation
    controls = sorted(measured.controls.items(), key=lambda pair: -pair[1].value)
    rows = [("complete", measured.complete), ("half-way", measured.half_way), *controls]
    return theme.figure(
        [
            go.Scatter(
                x=[round(one.value, 4) for _, one in rows],
                y=list(range(len(rows))),
                mode="markers",
                marker={
                    "symbol": ["diamond", "diamond", *["circle"] * len(controls)],
                    "color": [theme.ACCENT, theme.ACCENT, *[theme.MUTED] * len(controls)],
                    "size": 11,
                },
                error_x=error_bars([one for _, one in rows]),
                hovertext=[f"<b>{theme.escape(name)}</b><br>AUC <b>{format_estimate(one)}</b>" for name, one in rows],
                hovertemplate="%{hovertext}<extra></extra>",
                cliponaxis=False,
                name="AUC",
            )
        ],
        title=_finding(measured.complete, controls),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=74 + ROW_HEIGHT * len(rows),
        margin={"l": 150, "r": 132, "t": 18, "b": 32},
        xaxis=theme.axis(range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True),
        yaxis=theme.axis(
            tickvals=list(range(len(rows))),
            ticktext=[theme.escape(name) for name, _ in rows],
            tickfont={"size": 12, "color": theme.INK},
            range=[len(rows) - 0.4, -0.6],
            fixedrange=True,
        ),
        annotations=[
            theme.note(format_estimate(one), x=1, xref="paper", xanchor="left", xshift=8, y=place, yref="y")
            for place, (_, one) in enumerate(rows)
        ],
    )


def _finding(complete: Estimate, controls: list[tuple[str, Estimate]]) -> str:
    best = f"; the best control, {controls[0][0]}, has {format_number(controls[0][1].value)}" if controls else ""
    return f"A right solution scores higher in {complete.value:.0%} of the pairs{best}"
