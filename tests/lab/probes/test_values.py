"""The value of a prefix, and the rule by which rollouts are spent."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.lab.probes.values import PrefixValue, distinct_prefixes, next_prefix
from pfviz.stats.wilson import wilson
from tests.contracts import toy


def test_without_trials_nothing_is_known() -> None:
    assert PrefixValue((0,), 0.5).interval == (0.0, 1.0)
    assert math.isnan(PrefixValue((0,), 0.5).value)


def test_a_value_is_beside_its_reward() -> None:
    value = PrefixValue((3,), 0.9, right=2, rollouts=8)
    assert (value.value, value.interval) == (0.25, wilson(2, 8))
    assert value.gap == pytest.approx(0.65)
    assert PrefixValue((3,), 0.9, right=1, rollouts=1, exact=True).interval == (1.0, 1.0)


def test_the_heaviest_unknown_prefix_comes_first_and_each_has_its_turn() -> None:
    unknown = [PrefixValue((0,), 0.5), PrefixValue((1,), 0.5), PrefixValue((2,), 0.5)]
    assert next_prefix(unknown, [0.5, 2.0, 2.0]) == 1
    known = [PrefixValue((0,), 0.5, 4, 8), PrefixValue((1,), 0.5, 4, 8), PrefixValue((2,), 0.5)]
    assert next_prefix(known, [0.5, 0.7, 0.0]) == 2  # even without any weight


def test_a_wide_interval_draws_rollouts_and_so_does_weight() -> None:
    assert next_prefix([PrefixValue((0,), 0.5, 0, 8), PrefixValue((1,), 0.5, 4, 8)], [1.0, 1.0]) == 1
    assert next_prefix([PrefixValue((0,), 0.5, 4, 8), PrefixValue((1,), 0.5, 4, 8)], [0.5, 1.0]) == 1
    # (m + 1) · width²: four times the mass is worth less than four times the width.
    assert next_prefix([PrefixValue((0,), 0.5, 32, 64), PrefixValue((1,), 0.5)], [3.0, 0.0]) == 1


def test_rollouts_are_shared_out_in_proportion_to_the_weight() -> None:
    """Of prefixes that are right half of the time."""
    values, masses = [PrefixValue((uid,), 0.5) for uid in range(3)], [0.0, 1.0, 5.0]
    for _ in range(900):
        place = next_prefix(values, masses)
        assert place is not None
        values[place] = replace(values[place], right=values[place].right + 1, rollouts=values[place].rollouts + 2)
    assert [value.rollouts / 1800 for value in values] == pytest.approx([1 / 9, 2 / 9, 6 / 9], abs=0.01)


def test_what_is_exact_is_left_alone() -> None:
    exact = PrefixValue((0,), 0.5, 1, 1, exact=True)
    assert next_prefix([exact, PrefixValue((1,), 0.5, 500, 1000)], [9.0, 0.0]) == 1
    assert next_prefix([exact], [1.0]) is None
    assert next_prefix([], []) is None


def test_equal_prefixes_are_one() -> None:
    trace = pfviz.run("toy", particles=12, seed=1, generator=toy.ToyGenerator(), reward=toy.reward)
    values, masses = distinct_prefixes(trace)
    texts = {tuple(trace.path_texts(*trace.node(uid))) for uid in trace.uids[trace.written]}
    assert len(values) == len(texts) < trace.written.sum()
    for value in values:
        assert len({tuple(trace.path_texts(*trace.node(uid))) for uid in value.uids}) == 1
    assert sorted(uid for value in values for uid in value.uids) == sorted(trace.uids[trace.written])
    first = sum(mass for value, mass in zip(values, masses, strict=True) if value.uids[0] < 12)
    assert first == pytest.approx(12)
    assert np.all(np.array(masses) > 0)
