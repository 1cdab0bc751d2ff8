"""Errors that move the score little by little."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.slow_reaction import find_slow_reaction
from tests.lab.tables import plain, table


def test_a_good_reward_is_quick() -> None:
    assert find_slow_reaction(Evidence(plain(steps=4))) is None


def test_errors_that_cost_half_at_the_next_step() -> None:
    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return 1.0 if label else 0.5 if place == error else 0.0

    found = find_slow_reaction(Evidence(plain(steps=4, score=score)))
    assert found is not None
    assert found.cause == "late"
    assert found.sentence == (
        "Errors are noticed slowly: one costs 0.50 of the score when it is made, and 0.50 more at the next step, 50% "
        "of both."
    )
    assert found.estimate.value == pytest.approx(0.5)


def test_errors_whose_cost_comes_back() -> None:
    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return 1.0 if label else 0.2 + 0.4 * (place - error)

    found = find_slow_reaction(Evidence(plain(steps=4, score=score)))
    assert found is not None
    assert found.cause == "forgets"
    assert "costs 0.80 of the score when it is made, and 50% of that are back at the next step" in found.sentence


def test_a_fall_at_one_place_only_is_another_matter() -> None:
    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return 1.0 if label else 0.6 if place == 0 else 0.0

    assert find_slow_reaction(Evidence(plain(steps=4, score=score))) is None


def test_what_has_a_cause_is_left_out() -> None:
    rows = plain(steps=4, score=lambda problem, place, text, label, error: 1.0 if label else 0.5 * (place == error))
    evidence = Evidence(rows)
    evidence.explained = rows.is_wrong
    assert find_slow_reaction(evidence) is None


def test_too_little_is_not_said() -> None:
    for rows in (table([]), plain(1), replace(plain(), judged=False)):
        assert find_slow_reaction(Evidence(rows)) is None
