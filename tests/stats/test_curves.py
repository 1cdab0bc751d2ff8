"""The bootstrap and the horizontal ratio, on cases that are known exactly, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.stats.curves import generations_needed

BUDGETS = np.array([1.0, 2.0, 4.0, 8.0])


def needed(curve: list[float], wanted: float) -> float:
    return float(generations_needed(np.array([curve]), BUDGETS, np.array([wanted]))[0])


@pytest.mark.parametrize(
    ("curve", "wanted", "generations"),
    [
        ([0.2, 0.4, 0.6, 0.8], 0.4, 2.0),
        ([0.2, 0.4, 0.6, 0.8], 0.5, math.sqrt(8)),  # half-way between 2 and 4 on the log scale
        ([0.2, 0.4, 0.6, 0.8], 0.8, 8.0),
        ([0.2, 0.4, 0.6, 0.8], 0.81, math.inf),
        ([0.2, 0.4, 0.6, 0.8], 0.1, 1.0),
        ([0.5, 0.5, 0.5, 0.5], 0.5, 1.0),
        ([0.2, 0.6, 0.3, 0.1], 0.4, math.sqrt(2)),  # what was reached once was reached
        ([0.2, 0.1, 0.3, 0.3], 0.3, 4.0),
    ],
)
def test_generations_needed(curve: list[float], wanted: float, generations: float) -> None:
    assert needed(curve, wanted) == pytest.approx(generations)


accuracies = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@given(accuracies, st.floats(0, 1), st.floats(0, 1))
def test_more_accuracy_never_needs_fewer_generations(curve: list[float], one: float, other: float) -> None:
    assert needed(curve, min(one, other)) <= needed(curve, max(one, other))


@given(accuracies)
def test_a_rising_curve_needs_for_its_own_accuracies_its_own_budgets(curve: list[float]) -> None:
    rising = sorted(set(curve))
    budgets = BUDGETS[: len(rising)]
    found = generations_needed(np.tile(rising, (len(rising), 1)), budgets, np.array(rising))
    assert found == pytest.approx(budgets)


@given(st.lists(accuracies, min_size=1, max_size=5), st.floats(0, 1))
def test_rows_do_not_know_each_other(curves: list[list[float]], wanted: float) -> None:
    together = generations_needed(np.array(curves), BUDGETS, np.full(len(curves), wanted))
    assert together.tolist() == [needed(curve, wanted) for curve in curves]
