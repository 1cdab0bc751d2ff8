"""Tables and lines of what selection does: what the cells and points mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pfviz.figures import theme
from pfviz.figures.study.accuracy_by_tokens import plot_accuracy_by_tokens
from pfviz.figures.study.ratio_by_length import plot_ratio_by_length
from pfviz.figures.study.right_lineages import plot_right_lineages
from pfviz.figures.study.selection_gain import format_points, plot_selection_gain
from pfviz.stats.estimate import Estimate
from pfviz.study.result import Column, Ratio, Result, Stratum
from tests.figures.drawn import named
from tests.figures.study.results import result

FOUND = result(("particle_filtering", "dvts", "best_of_n", "self_consistency"))


def changed(method: str, budget: int, **values: Any) -> Result:
    """The study with other values in one column."""
    columns = [replace(c, **values) if (c.method, c.budget) == (method, budget) else c for c in FOUND.columns]
    return replace(FOUND, columns=tuple(columns))


def test_a_cell_says_what_is_there_and_what_selection_adds() -> None:
    gain = {
        "present": Estimate(0.1, 0.02, 0.2),
        "usual": Estimate(0.05, -0.1, 0.2),
        "majority": Estimate(-0.2, -0.3, -0.004),
    }
    figure = plot_selection_gain(changed("dvts", 16, present=Estimate(0.9, 0.8, 1.0), gain=gain))
    heat = figure.data[0]
    row = list(heat.y).index("DVTS")
    first = [text.startswith("N = 16") for text in figure.layout.xaxis.ticktext].index(True)
    assert heat.text[row][first].startswith("<b>90%</b> +10")
    assert "+2 to +20" in heat.text[row][first]
    assert list(heat.z[row][first : first + 3]) == [1, 0, -1]
    assert "−30 to −0.4" in heat.text[row][first + 2]
    assert heat.y[0] == "Independent samples"
    assert list(heat.y).count("Independent samples") == 1
    assert set(heat.z[0]) == {0}


def test_small_differences_keep_a_digit() -> None:
    assert [format_points(x) for x in (0.1, -0.004, 0.0, -0.0096, 1.0)] == ["+10", "−0.4", "0", "−1", "+100"]


def test_lines_are_shares_by_step_and_independent_samples_are_drawn_once() -> None:
    column = FOUND.column("dvts", 4)
    assert isinstance(column, Column)
    figure = plot_right_lineages(FOUND)
    names = [trace.name for trace in figure.data]
    assert names.count("DVTS") == names.count("Independent samples") == 2
    alive, shares = (trace for trace in figure.data if trace.name == "DVTS")
    assert list(alive.y) == [estimate.value for estimate in column.alive]
    assert list(shares.y) == list(column.right_shares)
    assert (alive.xaxis, shares.xaxis) == (None, "x2")


def test_where_nobody_judged_there_is_one_panel_that_says_so() -> None:
    plain = replace(FOUND, columns=tuple(replace(column, alive=(), lost={}) for column in FOUND.columns))
    figure = plot_right_lineages(plain)
    assert {trace.xaxis for trace in figure.data} == {"x"}
    assert "Nobody judges" in figure.layout.meta["reads"]
    assert "xaxis2" not in figure.layout


def test_tokens_of_both_models_count() -> None:
    figure = plot_accuracy_by_tokens(FOUND)
    line = named(figure, "DVTS")
    assert [round(10**x) for x in line.x] == [150 * budget for budget, _ in FOUND.curve("dvts")]
    assert "read by the reward" in figure.layout.xaxis.title.text
    columns = tuple(replace(c, measures={"tokens": c.measures["tokens"]}) for c in FOUND.columns)
    older = plot_accuracy_by_tokens(replace(FOUND, columns=columns))
    assert [round(10**x) for x in named(older, "DVTS").x] == [100 * budget for budget, _ in FOUND.curve("dvts")]
    assert "reward" not in older.layout.xaxis.title.text


def test_ratios_stand_under_the_length_of_their_problems() -> None:
    def stratum(first: int, last: int, low: float) -> Stratum:
        return Stratum(first, last, 7, {}, (Ratio("dvts", "usual", 4, Estimate(3.0, low, 5.0), 16.0),))

    figure = plot_ratio_by_length(replace(FOUND, strata=(stratum(1, 1, 0.5), stratum(2, 9, 2.0))))
    heat = figure.data[0]
    assert list(heat.x) == ["1 step<br>7 problems", "2 to 9 steps<br>7 problems"]
    assert list(heat.y) == ["DVTS, N = 4"]
    assert list(heat.z[0]) == [0, 1]
    assert "0.50 to 5.0" in heat.text[0][0]


@pytest.mark.parametrize("plot", [plot_selection_gain, plot_right_lineages, plot_ratio_by_length])
def test_a_study_that_did_not_record_it_says_so(plot: Any) -> None:
    columns = tuple(replace(c, present=None, gain={}, alive=(), lost={}, right_shares=()) for c in FOUND.columns)
    figure = plot(replace(FOUND, columns=columns, strata=()), title=False)
    assert len(figure.layout.annotations) == len(theme.empty_annotations(""))
    assert not figure.layout.xaxis.visible
