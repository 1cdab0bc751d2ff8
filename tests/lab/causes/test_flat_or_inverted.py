"""Rewards that say nothing, are upside down, or have all scores in one place."""

from __future__ import annotations

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.flat_or_inverted import find_flat, find_inverted, find_saturated
from tests.lab.tables import jitter, plain, table


def test_a_good_reward_has_none_of_them() -> None:
    evidence = Evidence(plain())
    assert find_flat(evidence) is find_inverted(evidence) is find_saturated(evidence) is None
    assert evidence.open_questions == []


def test_one_score_for_all_is_silent() -> None:
    evidence = Evidence(plain(score=lambda problem, place, text, label, error: 0.5))
    found = find_flat(evidence)
    assert found is not None
    assert found.estimate.value == 0.5
    assert found.sentence.endswith("in 50% of the pairs.")
    assert evidence.explained.sum() == evidence.rows.is_wrong.sum()
    assert find_saturated(Evidence(evidence.rows)) is None  # that is said already


def test_scores_that_hang_on_nothing_are_silent() -> None:
    found = find_flat(Evidence(plain(40, score=lambda problem, place, text, label, error: jitter(f"{problem}{text}"))))
    assert found is not None
    assert found.estimate.value == pytest.approx(0.5, abs=0.1)


def test_a_score_that_works_in_half_of_the_problems_is_not_silent() -> None:
    evidence = Evidence(plain(score=lambda problem, place, text, label, error: float(label == problem % 2)))
    assert find_flat(evidence) is None


def test_upside_down() -> None:
    found = find_inverted(Evidence(plain(score=lambda problem, place, text, label, error: 1.0 - label)))
    assert found is not None
    assert found.estimate.value == found.size == 1.0
    assert "in 100% of the pairs" in found.sentence


def test_saturated() -> None:
    found = find_saturated(Evidence(plain(score=lambda problem, place, text, label, error: 0.98 + 0.01 * label)))
    assert found is not None
    assert "between 0.98 and 0.99, 100% of those of wrong prefixes too" in found.sentence
    assert found.estimate.value == 1.0


def test_too_little_is_said() -> None:
    for rows in (table([]), plain(1), plain(3)):
        evidence = Evidence(rows)
        assert find_flat(evidence) is find_inverted(evidence) is find_saturated(evidence) is None
        assert [one.cause for one in evidence.open_questions] == ["silent"]
