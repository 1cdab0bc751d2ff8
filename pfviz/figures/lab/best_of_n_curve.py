"""The accuracy of the best-rewarded of n solutions against n."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, format_counts, format_estimate
from pfviz.lab.causes import Finding
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.metrics.best_of_n import CurvePoint

QUESTION = "Do more solutions help?"
CAPTION = "How often the best rewarded of n solutions is right."
HOW_TO_READ = (
    "How often the solution with the highest reward is right, of n that a run wrote: the mean over all choices of n. "
    "A curve that falls (▼, dashed) is the signature of reward hacking: more solutions find more of what fools the "
    "reward (Gao et al., arXiv 2210.10760). Bars: 95 % bootstrap intervals over problems."
)

MIN_FALL = 0.01
"""A curve that ends no more than this below its top does not fall."""


def plot_best_of_n_curve(diagnosis: Diagnosis, *, title: bool = True) -> go.Figure:
    """Accuracy over n, on a logarithmic axis; what lies behind the top is marked as falling."""
    points = diagnosis.best_of
    top = _peak_index(points)
    highest = max((min(1.0, point.right.high) for point in points), default=1.0)
    return theme.figure(
        _lines(points, top),
        title=f"{QUESTION} {_finding(diagnosis, top)}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": theme.LEFT_MARGIN, "r": 62, "t": 10, "b": 42},
        xaxis=theme.axis(
            tickvals=[float(np.log2(point.n)) for point in points],
            ticktext=[str(point.n) for point in points],
            range=[-0.3, float(np.log2(points[-1].n)) + 0.3] if points else [-0.3, 1.3],
            title={"text": "solutions n", "font": {"size": 11, "color": theme.MUTED}, "standoff": 6},
            fixedrange=True,
            visible=bool(points),
        ),
        yaxis=theme.axis(
            range=[-0.02, max(0.3, highest) + 0.04], tickformat=".0%", nticks=6, showgrid=True, fixedrange=True,
            visible=bool(points),
        ),
        annotations=_fall_labels(diagnosis, top)
        if points
        else theme.empty_annotations("Solutions whose answer can be judged are needed"),
    )  # fmt: skip


def _peak_index(points: tuple[CurvePoint, ...]) -> int:
    """The place of the highest point, or the last one if that is hardly lower."""
    top = max(range(len(points)), key=lambda k: (points[k].right.value, -k), default=0)
    return top if points and points[top].right.value - points[-1].right.value >= MIN_FALL else max(0, len(points) - 1)


def _finding(diagnosis: Diagnosis, top: int) -> str:
    points = diagnosis.best_of
    if len(points) < 2:
        return ""
    fallen = _fall_finding(diagnosis)
    if fallen is not None:
        return (
            f"Up to {points[top].n}; at {points[-1].n} the best is right {format_estimate(fallen.estimate)} less often"
        )
    if top < len(points) - 1:
        return f"Up to {points[top].n}; whether it falls after that is not sure"
    rises = points[-1].right.value - points[0].right.value
    return f"From {points[0].right.value:.0%} to {points[-1].right.value:.0%}" if rises > 0 else "Not here"


def _fall_finding(diagnosis: Diagnosis) -> Finding | None:
    """The finding that says so, if it is sure that the curve falls."""
    return next((one for one in diagnosis.consequences.found if one.cause == "falls"), None)


def _lines(points: tuple[CurvePoint, ...], top: int) -> list[Any]:
    if not points:
        return []
    falling = points[top:] if top < len(points) - 1 else ()
    drawn = [_line(points[: top + 1], "best of n", theme.RIGHT_COLOUR, "circle", "solid")]
    if falling:
        drawn.insert(
            0,
            _line(falling, "falling", theme.WRONG_COLOUR, ["circle", *["triangle-down"] * (len(falling) - 1)], "dash"),
        )
    return drawn


def _line(points: tuple[CurvePoint, ...], name: str, colour: str, symbol: str | list[str], dash: str) -> Any:
    return go.Scatter(
        x=[float(np.log2(point.n)) for point in points],
        y=[round(point.right.value, 4) for point in points],
        mode="lines+markers",
        line={"color": colour, "width": 2.4, "dash": dash},
        marker={"symbol": symbol, "size": 9, "color": colour},
        error_y=error_bars([point.right for point in points], colour),
        hovertext=[
            f"the best of {point.n} is right: <b>{format_estimate(point.right)}</b><br>"
            f"{format_counts(point.right, 'runs')}"
            for point in points
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name=name,
    )


def _fall_labels(diagnosis: Diagnosis, top: int) -> list[dict[str, Any]]:
    if top == len(diagnosis.best_of) - 1:
        return []
    last, said = diagnosis.best_of[-1], "▼ falls" if _fall_finding(diagnosis) else "▼ falls?"
    return [
        theme.note(
            said, x=float(np.log2(last.n)), xanchor="left", xshift=12, y=last.right.value,
            font={"size": 11, "color": theme.WRONG_COLOUR},
        )
    ]  # fmt: skip
