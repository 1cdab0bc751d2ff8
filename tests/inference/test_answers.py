"""The table of answers."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.inference.answers import Answers


def table(truth: str | None = None) -> Answers:
    given = ["1/2", "7", None, r"\frac12", "0.5", "8"]
    rewards = np.array([0.3, 0.9, 0.99, 0.6, 0.5, 0.1])
    return Answers.grouped(given, rewards, np.log([1, 3, 4, 1, 1.5, 0.5]), truth)


def test_answers_are_grouped_by_canonical_form() -> None:
    rows = {row.canonical: row for row in table("0.5").rows}
    half = rows["1/2"]
    assert half.members == (0, 3, 4)
    assert half.count == 3
    assert half.mass == pytest.approx(3.5 / 11)
    assert (half.display, half.best_reward) == (r"\frac12", 0.6)
    assert half.correct is True
    assert rows["7"].correct is False
    assert table().unanswered == (2,)
    assert table().rows[0].correct is None


def test_the_two_ways_to_choose() -> None:
    vote, reward = table().by_weighted_vote, table().by_highest_reward
    assert vote is not None
    assert vote.canonical == "1/2"
    assert reward is not None
    assert reward.canonical == "7"
    assert [row.canonical for row in table().rows] == ["1/2", "7", "8"]


def test_ties() -> None:
    """Equal mass: the better reward; equal in that too: the lower slot."""
    logw = np.zeros(4)
    by_reward = Answers.grouped(["1", "2", "1", "2"], np.array([0.1, 0.2, 0.3, 0.9]), logw)
    assert by_reward.by_weighted_vote is not None
    assert by_reward.by_weighted_vote.display == "2"
    by_slot = Answers.grouped(["3", "1", "1", "3"], np.full(4, 0.5), logw)
    assert by_slot.by_weighted_vote is not None
    assert by_slot.by_highest_reward is not None
    assert by_slot.by_weighted_vote.display == by_slot.by_highest_reward.display == "3"


def test_nobody_answered() -> None:
    empty = Answers.grouped([None, None], np.array([0.5, 0.5]), np.zeros(2))
    assert empty.rows == ()
    assert empty.by_weighted_vote is None
    assert empty.by_highest_reward is None
