"""Faults do to scores what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.lab.selftest.faults import FAULTS, spoil_rewards
from pfviz.problems.problem import Problem
from tests.lab.tables import table

PROBLEM = Problem("Compute (12 - 37) * 3", "-75")
RIGHT = ["12 - 37 = -25, so we have -25 * 3.", "-25 * 3 = -75.", "The answer is \\boxed{-75}."]
BY_NAME = {fault.name: fault for fault in FAULTS}


def spoil(name: str, scores: list[float], steps: list[str] = RIGHT) -> list[float]:
    return list(BY_NAME[name].spoil(lambda problem, prefix: scores[: len(prefix)])(PROBLEM, steps))


@pytest.mark.parametrize(
    ("name", "scores", "found"),
    [
        ("ignores the last step", [1.0, 0.9, 0.1], [1.0, 0.9, 0.9]),
        ("always high early", [0.1, 0.1, 0.1], [0.95, 0.1, 0.1]),
        ("blind to multiplication", [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]),
        ("blind to multiplication", [0.5, 0.25, 0.125], [0.5, 0.5, 0.25]),
        ("repeats the previous score", [0.9, 0.5, 0.1], [1.0, 0.9, 0.5]),
        ("forgets earlier errors", [0.9, 0.1, 0.2], [0.9, 0.1, 1.0]),
        ("says nothing", [0.9, 0.1, 0.2], [0.5, 0.5, 0.5]),
        ("upside down", [1.0, 0.25, 0.0], [0.0, 0.75, 1.0]),
        ("saturated at 0.99", [1.0, 0.5, 0.0], [0.99, 0.985, 0.98]),
        ("rises with every step", [1.0, 1.0, 1.0], [0.68, 0.76, 0.84]),
        ("dislikes large numbers", [1.0, 1.0, 0.2], [0.7, 0.7, 0.0]),
        ("dislikes negative numbers", [1.0, 1.0, 0.2], [0.7, 0.7, 0.2]),
        ("squeezed together", [1.0, 0.5, 0.0], [0.6, 0.5, 0.4]),
        ("notices slowly", [1.0, 0.0, 0.0], [1.0, 0.5, 0.0]),
        ("notices two steps late", [0.5, 0.2, 0.1], [1.0, 1.0, 0.5]),
        ("the second step is not judged", [0.1, 0.1, 0.1], [0.1, 0.95, 0.1]),
        ("inverted on negative answers", [1.0, 0.25, 0.0], [0.0, 0.75, 1.0]),
        ("inverted on long problems", [1.0, 0.2, 0.2], [1.0, 0.2, 0.2]),  # a short one
    ],
)
def test_what_faults_do(name: str, scores: list[float], found: list[float]) -> None:
    assert spoil(name, scores) == pytest.approx(found)


def test_only_wrong_signs_are_ignored() -> None:
    """Whether a step is right is asked of the oracle, not of the score."""
    sign = ["12 - 37 = 25, so we have 25 * 3.", "25 * 3 = 75. The answer is \\boxed{75}."]
    number = ["12 - 37 = -24, so we have -24 * 3.", "-24 * 3 = -72. The answer is \\boxed{-72}."]
    assert spoil("ignores signs", [0.1, 0.1], sign) == [1.0, 1.0]
    assert spoil("ignores signs", [0.1, 0.1], number) == pytest.approx([0.1, 0.1])


def test_noise_is_the_same_for_the_same_prefix() -> None:
    first, again = (spoil("noise", [0.5, 0.5, 0.5]) for _ in range(2))
    assert first == again
    assert len(set(first)) == 3
    assert all(0 <= score <= 1 for score in first)


def test_the_rows_of_runs_are_spoilt_along_their_solutions() -> None:
    steps = [(text, 1, score) for text, score in zip(RIGHT, [0.9, 0.5, 0.1], strict=True)]
    rows = table([(0, steps), (0, steps[:2])])
    found = spoil_rewards(rows, BY_NAME["repeats the previous score"], {})
    assert found.tolist() == [1.0, 0.9, 0.5, 1.0, 0.9]
    assert np.array_equal(rows.reward, [0.9, 0.5, 0.1, 0.9, 0.5])


def test_names_differ_and_causes_are_named() -> None:
    assert len(BY_NAME) == len(FAULTS) == 21
    assert all(fault.causes for fault in FAULTS)
