"""What the reward knows after each step, and from which step selection pays."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pfviz.lab.metrics.knowledge import (
    MIN_PAIRS,
    StepKnowledge,
    first_step_that_pays,
    knowledge_by_step,
)
from pfviz.rng import derive_rng
from pfviz.stats.estimate import Estimate
from tests.lab.tables import table


def known(step: int, auc: float, slope: float, low: float | None = None) -> StepKnowledge:
    around = Estimate(auc, auc - 0.05 if low is None else low, auc + 0.05, 90, 30)
    return StepKnowledge(step, around, Estimate(slope, slope - 0.1, slope + 0.1, 90, 30))


def test_the_slope_is_what_the_log_odds_deserve() -> None:
    """Rewards say twice as much as is true after the first step, and exactly what is true after the second."""
    rng = derive_rng(0, "rewards")
    solutions = []
    for problem in range(60):
        for _ in range(12):
            right = bool(rng.random() < 0.5)
            z = (1.0 if right else -1.0) + rng.normal() * math.sqrt(2)  # the log-odds that are true: z
            first, second = 1 / (1 + math.exp(-2 * z)), 1 / (1 + math.exp(-z))
            solutions.append((problem, [("a", int(right), first), ("b", int(right), second)]))
    found = knowledge_by_step(table(solutions))
    assert [one.step for one in found] == [0, 1]
    assert [one.slope.value for one in found] == pytest.approx([0.5, 1.0], abs=0.1)
    assert found[0].auc.value == pytest.approx(found[1].auc.value)
    assert found[0].auc.value == pytest.approx(0.84, abs=0.03)  # of two normals that are apart by √2 deviations


def test_a_step_with_few_pairs_is_left_out() -> None:
    pairs = [(problem, [("a", problem % 2, 0.5)]) for problem in range(4)]
    assert knowledge_by_step(table(pairs)) == ()
    assert MIN_PAIRS > 4
    assert knowledge_by_step(table([])) == ()


def test_selection_pays_from_the_step_on_after_which_it_always_does() -> None:
    early, late = known(0, 0.58, 0.46), known(1, 0.7, 0.9)
    assert first_step_that_pays([early, late]) == 1
    assert first_step_that_pays([late, early]) is None
    assert first_step_that_pays([known(0, 0.7, 0.9), late]) == 0
    assert first_step_that_pays([]) is None
    assert not known(0, 0.52, 0.9).pays  # chance is in its interval
    assert not known(0, 0.9, 0.9, low=math.nan).pays  # one problem
    assert not np.any([known(0, 0.8, slope).pays for slope in (0.49, -1.0)])
