"""AUC within groups: against all pairs, one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pfviz.stats.auc import auc_within_groups, share_of_right_above


def test_a_wrong_one_is_compared_with_the_right_ones_of_its_group() -> None:
    rng = np.random.default_rng(2)
    scores, group = rng.integers(0, 4, 60) / 4.0, rng.integers(0, 5, 60)
    label = rng.integers(-1, 2, 60)
    found = share_of_right_above(scores, label == 1, label == 0, group)
    for k in range(60):
        rights = [scores[i] for i in range(60) if label[i] == 1 and group[i] == group[k]]
        pairs = [1.0 if score > scores[k] else 0.5 if score == scores[k] else 0.0 for score in rights]
        assert found[k] == pytest.approx(np.mean(pairs)) if label[k] == 0 and pairs else math.isnan(found[k])


def test_a_constant_says_nothing_and_other_groups_do_not_count() -> None:
    right, group = np.array([True, False, True, False]), np.array([0, 0, 1, 1])
    assert auc_within_groups(np.full(4, 0.3), right, ~right, group).value == 0.5
    # Hard problems score low: within each the order is right.
    assert auc_within_groups(np.array([0.2, 0.1, 0.9, 0.8]), right, ~right, group).value == 1
    alone = auc_within_groups(np.array([0.2, 0.1]), right[:2], ~right[:2], np.array([0, 1]))
    assert (alone.count, math.isnan(alone.value)) == (0, True)


def test_what_has_no_score_is_left_out() -> None:
    right, group = np.array([True, True, False, False]), np.zeros(4, dtype=np.int64)
    found = share_of_right_above(np.array([0.5, np.nan, 0.4, np.nan]), right, ~right, group)
    assert found[2] == 1
    assert np.isnan(found[[0, 1, 3]]).all()
