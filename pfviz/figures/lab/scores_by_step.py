"""The mean reward of right and of wrong prefixes at each step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, example_particle, format_counts, format_estimate
from pfviz.lab.diagnosis import Diagnosis
from pfviz.stats.estimate import Estimate

QUESTION = "Do scores tell right from wrong at every step?"
CAPTION = "Mean reward of right (●) and wrong (✕) prefixes."
HOW_TO_READ = (
    "The mean reward of the right prefixes (●) and of the wrong ones (✕, dashed) that end with each step. Where the "
    "two come together the score says nothing; where both rise or fall it drifts. Bars: 95 % bootstrap intervals over "
    "problems."
)
LABEL_STYLES = (
    ("right", theme.RIGHT_COLOUR, "circle", "solid", -0.05),
    ("wrong", theme.WRONG_COLOUR, "x", "dash", 0.05),
)


def plot_scores_by_step(diagnosis: Diagnosis, *, title: bool = True) -> go.Figure:
    """Mean reward over the step.

    The customdata of a mark is [run, sweep, uid] of the prefix behind it that scores most like the other kind.
    """
    found = diagnosis.scores_by_step
    last = max((one.step for one in found), default=0) + 1
    labels = [_line_label(diagnosis, *kind[:2]) for kind in LABEL_STYLES]
    return theme.figure(
        [_line(diagnosis, *kind) for kind in LABEL_STYLES] if found else [],
        title=f"{QUESTION} {_finding(diagnosis)}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": theme.LEFT_MARGIN, "r": 62, "t": 10, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.step_axis(last, fixedrange=True) | {"range": [0.6, last + 0.4]},
        yaxis=theme.axis(
            range=[-0.03, 1.03], tickvals=[0, 0.5, 1], showgrid=True, fixedrange=True, visible=bool(found)
        ),
        annotations=[theme.step_axis_label(), *(label for label in labels if label)]
        if found
        else theme.empty_annotations("Which prefixes are right is not known"),
    )


def _kind_estimates(diagnosis: Diagnosis, kind: str) -> list[tuple[int, Estimate]]:
    pairs = [(one.step, one.right if kind == "right" else one.wrong) for one in diagnosis.scores_by_step]
    return [(step, one) for step, one in pairs if not math.isnan(one.value)]


def _finding(diagnosis: Diagnosis) -> str:
    """The steps at which the intervals of right and wrong meet."""
    both = [one for one in diagnosis.scores_by_step if not math.isnan(one.right.low) and not math.isnan(one.wrong.low)]
    if not both:
        return ""
    meet = [str(one.step + 1) for one in both if not one.right.low > one.wrong.high]
    if not meet:
        return "Their intervals are apart at every step that has both"
    return f"Not surely at step{'' if len(meet) == 1 else 's'} {', '.join(meet)}"


def _line(diagnosis: Diagnosis, kind: str, colour: str, symbol: str, dash: str, aside: float) -> Any:
    rows, found = diagnosis.rows, _kind_estimates(diagnosis, kind)
    members, order = (rows.is_right, rows.reward) if kind == "right" else (rows.is_wrong, -rows.reward)
    return go.Scatter(
        x=[step + 1 + aside for step, _ in found],  # beside each other, so that bars can be told apart
        y=[round(one.value, 4) for _, one in found],
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": dash},
        marker={"symbol": symbol, "size": 9, "color": colour},
        error_y=error_bars([one for _, one in found], colour),
        customdata=[example_particle(diagnosis, members & (rows.step == step), np.asarray(order)) for step, _ in found],
        hovertext=[
            f"<b>{kind}</b> prefixes at step {step + 1}<br>reward <b>{format_estimate(one)}</b><br>{format_counts(one)}"
            for step, one in found
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name=kind,
    )


def _line_label(diagnosis: Diagnosis, kind: str, colour: str) -> dict[str, Any] | None:
    """The name of a line, at its right end; above or below it where the lines meet."""
    found = _kind_estimates(diagnosis, kind)
    if not found:
        return None
    step, one = found[-1]
    other = dict(_kind_estimates(diagnosis, "wrong" if kind == "right" else "right")).get(step)
    near = other is not None and abs(other.value - one.value) < 0.08
    higher = other is not None and (one.value, kind) > (other.value, "right" if kind == "wrong" else "wrong")
    return theme.note(
        f"{'●' if kind == 'right' else '✕'} {kind}", x=step + 1, xanchor="left", xshift=12, y=one.value,
        yanchor="middle", yshift=0 if not near else 10 if higher else -10, font={"size": 11, "color": colour},
    )  # fmt: skip
