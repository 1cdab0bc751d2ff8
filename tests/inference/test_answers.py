"""The table of answers."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.inference.answers import Answers


def table(truth: str | None = None) -> Answers:
    given = ["1/2", "7", None, r"\frac12", "0.5", "8"]
    rewards = np.array([0.3, 0.9, 0.99, 0.6, 0.5, 0.1])
    return Answers.from_particles(given, rewards, np.log([1, 3, 4, 1, 1.5, 0.5]), truth)


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
    by_reward = Answers.from_particles(["1", "2", "1", "2"], np.array([0.1, 0.2, 0.3, 0.9]), logw)
    assert by_reward.by_weighted_vote is not None
    assert by_reward.by_weighted_vote.display == "2"
    by_slot = Answers.from_particles(["3", "1", "1", "3"], np.full(4, 0.5), logw)
    assert by_slot.by_weighted_vote is not None
    assert by_slot.by_highest_reward is not None
    assert by_slot.by_weighted_vote.display == by_slot.by_highest_reward.display == "3"


def test_the_most_reward_in_all_counts_solutions_by_what_each_is_worth() -> None:
    """Three fair solutions of "7" outweigh the best one of "8", and what is left of the weights says nothing."""
    answers = Answers.from_particles(["7", "8", "7", "7"], np.array([0.4, 0.9, 0.4, 0.3]), np.array([-9.0, 0, -9, -9]))
    found = answers.by_total_reward
    assert found is not None
    assert (found.display, round(found.total_reward, 6)) == ("7", 1.1)
    assert [answers.pick(how, np.random.default_rng(0)) for how in ("rewards", "highest")] == [
        found, answers.by_highest_reward,
    ]  # fmt: skip
    assert Answers.from_particles([None], np.zeros(1), np.zeros(1)).by_total_reward is None


def test_majority_and_draw() -> None:
    """Two particles say 7, one of them without weight; a draw follows the mass: 4,000 draws, five standard errors, a
    false alarm in one of a million had the seed been drawn afresh."""
    answers = Answers.from_particles(["7", "7", "8"], np.array([0.1, 0.1, 0.9]), np.log([0.25, 1e-300, 0.75]))
    majority = answers.by_majority
    assert majority is not None
    assert majority.display == "7"
    rng = np.random.default_rng(0)
    share = np.mean([answers.pick("draw", rng).display == "8" for _ in range(4000)])  # type: ignore[union-attr]
    assert abs(share - 0.75) < 5 * np.sqrt(0.75 * 0.25 / 4000)
    for how, display in (("highest", "8"), ("vote", "8"), ("majority", "7"), ("usual", "8")):
        assert answers.pick(how, rng).display == display  # type: ignore[union-attr]


def test_a_draw_where_nobody_weighs_anything() -> None:
    answers = Answers.from_particles(["7", None], np.array([0.0, 0.9]), np.array([-np.inf, 0.0]))
    assert answers.draw(np.random.default_rng(0)).display == "7"  # type: ignore[union-attr]


def test_nobody_answered() -> None:
    empty = Answers.from_particles([None, None], np.array([0.5, 0.5]), np.zeros(2))
    assert empty.rows == ()
    assert empty.by_weighted_vote is None
    assert empty.by_highest_reward is None
    assert empty.by_majority is None
    assert empty.draw(np.random.default_rng(0)) is None
