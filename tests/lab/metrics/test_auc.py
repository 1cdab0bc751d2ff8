"""How often a right prefix scores higher than a wrong one beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG
from pfviz.lab.metrics.auc import auc_by_row, misordered_share
from tests.lab.tables import table

ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([RIGHT, WRONG, UNKNOWN]), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    max_size=14,
)


@given(ROWS)
def test_it_is_the_share_of_pairs(drawn: list[tuple[int, int, float]]) -> None:
    rows = table([(problem, [("a", label, reward)]) for problem, label, reward in drawn])
    found = auc_by_row(rows)
    for row, (problem, label, reward) in enumerate(drawn):
        beside = [other for where, kind, other in drawn if where == problem and kind == RIGHT]
        if label != WRONG or not beside:
            assert math.isnan(found[row])
        else:
            assert found[row] == pytest.approx(np.mean([(o > reward) + 0.5 * (o == reward) for o in beside]))


def test_only_prefixes_of_the_same_step_are_compared() -> None:
    rows = table([(0, [("a", RIGHT, 0.9), ("b", RIGHT, 0.1)]), (0, [("c", RIGHT, 0.9), ("d", WRONG, 0.5)])])
    assert np.nan_to_num(auc_by_row(rows), nan=-1).tolist() == [-1, -1, -1, 0.0]
    assert misordered_share(rows) == 1.0


def test_other_rewards_may_be_tried() -> None:
    rows = table([(0, [("a", RIGHT, 0.9)]), (0, [("b", WRONG, 0.5)])])
    assert misordered_share(rows) == 0.0
    assert auc_by_row(rows, 1 - rows.reward)[1] == 0.0


def test_without_pairs_nothing_is_told() -> None:
    assert math.isnan(misordered_share(table([(0, [("a", RIGHT, 0.9)])])))
    assert math.isnan(misordered_share(table([])))
