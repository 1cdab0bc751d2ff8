"""What the reward said inside of steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.diagnostics.rewards.token_rewards import (
    has_token_rewards,
    reward_offsets,
    solution_rewards,
    steepest_change,
    steepest_changes,
)
from pfviz.trace import Trace
from tests.traces import synthetic_trace

TRACE = synthetic_trace(particles=12, steps=6, seed=3, inside=True)
PLAIN = synthetic_trace(particles=12, steps=6, seed=3)


def small(rewards: list[list[float]], own: list[float], text: str = "1 + 2 = 4") -> Trace:
    """One particle, whose steps all have that text, with readings after each of its words."""
    trace = synthetic_trace(1, len(own))
    steps = len(own)
    return replace(
        trace,
        texts=[[text]] * steps,
        rewards=np.array(own)[:, None],
        reward_ends=[[[2, 4, 6, 8, 9]]] * steps,
        token_rewards=[[row] for row in rewards],
    )


@given(seed=st.integers(0, 200), inside=st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_path_is_what_was_said_in_each_of_its_steps_and_the_reward_of_each(seed: int, inside: bool) -> None:
    trace = synthetic_trace(particles=6, steps=5, seed=seed, inside=inside)
    counted = reward_offsets(trace)
    for t, n in zip(*np.nonzero(trace.written), strict=True):
        found, k = solution_rewards(trace, int(trace.uids[t, n])), 0
        nodes = trace.solution(int(t), int(n))
        for node in nodes:
            said = [*trace.token_rewards[node[0]][node[1]], trace.rewards[node]]
            mine = slice(k, k + len(said))
            assert found.rewards[mine].tolist() == said
            assert set(found.uids[mine]) == {trace.uids[node]}
            assert found.is_step_reward[mine].tolist() == [False] * (len(said) - 1) + [True]
            assert found.reward_ends[mine][-1] == len(trace.texts[node[0]][node[1]])
            assert counted[node] == k
            k += len(said)
        assert k == len(found.rewards)


def test_a_finished_particle_stays_where_it_ended() -> None:
    counted = reward_offsets(TRACE)
    stays = [(t, n) for t in range(1, TRACE.steps) for n in range(12) if not TRACE.written[t, n]]
    assert stays, "else this test shows nothing"
    for t, n in stays:
        assert counted[t, n] == counted[TRACE.node(int(TRACE.uids[t, n]))]


def test_the_turn_of_a_step_is_its_steepest_change_and_the_text_there() -> None:
    found = steepest_change(small([[0.9, 0.9, 0.8, 0.8, 0.1]], [0.05]), 0)
    assert found is not None
    assert (found.start, found.end, found.reward_before, found.reward_after) == (8, 9, 0.8, 0.1)
    assert found.change == pytest.approx(-0.7)


def test_a_step_may_turn_at_its_first_word_from_what_its_parent_had_and_at_its_end() -> None:
    first = steepest_change(small([[0.9] * 5, [0.2] * 5], [0.9, 0.2]), 1)
    assert first is not None
    assert (first.start, first.end, first.reward_before, first.reward_after) == (0, 2, 0.9, 0.2)
    last = steepest_change(small([[0.9] * 5], [0.2]), 0)
    assert last is not None
    assert (last.start, last.end, last.change) == (9, 9, pytest.approx(-0.7))


def test_a_rise_is_a_turn_too() -> None:
    found = steepest_change(small([[0.1, 0.1, 0.9, 0.7, 0.6]], [0.6]), 0)
    assert found is not None
    assert (found.start, found.end, found.change) == (4, 6, pytest.approx(0.8))


def test_a_first_step_of_one_reading_turns_nowhere() -> None:
    assert steepest_change(PLAIN, 0) is None
    later = steepest_change(PLAIN, int(PLAIN.uids[1][PLAIN.written[1]][0]))
    assert later is not None
    t, n = PLAIN.node(later.uids[0])
    assert later.start == 0
    assert later.end == len(PLAIN.texts[t][n])


def test_the_turns_of_a_tree_are_its_prefixes_steepest_first_and_twins_count_once() -> None:
    found = steepest_changes(TRACE)
    changes = [abs(one.change) for one in found]
    assert changes == sorted(changes, reverse=True)
    uids = [uid for one in found for uid in one.uids]
    assert sorted(uids) == sorted(TRACE.uids[TRACE.written].tolist())
    prefixes = [tuple(TRACE.path_texts(*TRACE.node(one.uids[0]))) for one in found]
    assert len(set(prefixes)) == len(prefixes)
    for one, prefix in zip(found, prefixes, strict=True):
        assert {tuple(TRACE.path_texts(*TRACE.node(uid))) for uid in one.uids} == {prefix}
    assert any(len(one.uids) > 1 for one in found)


def test_what_failed_has_no_turn_and_a_model_may_say_nothing() -> None:
    failed = replace(TRACE, ends=[["failed"] * 12, *TRACE.ends[1:]])
    assert not {uid for one in steepest_changes(failed) for uid in one.uids} & {*range(12)}
    assert has_token_rewards(TRACE)
    assert not has_token_rewards(PLAIN)
    assert not has_token_rewards(synthetic_trace(4, 2).upto(1))
