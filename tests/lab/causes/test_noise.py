"""Scores that jump without cause."""

from __future__ import annotations

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.noise import find_noise
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import jitter, plain, table


def test_a_good_reward_has_none() -> None:
    assert find_noise(Evidence(plain())) is None


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


@pytest.mark.parametrize("rows", [table([]), plain(1)], ids=["no prefix", "one problem"])
def test_of_too_few_prefixes_it_says_what_is_wanted(rows: PrefixTable) -> None:
    evidence = Evidence(rows)
    assert find_noise(evidence) is None
    assert [one.cause for one in evidence.open_questions] == ["noise"]
