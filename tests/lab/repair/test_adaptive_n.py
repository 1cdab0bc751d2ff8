"""Rules that stop drawing: exact on small cases."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pfviz.lab.repair.adaptive_n import (
    DrawnSolutions,
    drawn_solutions,
    is_independent,
    measure_savings,
    samples_needed,
    stop_by_beta,
    stop_by_chance,
    stop_by_majority,
    vote,
)
from pfviz.models.rewards.calibration_map import CalibrationMap
from tests.traces import synthetic_trace


@pytest.mark.parametrize(
    ("chance", "needed"), [(0.9, 2), (0.5, 7), (0.2, 21), (0.1, 44), (0.05, 90), (0.01, 459), (1, 1)]
)
def test_the_published_numbers_of_solutions(chance: float, needed: int) -> None:
    """Those of arXiv 2506.09338 at 99 %."""
    assert samples_needed(chance) == needed


def test_no_chance_asks_for_more_than_anybody_draws() -> None:
    assert samples_needed(0.0) > 10**9


def drawn(answers: str, chance: float = math.nan) -> DrawnSolutions:
    given = tuple(None if one == "-" else one for one in answers)
    return DrawnSolutions(given, np.full(len(given), 10), np.full(len(given), chance))


def test_enough_are_drawn_for_a_right_one() -> None:
    assert stop_by_chance(drawn("a" * 20, 0.9)) == 2
    assert stop_by_chance(drawn("a" * 20, 0.5)) == 7
    assert stop_by_chance(drawn("a" * 5, 0.1)) == 5


@pytest.mark.parametrize(
    ("answers", "stops"), [("aaaaaa", 4), ("abaaaa", 4), ("abbaaaaa", 8), ("ababab", 6), ("--aaaa-", 6), ("---", 3)]
)
def test_three_quarters_of_four_votes_are_enough(answers: str, stops: int) -> None:
    assert stop_by_majority(drawn(answers)) == stops


def test_the_first_answer_stays_ahead() -> None:
    """1 - 2⁻⁵ = 0.969 after four alike; after b, P(Beta(6, 2) > 1/2) = 1 - 8/128 = 0.9375, and 0.965 with one more."""
    assert stop_by_beta(drawn("aaaaaa")) == 4
    assert stop_by_beta(drawn("aaab" + "aaaa")) == 7
    assert stop_by_beta(drawn("abab")) == 4


def test_a_vote_goes_to_the_first_of_equals() -> None:
    assert vote(["b", "a", "a", "b", None]) == "b"
    assert vote([None]) is None


INDEPENDENT = replace(synthetic_trace(8, 5, seed=3, trigger="never"), method="best_of_n")


def test_only_runs_that_do_not_select_say_what_could_be_saved() -> None:
    assert is_independent(INDEPENDENT)
    assert not is_independent(synthetic_trace(8, 5, trigger="never"))  # a filter's weights
    assert not is_independent(replace(synthetic_trace(8, 5, trigger="always"), method="best_of_n"))
    assert measure_savings([synthetic_trace()]) == []


def test_what_is_not_drawn_is_saved() -> None:
    found = drawn_solutions(INDEPENDENT)
    assert found.tokens.sum() == INDEPENDENT.written_tokens
    rows = {row.rule: row for row in measure_savings([INDEPENDENT])}
    assert set(rows) == {"majority", "beta"}, "the first rule needs a map"
    for row in rows.values():
        assert 0 <= row.saved < 1
        assert 1 <= row.drawn <= 8
        assert 0 <= row.changed <= 1
    sure = CalibrationMap(reward="r", method="isotonic", scores=(0.0,), values=(1.0,), low=(1.0,), rows=1, problems=1)
    (chance, *_) = measure_savings([INDEPENDENT], {INDEPENDENT.problem: sure})
    assert (chance.rule, chance.drawn) == ("chance", 1.0)
    assert chance.saved == pytest.approx(7 / 8, abs=0.05)
