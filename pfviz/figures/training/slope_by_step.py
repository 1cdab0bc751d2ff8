"""What a fitted reward knows after each step, and the slope that its calibration gives it there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, format_estimate
from pfviz.text import format_number

if TYPE_CHECKING:  # torch is not needed to draw
    from pfviz.reward_training.pipeline import Fitted

CAPTION = "AUC within problems, by the last step of the prefix."
HOW_TO_READ = (
    "The AUC within problems of prefixes that end with each step of solutions that go on. What is reported is already "
    "calibrated by step: where little is known the rewards lie close together and few particles are copied. Bars: 95 % "
    "bootstrap intervals over problems."
)


def plot_slope_by_step(fitted: Fitted, *, title: bool = True) -> go.Figure:
    """AUC over the step; the slope is in the words of each mark."""
    found = [one for one in fitted.evaluation.by_step if not math.isnan(one.auc.value)]
    last = max((one.step for one in found), default=1)
    return theme.figure(
        [
            go.Scatter(
                x=[one.step for one in found],
                y=[round(one.auc.value, 4) for one in found],
                mode="lines+markers",
                line={"color": theme.ACCENT, "width": 2},
                marker={"size": 9, "color": theme.ACCENT},
                error_y=error_bars([one.auc for one in found]),
                hovertext=[
                    f"step {one.step}: AUC <b>{format_estimate(one.auc)}</b><br>slope {format_number(one.slope)}, "
                    f"{one.prefixes} prefixes"
                    for one in found
                ],
                hovertemplate="%{hovertext}<extra></extra>",
                cliponaxis=False,
                name="AUC",
            )
        ]
        if found
        else [],
        title=f"AUC {format_number(found[0].auc.value)} after step {found[0].step}, "
        f"{format_number(fitted.evaluation.complete.value)} when complete"
        if found
        else "",
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=300,
        xaxis=theme.step_axis(last, fixedrange=True) | {"range": [0.6, last + 0.4]},
        yaxis=theme.axis(range=[0.28, 1.02], tickvals=[0.5, 0.75, 1], showgrid=True, fixedrange=True),
        annotations=[theme.step_axis_label()]
        if found
        else theme.empty_annotations("Solutions of more than one step are needed"),
    )
