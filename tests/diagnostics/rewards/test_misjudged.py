"""Where the reward is wrong, and signs of it that need no label."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.diagnostics.rewards.misjudged import (
    DEFAULT_BAR,
    duplicate_siblings,
    early_wrong_reward,
    misjudged_nodes,
    weight_collapses,
)
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

TRACE = synthetic_trace()
LABELS = np.where(TRACE.rewards > np.median(TRACE.rewards), WRONG, RIGHT)
"""A reward that is always wrong."""


def test_mistakes_are_beyond_the_median_of_the_others_and_worst_first() -> None:
    labels = LABELS.copy()
    labels[0, :4] = UNKNOWN
    found = misjudged_nodes(TRACE, labels)
    own = TRACE.written
    assert found.right_bar == np.median(TRACE.rewards[own & (labels == RIGHT)])
    assert found.wrong_bar == np.median(TRACE.rewards[own & (labels == WRONG)])
    meant = {
        int(uid) for uid in TRACE.uids[own & (labels == WRONG) & (TRACE.rewards > found.right_bar)]
    } | {int(uid) for uid in TRACE.uids[own & (labels == RIGHT) & (TRACE.rewards < found.wrong_bar)]}  # fmt: skip
    assert {one.uid for one in found.nodes} == meant
    assert [one.margin for one in found.nodes] == sorted((one.margin for one in found.nodes), reverse=True)
    for one in found.nodes:
        assert one.margin == pytest.approx(
            abs(one.reward - (found.right_bar if labels[one.step, one.slot] == WRONG else found.wrong_bar))
        )
        assert (one.kind == "high and wrong") == (labels[one.step, one.slot] == WRONG)


def test_a_reward_that_tells_them_apart_makes_no_mistake() -> None:
    assert misjudged_nodes(TRACE, 1 - LABELS).nodes == ()


def test_without_the_other_kind_even_odds_are_the_bar() -> None:
    found = misjudged_nodes(TRACE, np.full(LABELS.shape, WRONG))
    assert (found.right, found.right_bar) == (0, DEFAULT_BAR)
    assert {one.uid for one in found.nodes} == set(TRACE.uids[TRACE.written & (TRACE.rewards > DEFAULT_BAR)].tolist())
    assert misjudged_nodes(TRACE, np.full(LABELS.shape, UNKNOWN)).nodes == ()


def test_twins_share_parent_and_text() -> None:
    found = duplicate_siblings(TRACE)
    assert found
    assert sum(len(group.uids) for group in found if group.parent is None) <= TRACE.particles
    for group in found:
        places = [TRACE.node(uid) for uid in group.uids]
        assert len(places) > 1
        assert {TRACE.texts[t][n].strip() for t, n in places} == {group.text}
        parents = {int(TRACE.uids[t - 1, TRACE.ancestors[t - 1, n]]) if t else None for t, n in places}
        assert parents == {group.parent}
    assert [len(group.uids) for group in found] == sorted((len(group.uids) for group in found), reverse=True)


def test_a_pinned_step_is_no_twin() -> None:
    trace = gibbs()
    pinned = {int(trace.uids[t, 0]) for t in range(trace.steps)}
    assert not pinned & {uid for group in duplicate_siblings(trace) for uid in group.uids}


def test_a_peak_is_a_fall_below_two_in_one_step() -> None:
    steep = TRACE.log_weights.copy()
    steep[2] = -20.0
    steep[2, 5] = 0.0
    ess = TRACE.ess.copy()
    ess[2] = 1.0
    (peak,) = [one for one in weight_collapses(replace(TRACE, log_weights=steep, ess=ess)) if one.step == 2]
    assert (peak.ess_before, peak.ess_after, peak.uid) == (pytest.approx(16), 1.0, int(TRACE.uids[2, 5]))
    assert peak.weight == pytest.approx(1)
    assert weight_collapses(synthetic_trace(1, 4)) == ()


def test_early_confidence_is_the_mean_of_the_wrong_in_the_first_third() -> None:
    found = early_wrong_reward(TRACE, LABELS)
    early = TRACE.rewards[:2][(LABELS[:2] == WRONG) & TRACE.written[:2]]
    assert (found.value, found.count) == (pytest.approx(early.mean()), len(early))
    assert early_wrong_reward(TRACE, np.full(LABELS.shape, RIGHT)).count == 0
