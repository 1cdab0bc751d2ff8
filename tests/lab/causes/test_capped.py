"""Scores that stop at a value."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.capped import find_capped
from tests.lab.tables import jitter, plain, table


def sound(problem: int, place: int, text: str, label: int, error: int) -> float:
    """Right ones above 0.7, wrong ones from 0.3 to 0.9: no two alike."""
    return (0.7 + 0.29 * jitter(text + str(problem))) if label else 0.3 + 0.6 * jitter(text + str(problem) + "x")


def test_a_good_reward_and_one_that_is_never_the_same_twice_are_not_capped() -> None:
    assert find_capped(Evidence(plain())) is None
    assert find_capped(Evidence(plain(20, score=sound))) is None


def test_a_highest_score_that_right_and_wrong_prefixes_have() -> None:
    rows = plain(20, score=lambda *prefix: min(0.6, sound(*prefix)))
    evidence = Evidence(rows)
    found = find_capped(evidence)
    assert found is not None
    assert found.sentence.startswith("The scores stop at 0.60: 100% of the right prefixes and ")
    assert "exactly this highest score" in found.sentence
    wrong_there = rows.is_wrong & np.isclose(rows.reward, 0.6)
    assert evidence.explained.tolist() == wrong_there.tolist(), "these are not blamed on anything else"
    assert all(wrong_there[row] for row in found.examples)
    assert found.estimate.value == pytest.approx(wrong_there.sum() / rows.is_wrong.sum())
    assert found.size == 0.5 * found.estimate.value


def test_a_lowest_score_that_right_and_wrong_prefixes_have() -> None:
    def upside(problem: int, place: int, text: str, label: int, error: int) -> float:
        return max(0.4, 1 - sound(problem, place, text, 1 - label, error))

    found = find_capped(Evidence(plain(20, score=upside)))
    assert found is not None
    assert found.sentence.startswith("The scores stop at 0.40: ")
    assert "exactly this lowest score" in found.sentence


def test_the_ends_of_the_range_are_no_caps() -> None:
    """What is rounded to 1 could not go on."""
    rows = plain(20, score=lambda *prefix: min(1.0, 0.4 + sound(*prefix)))
    assert (rows.reward == 1).mean() > 0.5
    assert find_capped(Evidence(rows)) is None


def test_of_few_values_or_too_little_data_it_says_nothing() -> None:
    few = plain(score=lambda problem, place, text, label, error: 0.6 if label else 0.6 - 0.1 * place)
    assert find_capped(Evidence(few)) is None
    assert find_capped(Evidence(table([]))) is None
    assert find_capped(Evidence(plain(1, score=lambda *prefix: min(0.6, sound(*prefix))))) is None
