"""The accuracy of the best-rewarded of n solutions."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG
from pfviz.lab.metrics.best_of_n import best_of_n_curve, chance_best_is_right, find_fall
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import table


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.booleans()), min_size=1, max_size=7), st.data())
def test_the_chance_is_that_of_all_choices(drawn: list[tuple[float, bool]], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, len(drawn)))
    reward, right = np.array([r for r, _ in drawn]), np.array([ok for _, ok in drawn])
    each = []
    for chosen in combinations(range(len(drawn)), n):
        best = [i for i in chosen if reward[i] == reward[list(chosen)].max()]
        each.append(right[best].mean())
    assert chance_best_is_right(reward, right, n) == pytest.approx(np.mean(each))


def runs(solutions: list[list[tuple[float, int]]]) -> PrefixTable:
    """A problem for each list of (reward, right)."""
    return table([(p, [("a", label, reward)]) for p, one in enumerate(solutions) for reward, label in one])


def test_a_good_reward_gains_with_n() -> None:
    rows = runs([[(1.0, RIGHT), (0.0, WRONG), (0.0, WRONG), (0.0, WRONG)]] * 5)
    assert [(point.n, point.right.value) for point in best_of_n_curve(rows)] == [(1, 0.25), (2, 0.5), (4, 1.0)]
    assert find_fall(rows) is None


def test_a_hacked_reward_falls() -> None:
    """One wrong solution in four scores highest, right ones above other wrong ones."""
    rows = runs([[(1.0, WRONG), (0.5, RIGHT), (0.4, RIGHT), (0.0, RIGHT)]] * 5)
    fallen = find_fall(rows)
    assert fallen is not None
    n, drop = fallen
    assert (n, drop.value) == (1, 0.75)
    assert drop.low == drop.high == 0.75


def test_the_curve_ends_where_one_run_in_four_has_no_more() -> None:
    short, long = [(1.0, RIGHT)] * 2, [(1.0, RIGHT)] * 8
    assert [point.n for point in best_of_n_curve(runs([short, long, long, long, long]))] == [1, 2, 4, 8]
    assert [point.n for point in best_of_n_curve(runs([short, short, long, long]))] == [1, 2]


def test_only_answers_that_are_known_count() -> None:
    rows = runs([[(1.0, RIGHT), (1.0, UNKNOWN), (0.0, RIGHT)]])
    assert [point.n for point in best_of_n_curve(rows)] == [1, 2]
    assert best_of_n_curve(runs([[(1.0, UNKNOWN)]])) == []
    assert best_of_n_curve(table([])) == []
    assert find_fall(table([])) is None


def test_runs_of_one_problem_are_apart() -> None:
    solutions = [(0, [("a", RIGHT, 1.0)]), (0, [("b", WRONG, 0.0)])]
    assert [point.n for point in best_of_n_curve(table(solutions))] == [1, 2]
    assert [point.n for point in best_of_n_curve(table(solutions, runs=[0, 1]))] == [1]
