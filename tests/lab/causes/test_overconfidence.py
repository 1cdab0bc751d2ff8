"""Scores that promise more or less than what comes true."""

from __future__ import annotations

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.overconfidence import find_overconfidence
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import plain, table


def test_a_good_reward_has_none() -> None:
    assert find_overconfidence(Evidence(plain())) is None


def test_scores_that_promise_too_much() -> None:
    rows = plain(score=lambda problem, place, text, label, error: 0.5 + 0.5 * label)
    found = find_overconfidence(Evidence(rows))
    assert found is not None
    wrong = 1 - rows.is_right.mean()
    assert found.estimate.value == pytest.approx(wrong / 2)
    assert found.sentence.startswith(f"The scores are overconfident by {wrong / 2:.2f}: ")
    assert all(rows.is_wrong[row] for row in found.examples)


def test_scores_that_promise_too_little() -> None:
    found = find_overconfidence(Evidence(plain(score=lambda problem, place, text, label, error: 0.5 * label)))
    assert found is not None
    assert found.sentence.startswith("The scores are underconfident by 0.")
    assert found.estimate.value < 0


def test_scores_that_promise_too_little_of_right_ones_and_too_much_of_wrong_ones() -> None:
    rows = plain(score=lambda problem, place, text, label, error: 0.4 + 0.2 * label)
    found = find_overconfidence(Evidence(rows))
    assert found is not None
    assert found.sentence == (
        "The scores do not mean what they say (calibration error 0.40): of those around 0.60, 100% are right."
    )


@pytest.mark.parametrize("rows", [table([]), plain(1)], ids=["no prefix", "one problem"])
def test_of_too_few_prefixes_it_says_nothing(rows: PrefixTable) -> None:
    evidence = Evidence(rows)
    assert find_overconfidence(evidence) is None
    assert [one.cause for one in evidence.open_questions] == []
