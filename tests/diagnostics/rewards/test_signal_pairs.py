"""Pairs of right and wrong solutions of a run: what is counted, and what has no part in it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.diagnostics.rewards.signal_pairs import (
    PairCounts,
    SignalPairs,
    count_pairs,
    count_signal_pairs,
    pairs_from_numbers,
    pairs_to_numbers,
)
from pfviz.stats.auc import auc_within_groups
from pfviz.trace.trace import Trace


def test_pairs_are_counted_with_ties_and_without_what_is_not_known() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1, math.nan, 0.7])
    right = np.array([True, True, False, False, True, False])
    found = count_pairs(scores, right, ~right)
    assert found == PairCounts(above=4, ties=1, pairs=6)
    one_wrong_each = count_pairs(scores[:3], right[:3], ~right[:3])
    expected = auc_within_groups(scores[:3], right[:3], ~right[:3], np.zeros(3, dtype=np.int64))
    assert one_wrong_each.won / one_wrong_each.pairs == expected.value == 0.75


@pytest.fixture(scope="module")
def trace() -> Trace:
    made = pfviz.run("Compute 17 - 3 * 4 + 28", particles=8, seed=2, temperature=2.5, method="best_of_n")
    return replace(made, truth=str(next(answer for answer in made.final_answers if answer is not None)))


def test_a_run_counts_its_reward_and_every_signal_that_it_holds(trace: Trace) -> None:
    found = count_signal_pairs(trace)
    right = sum(answer == trace.truth for answer in trace.final_answers)
    wrong = sum(answer not in (None, trace.truth) for answer in trace.final_answers)
    assert right * wrong > 0
    assert {one.complete.pairs for one in found.values()} == {right * wrong}
    assert found["constant"].complete.ties == found["constant"].half_way.ties == right * wrong
    last = trace.rewards[-1]
    pairs = [
        float(np.sign(last[a] - last[b]))
        for a, one in enumerate(trace.final_answers) if one == trace.truth
        for b, other in enumerate(trace.final_answers) if other not in (None, trace.truth)
    ]  # fmt: skip
    assert found["reward"].complete.won == sum((sign + 1) / 2 for sign in pairs)
    half = [
        trace.rewards[way[max(1, len(way) // 2) - 1]] for way in (trace.solution(trace.steps - 1, n) for n in range(8))
    ]
    assert found["reward"].half_way == count_pairs(
        np.array(half), *(np.array([test(a) for a in trace.final_answers]) for test in (
            lambda a: a == trace.truth, lambda a: a not in (None, trace.truth)))
    )  # fmt: skip


def test_without_right_and_wrong_answers_nothing_is_counted(trace: Trace) -> None:
    assert count_signal_pairs(replace(trace, truth="another")) == {}
    assert count_signal_pairs(replace(trace, truth=None)) == {}


def test_counts_survive_a_file() -> None:
    pairs = {"reward": SignalPairs(PairCounts(3, 1, 6), PairCounts(2, 0, 6))}
    assert pairs_to_numbers(pairs) == {"reward": [3, 1, 6, 2, 0, 6]}
    assert pairs_from_numbers(pairs_to_numbers(pairs)) == pairs
