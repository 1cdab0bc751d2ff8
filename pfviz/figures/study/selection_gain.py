"""Right answers that are present, chosen and most frequent, and what selection adds to each."""

from __future__ import annotations

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.figures.study.budget_ratio import NAME_MARGIN, ROW_HEIGHT
from pfviz.figures.study.verdict_table import verdict_table
from pfviz.inference.methods import METHODS
from pfviz.stats.estimate import Estimate
from pfviz.study.result import GAINS, Column, Result
from pfviz.text import format_signed

TITLE = "Is a right answer there, chosen, the most frequent?"
CAPTION = "Share of problems; below, the gain over no selection."
HOW_TO_READ = (
    "A cell: share of problems; below it the difference from independent samples of the same seeds, which nobody "
    "selects, with its 95 % bootstrap interval. Blue: surely more with selection; orange: surely less."
)
BUDGETS = (4, 16, 64)
NAMES = {"present": "present", "usual": "chosen", "majority": "majority"}


def plot_selection_gain(result: Result, *, title: bool = True) -> go.Figure:
    """A table with a row for each method that selects, a last one for independent samples, and three columns for each
    number of generations."""
    measured = sorted({column.budget for column in result.columns if column.present is not None and column.gain})
    budgets = [budget for budget in measured if budget in BUDGETS] or measured[-len(BUDGETS) :]
    methods = [m for m in result.methods if any(c.method == m and c.gain for c in result.columns)]
    plain = next((m for m in result.methods if m in METHODS and METHODS[m].independent), None)
    rows = [*methods, *([plain] if plain else [])][::-1] if methods else []
    places = [(budget, name) for budget in budgets for name in GAINS]
    grid = [[_read(result.column(method, budget), name) for budget, name in places] for method in rows]
    heat = verdict_table(
        x=list(range(len(places))),
        y=["Independent samples" if method == plain else theme.escape(short_method_name(method)) for method in rows],
        z=[[None if cell is None else _sign(cell[1]) for cell in row] for row in grid],
        text=[["" if cell is None else _describe(*cell) for cell in row] for row in grid],
        name="selection",
    )
    return theme.figure(
        [heat],
        title=TITLE,
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=44 + 30 + ROW_HEIGHT * max(1, len(rows)),
        margin={"l": NAME_MARGIN + 10, "r": 12, "t": 44, "b": 6},
        xaxis=theme.axis(
            visible=bool(rows),
            side="top",
            fixedrange=True,
            tickvals=list(range(len(places))),
            tickangle=0,
            ticktext=[f"N = {budget}<br>{NAMES[name]}" for budget, name in places],
        ),
        yaxis=theme.axis(
            visible=bool(rows), fixedrange=True, ticksuffix=" ", tickfont={"size": 12, "color": theme.INK}
        ),
        shapes=[
            {
                "type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper",
                "line": {"color": theme.MUTED, "width": 1},
            }
            for at in (len(GAINS) * k - 0.5 for k in range(1, len(budgets)))
        ],
        annotations=[] if rows else theme.empty_annotations("This study did not record what is present"),
    )  # fmt: skip


def _read(column: Column | None, name: str) -> tuple[Estimate, Estimate | None] | None:
    """A share, and what selection adds to it."""
    if column is None or column.present is None:
        return None
    if column.gain:
        share = column.present if name == "present" else column.accuracy[name]
        return share, column.gain[name]
    # Of independent samples: chosen by the highest reward, as all methods that select do by themselves.
    return {"present": column.present, "usual": column.accuracy["highest"]}.get(name, column.accuracy["majority"]), None


def _sign(gain: Estimate | None) -> int:
    return 0 if gain is None else int(gain.low > 0) - int(gain.high < 0)


def _describe(share: Estimate, gain: Estimate | None) -> str:
    value = f"<b>{share.value:.0%}</b>"
    if gain is None:
        return f'{value}<br><span style="font-size:10px">{share.low:.0%} to {share.high:.0%}</span>'
    low, mid, high = (format_points(x) for x in (gain.low, gain.value, gain.high))
    return f'{value} {mid}<br><span style="font-size:10px">{low} to {high}</span>'


def format_points(difference: float) -> str:
    """A difference of shares in points of per cent, with its sign; of less than one point, with one digit more."""
    return format_signed(100 * difference, int(abs(difference) < 0.0095))
