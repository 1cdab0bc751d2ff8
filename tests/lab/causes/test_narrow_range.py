"""Scores squeezed together, and scores of few values."""

from __future__ import annotations

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.flat_or_inverted import find_saturated
from pfviz.lab.causes.narrow_range import find_coarse, find_narrow_range
from tests.lab.tables import jitter, plain, table


def test_a_good_reward_has_none_of_them() -> None:
    assert find_narrow_range(Evidence(plain())) is find_coarse(Evidence(plain())) is None


def test_scores_that_use_a_fifth_of_their_range() -> None:
    rows = plain(score=lambda problem, place, text, label, error: 0.4 + 0.2 * label)
    found = find_narrow_range(Evidence(rows))
    assert found is not None
    assert "between 0.40 and 0.60, 0.60 on average for right prefixes and 0.40 for wrong ones" in found.sentence
    assert found.estimate.value == pytest.approx(0.4)
    assert found.size == pytest.approx(0.4)


def test_what_is_saturated_is_not_said_twice() -> None:
    evidence = Evidence(plain(score=lambda problem, place, text, label, error: 0.98 + 0.01 * label))
    assert find_saturated(evidence) is not None
    assert find_narrow_range(evidence) is None


def test_two_values_that_right_prefixes_share_with_wrong_ones() -> None:
    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return float(jitter(f"{problem}{text}{error}") < (0.8 if label else 0.3))

    found = find_coarse(Evidence(plain(20, score=score)))
    assert found is not None
    assert found.sentence.startswith("The score is coarse: it has 2 values, so that ")
    assert found.size == 0.5 * found.estimate.value


def test_errors_that_pass_under_a_sound_rule_are_not_coarse() -> None:
    """All right prefixes have one score."""
    rows = plain(score=lambda problem, place, text, label, error: float(label or place == 0))
    assert find_coarse(Evidence(rows)) is None


def test_too_little_is_said_by_neither() -> None:
    for rows in (table([]), plain(1)):
        assert find_narrow_range(Evidence(rows)) is find_coarse(Evidence(rows)) is None
