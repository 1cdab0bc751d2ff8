"""What two ways of scoring the same texts say about who changed the rewards."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.lab.reward_check import differences
from pfviz.lab.reward_check.results import CheckResult, summarise

SIZES = np.array([10, 30, 20, 30, 40, 50])
BATCH = np.array([0, 0, 1, 1, 2, 3])
ALONE = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_the_largest_difference() -> None:
    assert differences.largest_difference(np.array([0.1, 0.5]), np.array([0.1, 0.2])) == pytest.approx(0.3)


def test_padding_is_attended_to_if_only_the_shorter_ones_of_a_batch_change() -> None:
    def attends(*changes: float) -> bool:
        return differences.attends_to_padding(ALONE, ALONE + np.array(changes), SIZES, BATCH, 0.01)

    assert attends(0.2, 0, 0.3, 0, 0, 0)
    assert attends(0, 0, 0.3, 0.001, 0, 0)
    assert not attends(0.2, 0.2, 0.3, 0, 0, 0)
    assert not attends(0, 0, 0, 0, 0, 0)


def test_a_cut_is_where_longer_texts_differ_and_shorter_ones_do_not() -> None:
    sizes, here = np.arange(10, 90, 10), np.full(8, 0.5)
    there = np.where(sizes <= 40, 0.5, 0.9)
    assert differences.find_cut(here, there, sizes, 0.01) == 40
    assert differences.find_cut(here, here, sizes, 0.01) is None
    assert differences.find_cut(here, np.where(sizes <= 20, 0.5, 0.9), sizes, 0.01) is None  # two texts say nothing
    assert differences.find_cut(here, np.where(sizes % 20 == 0, 0.5, 0.9), sizes, 0.01) is None


def test_decimals_are_counted_where_values_are_many() -> None:
    values = np.linspace(0.011, 0.97, 12)
    assert differences.count_decimals(np.round(values, 2)) == 2
    assert differences.count_decimals(np.round(values, 1)) == 1
    assert differences.count_decimals(values / 3) is None
    assert differences.count_decimals(np.array([0.0, 1.0] * 6)) is None  # an oracle rounds nothing
    assert differences.count_decimals(np.round(values[:5], 2)) is None


def test_rounding_and_cutting_off_are_told_apart() -> None:
    here = np.linspace(0.01, 0.97, 12) ** 1.3
    assert differences.find_rounding(here, np.round(here, 2)) == (2, False)
    assert differences.find_rounding(here, np.floor(here * 100) / 100) == (2, True)
    assert differences.find_rounding(here, here) is None
    assert differences.find_rounding(here, np.round(1 - here, 2)) is None  # rounded, but of something else


def test_the_closest_explanation_is_taken_and_none_that_does_not_fit() -> None:
    there = np.linspace(0, 1, 10)
    near, nearer, far = there + 0.02, there + 0.001, there[::-1]
    assert differences.match_explanation(there, {"near": near, "nearer": nearer, "far": far}, 0.05) == "nearer"
    assert differences.match_explanation(there, {"far": far}, 0.05) is None
    assert differences.match_explanation(there, {}, 0.05) is None


def test_whitespace_and_characters_are_told_apart() -> None:
    assert differences.changed_whitespace("a  b", "a b")
    assert not differences.changed_whitespace("a b", "a b")
    assert not differences.changed_whitespace("a b", "a")


def test_the_first_wrong_check_is_the_sentence() -> None:
    ok = CheckResult("a", "", "ok", "fine", 1e-4, 1e-3)
    first, second = (CheckResult(name, "", "wrong", f"{name} is wrong.", 0.3, 0.1) for name in "bc")
    assert summarise([ok, first, second]) == "b is wrong. (1 more may follow from it.)"
    assert summarise([ok, first]) == "b is wrong."
    assert summarise([ok]) == "Served right: the same texts have the same rewards, to 0.0001, in 1 comparisons."
