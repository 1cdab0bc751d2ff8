"""How often a right prefix scores higher than a wrong one, in problems of each kind."""

from __future__ import annotations

import math
from typing import Any

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, format_counts, format_estimate
from pfviz.lab.diagnosis import Diagnosis
from pfviz.stats.estimate import Estimate
from pfviz.text import shorten

QUESTION = "In which problems does the score work?"
CAPTION = "How often a right prefix outscores a wrong one."
HOW_TO_READ = (
    "Given a right and a wrong prefix of the same problem and step, how often the right one scores higher (AUC): 1 is "
    "best, at the dotted line (0.5) the score says nothing, below it (✕) it is upside down. ◆: all problems together. "
    "Bars: 95 % bootstrap intervals over problems."
)
ROW_HEIGHT = 34  # px
_NARROW_LAYOUT = {"margin": {"l": 86, "r": 14, "t": 18, "b": 32, "autoexpand": False}, "annotations": []}
"""Where there is no room for the numbers."""


def plot_auc_by_kind(diagnosis: Diagnosis, *, title: bool = True) -> go.Figure:
    """A row for all problems, and one for each kind of them, the worst first."""
    overall = diagnosis.measures.auc
    known = not math.isnan(overall.value)
    kinds = sorted(diagnosis.auc_by_kind, key=lambda pair: pair[1].value)
    rows = [("all problems", overall), *kinds] if known else []
    lines = (
        [_vertical_line(0.5, "dot", theme.MUTED), _vertical_line(overall.value, "solid", theme.FAINT)] if known else []
    )
    return theme.figure(
        [_marks(rows)] if known else [],
        title=f"{QUESTION} {_finding(kinds, overall)}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=74 + ROW_HEIGHT * max(2, len(rows)),
        narrow=_NARROW_LAYOUT if known else None,
        margin={"l": 104, "r": 118, "t": 18, "b": 32},
        xaxis=theme.axis(
            range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True, visible=known
        ),
        yaxis=theme.axis(
            tickvals=list(range(len(rows))),
            ticktext=[theme.escape(shorten(name, 16)) for name, _ in rows],
            tickfont={"size": 12, "color": theme.INK},
            range=[len(rows) - 0.4, -0.6],
            fixedrange=True,
            visible=known,
        ),
        shapes=lines,
        annotations=[
            theme.note("says nothing", x=0.5, xref="x", y=1, yref="paper", yanchor="bottom", yshift=2),
            *(
                theme.note(format_estimate(one), x=1, xref="paper", xanchor="left", xshift=8, y=place, yref="y")
                for place, (_, one) in enumerate(rows)
            ),
        ]
        if known
        else theme.empty_annotations("Right and wrong prefixes of the same problem and step are needed"),
    )


def _finding(kinds: list[tuple[str, Estimate]], overall: Estimate) -> str:
    if not kinds:
        return ""
    apart = [name for name, one in kinds if one.excludes(overall.value) and one.value < overall.value]
    if apart:
        return f"Less in: {', '.join(apart)}"
    return f"The right one scores higher in {overall.value:.0%} of the pairs"


def _mark_style(place: int, one: Estimate) -> tuple[str, str]:
    if place == 0:
        return "diamond", theme.INK
    return ("x", theme.WRONG_COLOUR) if one.high < 0.5 else ("circle", theme.RIGHT_COLOUR)


def _marks(rows: list[tuple[str, Estimate]]) -> Any:
    looks = [_mark_style(place, one) for place, (_, one) in enumerate(rows)]
    return go.Scatter(
        x=[round(one.value, 4) for _, one in rows],
        y=list(range(len(rows))),
        mode="markers",
        marker={"symbol": [symbol for symbol, _ in looks], "color": [colour for _, colour in looks], "size": 11},
        error_x=error_bars([one for _, one in rows]),
        hovertext=[
            f"<b>{theme.escape(name)}</b><br>AUC <b>{format_estimate(one)}</b><br>"
            f"{format_counts(one, 'wrong prefixes')}"
            for name, one in rows
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="AUC",
    )


def _vertical_line(x: float, dash: str, colour: str) -> dict[str, Any]:
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"} | {
        "line": {"color": colour, "width": 1.2, "dash": dash}
    }
