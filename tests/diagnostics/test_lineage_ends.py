"""Where right lineages ended, and whose doing it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.diagnostics import descendants, expected_offspring
from pfviz.diagnostics.lineage_ends import (
    BAD_LUCK_THRESHOLD,
    descendant_ends,
    first_error,
    prefix_labels,
    right_lineage_ends,
)
from pfviz.diagnostics.truth import RIGHT, WRONG, Truth, truth
from pfviz.trace import Trace
from tests.traces import synthetic_trace

RUN: Trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=8, seed=1, reward="naive", temperature=1.0)
TRUTH = truth(RUN)


def by_hand(trace: Trace, right: set[int]) -> Truth:
    """A truth in which the nodes of these uids are right, and all others wrong."""
    prefixes = np.where(np.isin(trace.uids, list(right)), RIGHT, WRONG)
    return Truth(prefixes, np.full(trace.particles, WRONG), "steps", "12")


def test_every_right_node_without_a_child_is_told_once() -> None:
    told = right_lineage_ends(RUN, TRUTH)
    right = TRUTH.prefixes == RIGHT
    childless = {
        int(RUN.uids[t, n])
        for t, n in zip(*np.nonzero(right), strict=True)
        if t == RUN.steps - 1 or not (RUN.ancestors[t] == n).any()
    }
    assert [end.uid for end in told.ends]
    assert {end.uid for end in told.ends} == childless
    for end in told.ends:
        assert end.rank == 1 + (RUN.rewards[end.step] > end.reward).sum()
        if end.verdict != "alive":
            assert end.expected == pytest.approx(expected_offspring(RUN)[end.step, end.slot])
            assert end.scheme == "multinomial"
            assert (end.verdict == "low reward") == (end.expected < BAD_LUCK_THRESHOLD)


def test_a_right_node_whose_children_are_wrong_was_lost_by_the_generator() -> None:
    trace = synthetic_trace(8, 4)
    parent = int(trace.uids[0, trace.ancestors[0, 0]])  # it has children
    told = right_lineage_ends(trace, by_hand(trace, {parent}))
    assert (told.ends, told.lost_by_generator) == ((), 1)


def test_both_verdicts_of_a_death() -> None:
    trace = synthetic_trace(16, 6, seed=2)
    expected = expected_offspring(trace)
    verdicts = {end.verdict for end in right_lineage_ends(trace, by_hand(trace, set(trace.uids.ravel().tolist()))).ends}
    assert {"low reward", "bad luck", "alive"} <= verdicts
    for end in right_lineage_ends(trace, by_hand(trace, set(trace.uids.ravel().tolist()))).ends:
        if end.expected is not None:
            assert end.expected == pytest.approx(expected[end.step][trace.uids[end.step] == end.uid].sum())


def test_who_was_not_finished_when_the_run_ended_was_stopped_early() -> None:
    cut = replace(RUN.upto(1), status="stopped")
    verdicts = {end.uid: end.verdict for end in right_lineage_ends(cut, truth(cut)).ends}
    for uid, verdict in verdicts.items():
        lives = (RUN.ancestors[0] == uid).any()
        assert verdict == (
            "early stop"
            if lives
            else "low reward"
            if expected_offspring(RUN)[0, uid] < BAD_LUCK_THRESHOLD
            else "bad luck"
        )
    assert "early stop" in verdicts.values()
    going = RUN.upto(1)
    assert "early stop" not in {end.verdict for end in right_lineage_ends(going, truth(going)).ends}


def test_nobody_dies_without_selection_and_a_search_has_no_luck() -> None:
    problem = "Compute (12 + 7) * 3 - 45"
    side_by_side = pfviz.run(problem, particles=8, seed=1, reward="naive", temperature=1.0, method="best_of_n")
    assert {end.verdict for end in right_lineage_ends(side_by_side, truth(side_by_side)).ends} == {"alive"}
    beam = pfviz.run(problem, particles=8, seed=1, reward="naive", temperature=1.0, method="beam_search", width=4)
    dead = [end for end in right_lineage_ends(beam, truth(beam)).ends if end.verdict != "alive"]
    assert dead
    for end in dead:
        assert (end.verdict, end.expected, end.scheme) == ("low reward", None, "Beam search")


def test_any_particle_s_line_can_be_followed() -> None:
    uid = int(RUN.uids[0, RUN.ancestors[0, 0]])
    found = descendant_ends(RUN, uid)
    assert {end.uid for end in found} <= set(RUN.uids[descendants(RUN, uid)].tolist())
    assert any(end.step == RUN.steps - 1 for end in found)
    with pytest.raises(KeyError):
        descendant_ends(RUN, 10**6)


def test_a_finished_solution_that_died_is_known_by_its_answer() -> None:
    trace = replace(synthetic_trace(16, 6, seed=4), generator="somebody/else")
    found, known = truth(trace), prefix_labels(trace, truth(trace))
    assert found.source == "answers"
    new = (known != found.prefixes).nonzero()
    assert len(new[0]), "choose a seed in which a finished particle dies"
    for t, n in zip(*new, strict=True):
        assert trace.finished[t, n]
        text = " ".join(trace.path_texts(int(t), int(n)))
        assert (known[t, n] == RIGHT) == ("\\boxed{12}" in text)


def test_the_wrong_turn_of_the_heaviest_wrong_answer() -> None:
    turn = first_error(RUN, TRUTH)
    assert turn is not None
    wrong = [row for row in RUN.answers.rows if row.display != "12"]
    assert (turn.answer, turn.mass) == (wrong[0].display, wrong[0].mass)
    node = RUN.node(turn.uid)
    assert TRUTH.prefixes[node] == WRONG
    place = turn.path.index(turn.uid)
    assert all(TRUTH.prefixes[RUN.node(uid)] == RIGHT for uid in turn.path[:place])
    assert (turn.reward_before is None) == (place == 0)
    right = Truth(TRUTH.prefixes, np.full(8, RIGHT), "steps", "12")
    assert first_error(RUN, right) is None


def test_where_nothing_is_known_nothing_is_told() -> None:
    riddle = replace(RUN, generator="somebody/else", problem="A riddle", truth=None)
    assert right_lineage_ends(riddle, truth(riddle)).ends == ()
    assert first_error(riddle, truth(riddle)) is None
