"""Problems whose scores cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.problem_offset import find_problem_offset
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import plain, table


def test_a_good_reward_has_none() -> None:
    assert find_problem_offset(Evidence(plain())) is None


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


@pytest.mark.parametrize("rows", [table([]), plain(1)], ids=["no prefix", "one problem"])
def test_of_too_few_prefixes_it_says_nothing(rows: PrefixTable) -> None:
    evidence = Evidence(rows)
    assert find_problem_offset(evidence) is None
    assert [one.cause for one in evidence.open_questions] == []
