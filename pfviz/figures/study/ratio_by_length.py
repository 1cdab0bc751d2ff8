"""How many times particle filtering's generations a rival needs, by the number of steps that the problems take."""

from __future__ import annotations

import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.figures.study.budget_ratio import NAME_MARGIN, ROW_HEIGHT, describe_cell, first_budgets, judge_ratio
from pfviz.figures.study.verdict_table import verdict_table
from pfviz.study.result import Result

TITLE = "A rival’s generations over particle filtering’s, by the length of the problem"
CAPTION = "Generations that a rival needs, over N."
HOW_TO_READ = (
    "A cell: generations that the rival needs for particle filtering's accuracy at N on the problems that take so many "
    "steps, over N, with its 95 % bootstrap interval. Blue: surely more than one; orange: surely less."
)
BUDGETS = (4, 16)
"""The N that are shown, where they were measured."""


def plot_ratio_by_length(result: Result, *, title: bool = True) -> go.Figure:
    """A table with a row for each rival and N, and a column for each group of problems; by highest reward."""
    measured = {r.budget for stratum in result.strata for r in stratum.ratios if r.budget > 1}
    budgets = sorted(measured & set(BUDGETS)) or sorted(measured)[-1:]
    rivals = list(dict.fromkeys(r.rival for s in result.strata for r in s.ratios if r.budget in budgets))
    rows = [(rival, budget) for budget in budgets[::-1] for rival in rivals[::-1]]
    least = first_budgets(result, rivals)
    cells = [{(r.rival, r.budget): r for r in stratum.ratios if r.pick == "usual"} for stratum in result.strata]
    found = bool(rows)
    grid = [[one.get(row) for one in cells] for row in rows]
    heat = verdict_table(
        x=[f"{s.title}<br>{s.problems} problems" for s in result.strata],
        y=[f"{theme.escape(short_method_name(rival))}, N = {budget}" for rival, budget in rows],
        z=[[None if cell is None else judge_ratio(cell, least) for cell in row] for row in grid],
        text=[["" if cell is None else describe_cell(cell, least) for cell in row] for row in grid],
        name="ratios by length",
    )
    return theme.figure(
        [heat],
        title=TITLE,
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=44 + 30 + ROW_HEIGHT * max(1, len(rows)),
        margin={"l": NAME_MARGIN + 56, "r": 12, "t": 44, "b": 6},
        xaxis=theme.axis(visible=found, side="top", fixedrange=True),
        yaxis=theme.axis(visible=found, fixedrange=True, ticksuffix=" ", tickfont={"size": 12, "color": theme.INK}),
        annotations=[] if found else theme.empty_annotations("All problems are as long, or there is no rival"),
    )
