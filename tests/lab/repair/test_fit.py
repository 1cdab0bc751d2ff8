"""A calibration map: fitted on what is known, judged on other problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.errors import LabError
from pfviz.lab.repair.fit import cross_validate, fit_map, measure_reliability, select_rows, table_of_samples
from pfviz.lab.table.prefixes import PrefixTable
from tests.figures.processbench.results import solution


def table(reward: list[float], right: list[int], problem: list[int]) -> PrefixTable:
    samples = [solution(f"s{k}", -1, [value]) for k, value in enumerate(reward)]
    rows = table_of_samples(samples)
    return replace(
        rows,
        right=np.array(right),
        problem=np.array(problem),
        problems=tuple(f"problem {k}" for k in range(max(problem) + 1)),
    )


OVERCONFIDENT = table(
    [0.8, 0.9, 0.8, 0.9] * 10, [int(k % 2 == 1 or k % 8 == 0) for k in range(40)], [k // 4 for k in range(40)]
)
"""0.8 is right in a quarter of the cases, 0.9 always."""


def test_an_isotonic_map_says_the_share_that_is_right() -> None:
    found = fit_map(OVERCONFIDENT, "r")
    assert found.scores == pytest.approx((0.8, 0.9))
    assert found.values == pytest.approx((0.25, 1.0))
    assert found.apply(np.array([0.8, 0.85, 0.9, 0.0, 1.0])) == pytest.approx([0.25, 0.625, 1.0, 0.25, 1.0])
    assert (found.rows, found.problems, found.reward, found.method) == (40, 10, "r", "isotonic")
    assert all(low < value for low, value in zip(found.low, found.values, strict=True))


def test_a_quantile_map_has_bins_with_as_many_rows() -> None:
    rewards = np.linspace(0, 1, 200)
    right = (np.arange(200) % 20 < np.arange(200) // 10).astype(int)
    found = fit_map(table(rewards.tolist(), right.tolist(), [k % 5 for k in range(200)]), "r", "quantile")
    assert 2 <= len(found.scores) <= 10
    assert list(found.values) == sorted(found.values)
    assert found.scores[0] == pytest.approx(rewards[:20].mean())


def test_rows_of_unknown_truth_are_not_fitted_on() -> None:
    rows = select_rows(OVERCONFIDENT, np.arange(40) < 8)
    assert fit_map(rows, "r").rows == 8


@pytest.mark.parametrize(
    ("right", "said"), [([1, 1], "only right ones"), ([0, 0], "only wrong"), ([-1, -1], "unknown")]
)
def test_a_map_takes_right_and_wrong_ones(right: list[int], said: str) -> None:
    with pytest.raises(LabError, match=said):
        fit_map(table([0.2, 0.8], right, [0, 1]), "r")


def test_no_problem_is_judged_by_a_map_that_has_seen_it() -> None:
    """Of each problem alone the truth is turned over: its own rewards must not change."""
    usual = cross_validate(OVERCONFIDENT, "r")
    for problem in (0, 7):
        mine = OVERCONFIDENT.problem == problem
        other = replace(OVERCONFIDENT, right=np.where(mine, 1 - OVERCONFIDENT.right, OVERCONFIDENT.right))
        again = cross_validate(other, "r")
        assert again.rewards[mine].tolist() == usual.rewards[mine].tolist()
        assert again.rewards[~mine].tolist() != usual.rewards[~mine].tolist()
        assert again.maps[f"problem {problem}"] == usual.maps[f"problem {problem}"]
    with pytest.raises(LabError, match="other problems"):
        cross_validate(table([0.2, 0.8], [0, 1], [0, 0]), "r")


def test_a_repair_makes_an_overconfident_reward_honest() -> None:
    before = measure_reliability(OVERCONFIDENT)
    after = measure_reliability(OVERCONFIDENT.with_reward(cross_validate(OVERCONFIDENT, "r").rewards))
    assert before.overconfidence.value > 0.2
    assert abs(after.overconfidence.value) < 0.05
    assert after.brier.value < before.brier.value


def test_prefixes_of_processbench_are_wrong_from_the_first_error_on() -> None:
    rows = table_of_samples([solution("a", 1, [0.9, 0.2, 0.3]), solution("b", -1, [0.8, 0.7])])
    assert rows.right.tolist() == [1, 0, 0, 1, 1]
    assert rows.parent.tolist() == [-1, 0, 1, -1, 3]
    assert rows.last.tolist() == [False, False, True, False, True]
    assert rows.reward.tolist() == [0.9, 0.2, 0.3, 0.8, 0.7]
