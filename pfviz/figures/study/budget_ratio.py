"""The horizontal distance of two curves of a study: how many times particle filtering's generations a rival needs."""

from __future__ import annotations

import math
from collections.abc import Iterable

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.figures.study.verdict_table import verdict_table
from pfviz.study.result import Ratio, Result

TITLE_START = "A rival’s generations over particle filtering’s, by "
PICK_NAMES = {"usual": "highest reward", "vote": "weighted vote"}
"""Pick of particle filtering's answer → how the title names it."""
CAPTION = "Generations that a rival needs, over N."
HOW_TO_READ = (
    "A cell: generations that the rival needs for particle filtering's accuracy at N, over N, with its 95 % bootstrap "
    "interval. Blue: surely more than one; orange: surely less. After >, the largest ratio that was measured; after ≤, "
    "the smallest."
)
ROW_HEIGHT = 40  # px
NAME_MARGIN = 128  # px at the left


def plot_budget_ratio(result: Result, *, pick: str = "usual", title: bool = True) -> go.Figure:
    """A table with a row for each rival and a column for each N of particle filtering, but for N = 1, where all methods
    are the same.

    Args:
        pick: how particle filtering's answer is picked: "usual" (the highest reward), or "vote".
        title: draw the title.
    """
    found = [ratio for ratio in result.ratios if ratio.pick == pick and ratio.budget > 1]
    rivals = list(dict.fromkeys(ratio.rival for ratio in found))[::-1]
    budgets = sorted({ratio.budget for ratio in found})
    cells = {(ratio.rival, ratio.budget): ratio for ratio in found}
    least = first_budgets(result, rivals)
    grid = [[cells.get((rival, budget)) for budget in budgets] for rival in rivals]
    heat = verdict_table(
        x=[f"N = {budget}" for budget in budgets],
        y=[theme.escape(short_method_name(rival)) for rival in rivals],
        z=[[None if cell is None else judge_ratio(cell, least) for cell in row] for row in grid],
        text=[["" if cell is None else describe_cell(cell, least) for cell in row] for row in grid],
        name="ratios",
    )
    return theme.figure(
        [heat],
        title=TITLE_START + PICK_NAMES[pick],
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=28 + 30 + ROW_HEIGHT * max(1, len(rivals)),
        margin={"l": NAME_MARGIN, "r": 12, "t": 28, "b": 6},
        xaxis=theme.axis(side="top", fixedrange=True),
        yaxis=theme.axis(fixedrange=True, ticksuffix=" ", tickfont={"size": 12, "color": theme.INK}),
        annotations=[] if found else theme.empty_annotations("No rival to compare with"),
    )


def first_budgets(result: Result, rivals: Iterable[str]) -> dict[str, int]:
    """The smallest number of generations that was measured of each."""
    return {rival: min(budget for budget, _ in result.curve(rival)) for rival in rivals if result.curve(rival)}


def judge_ratio(cell: Ratio, least: dict[str, int]) -> int:
    """1 if the rival surely needs more than particle filtering, -1 if surely less, 0 if that is open: also where its
    curve begins only at the ratio, as it might have been there before."""
    return int(cell.ratio.low > max(1.0, _min_ratio(cell, least))) - int(cell.ratio.high < 1)


def _min_ratio(cell: Ratio, least: dict[str, int]) -> float:
    """The smallest ratio that can be measured: at the rival's first budget. A rival that begins with one generation has
    none: there are no fewer."""
    first = least.get(cell.rival, 1)
    return first / cell.budget if first > 1 else 0.0


def describe_cell(cell: Ratio, least: dict[str, int]) -> str:
    """A ratio and its interval, as HTML of Plotly."""
    floor = _min_ratio(cell, least)
    low, value, high = (
        ("≤" if x <= floor else "") + format_ratio(x, cell.limit)
        for x in (cell.ratio.low, cell.ratio.value, cell.ratio.high)
    )
    interval = low if low == high else f"{low} to {high}"
    return f'<b>{value}×</b><br><span style="font-size:10px">{interval}</span>'


def format_ratio(ratio: float, limit: float) -> str:
    """A ratio with two digits or so, as HTML; beyond the largest budget, > that budget's ratio."""
    if math.isinf(ratio):
        return f"&gt;{limit:.2g}"
    return f"{ratio:.2f}" if ratio < 0.95 else f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"
