"""Scores that jump, errors that pass for no reason, levels, and problems that cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.noise import find_noise
from pfviz.lab.causes.overconfidence import find_overconfidence
from pfviz.lab.causes.problem_offset import find_problem_offset
from pfviz.lab.causes.unexplained import find_unexplained
from tests.lab.causes.test_flat_or_inverted import jitter
from tests.lab.tables import plain, table


def test_a_good_reward_has_none_of_them() -> None:
    evidence = Evidence(plain())
    assert (
        find_noise(evidence)
        is find_unexplained(evidence)
        is find_problem_offset(evidence)
        is find_overconfidence(evidence)
        is None
    )


def test_scores_that_jump() -> None:
    rows = plain(
        20,
        text=lambda problem, number, place: f"{number} + {place} = {number + place} in {problem}",
        score=lambda problem, place, text, label, error: 0.5 * label + 0.5 * jitter(f"{text}{problem}{error}"),
    )
    found = find_noise(Evidence(rows))
    assert found is not None
    assert f"differ by {found.estimate.value:.2f} (standard deviation)" in found.sentence
    assert 0.08 < found.estimate.low < found.estimate.value < found.estimate.high < 0.25


def test_what_goes_on_from_step_to_step_is_no_noise() -> None:
    rows = plain(20, score=lambda problem, place, text, label, error: 0.5 * label + 0.1 * error)
    assert find_noise(Evidence(rows)) is None


def test_copies_do_not_show_noise() -> None:
    """A prefix that was written twice is one."""
    solution = [("a", 1, 0.1), ("b", 1, 0.9)]
    evidence = Evidence(table([(p, solution) for p in range(10) for _ in range(8)]))
    first = find_noise(evidence)
    once = find_noise(Evidence(table([(p, solution) for p in range(10)])))
    assert first is not None
    assert once is not None
    assert first.estimate.count == once.estimate.count == 20


def test_errors_that_pass_for_no_reason() -> None:
    rows = plain(20, score=lambda problem, place, text, label, error: float(label or jitter(f"{text}{problem}") < 0.3))
    found = find_unexplained(Evidence(rows))
    assert found is not None
    assert found.general
    passed = rows.reward[rows.is_wrong].mean()
    assert found.estimate.value == pytest.approx(passed)
    assert f"{100 * passed:.0f}% of the wrong prefixes" in found.sentence
    assert all(rows.is_wrong[row] and rows.reward[row] == 1 for row in found.examples)


def test_scores_that_promise_too_much() -> None:
    rows = plain(score=lambda problem, place, text, label, error: 0.5 + 0.5 * label)
    found = find_overconfidence(Evidence(rows))
    assert found is not None
    wrong = 1 - rows.is_right.mean()
    assert found.estimate.value == pytest.approx(wrong / 2)
    assert found.sentence.startswith(f"The scores promise too much, by {wrong / 2:.2f}: ")
    assert all(rows.is_wrong[row] for row in found.examples)


def test_scores_that_promise_too_little() -> None:
    found = find_overconfidence(Evidence(plain(score=lambda problem, place, text, label, error: 0.5 * label)))
    assert found is not None
    assert found.sentence.startswith("The scores promise too little, by 0.")
    assert found.estimate.value < 0


def test_scores_that_promise_too_little_of_right_ones_and_too_much_of_wrong_ones() -> None:
    rows = plain(score=lambda problem, place, text, label, error: 0.4 + 0.2 * label)
    found = find_overconfidence(Evidence(rows))
    assert found is not None
    assert found.sentence == (
        "The scores do not mean what they say (calibration error 0.40): of those around 0.60, 100% are right."
    )


def test_the_kind_of_problems_that_score_lower_is_named() -> None:
    rows = plain(10, score=lambda problem, place, text, label, error: 0.2 + 0.3 * label + 0.3 * (problem % 2))
    texts = tuple(f"Find x: {p} + x = 9" if p % 2 else f"{p} + 9" for p in range(10))
    found = find_problem_offset(Evidence(replace(rows, problems=texts)))
    assert found is not None
    assert found.sentence.endswith(" They are 0.80 on average in problems with an unknown, 0.50 in others.")


def test_problems_that_cannot_be_compared() -> None:
    rows = plain(10, score=lambda problem, place, text, label, error: 0.2 + 0.3 * label + 0.05 * problem)
    found = find_problem_offset(Evidence(rows))
    assert found is not None
    spread = 0.05 * (99 / 12) ** 0.5  # of 0, …, 9
    assert found.estimate.value == pytest.approx(spread)
    assert f"differ by {spread:.2f} (standard deviation)" in found.sentence
    assert (found.estimate.count, found.estimate.groups) == (int(rows.is_right.sum()), 10)
    assert find_problem_offset(Evidence(plain(7, score=lambda problem, *_: 0.1 * problem))) is None  # too few problems


def test_too_little_is_said() -> None:
    for rows in (table([]), plain(1)):
        evidence = Evidence(rows)
        assert (
            find_noise(evidence)
            is find_unexplained(evidence)
            is find_problem_offset(evidence)
            is find_overconfidence(evidence)
            is None
        )
        assert [one.cause for one in evidence.open_questions] == ["noise"]
