"""How many generations rivals need: what the cells mean."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest

from pfviz.figures.study.budget_ratio import format_ratio, plot_budget_ratio
from pfviz.stats.estimate import Estimate
from pfviz.study.result import Ratio
from tests.figures.study.results import result


def cell(figure: Any, rival: str, column: str) -> tuple[str, float]:
    heat = figure.data[0]
    row, k = list(heat.y).index(rival), list(heat.x).index(column)
    return heat.text[row][k], heat.z[row][k]


@pytest.mark.parametrize(
    ("estimate", "text", "verdict"),
    [
        (Estimate(4.0, 2.0, 8.5), "<b>4.0×</b><br>2.0 to 8.5", 1),
        (Estimate(0.5, 0.25, 0.9), "<b>0.50×</b><br>0.25 to 0.90", -1),
        (Estimate(1.2, 0.8, math.inf), "<b>1.2×</b><br>0.80 to >16", 0),
        (Estimate(math.inf, math.inf, math.inf), "<b>>16×</b><br>>16", 1),
        (Estimate(12.3, 1.0, 15.0), "<b>12×</b><br>1.0 to 15", 0),
    ],
)
def test_a_cell_says_the_ratio_and_whether_it_is_sure(estimate: Estimate, text: str, verdict: int) -> None:
    found = replace(result(), ratios=(Ratio("dvts", "usual", 4, estimate, 16.0),))
    said, sure = cell(plot_budget_ratio(found), "DVTS", "N = 4")
    assert re.sub("</?span[^>]*>", "", said) == text.replace(">16", "&gt;16")
    assert sure == verdict


def test_a_curve_that_begins_late_is_not_said_to_need_more() -> None:
    """Particle Gibbs has no fewer than 4 generations: what it reaches with them, it might reach with fewer."""
    found = result(("particle_filtering", "particle_gibbs"))
    assert min(budget for budget, _ in found.curve("particle_gibbs")) == 4
    for estimate, text, verdict in (
        (Estimate(2.0, 2.0, 2.0), "<b>≤2.0×</b><br>≤2.0", 0),
        (Estimate(3.0, 2.0, 5.0), "<b>3.0×</b><br>≤2.0 to 5.0", 0),
        (Estimate(3.0, 2.5, 5.0), "<b>3.0×</b><br>2.5 to 5.0", 1),
    ):
        ratios = (Ratio("particle_gibbs", "usual", 2, estimate, 32.0),)
        said, sure = cell(plot_budget_ratio(replace(found, ratios=ratios)), "Particle Gibbs", "N = 2")
        assert re.sub("</?span[^>]*>", "", said) == text
        assert sure == verdict


def test_the_ratio_of_the_vote_is_its_own() -> None:
    found = result()
    usual, vote = Estimate(2.0, 1.5, 3.0), Estimate(3.0, 2.5, 4.0)
    ratios = (Ratio("dvts", "usual", 4, usual, 16.0), Ratio("dvts", "vote", 4, vote, 16.0))
    assert "3.0×" in cell(plot_budget_ratio(replace(found, ratios=ratios), pick="vote"), "DVTS", "N = 4")[0]


def test_digits() -> None:
    assert [format_ratio(x, 32.0) for x in (0.04, 1.0, 9.94, 9.96, math.inf)] == ["0.04", "1.0", "9.9", "10", "&gt;32"]
