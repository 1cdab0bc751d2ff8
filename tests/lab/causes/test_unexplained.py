"""Errors that pass for no reason that can be seen."""

from __future__ import annotations

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.unexplained import find_unexplained
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import jitter, plain, table


def test_a_good_reward_has_none() -> None:
    assert find_unexplained(Evidence(plain())) is None


def test_errors_that_pass_for_no_reason() -> None:
    rows = plain(20, score=lambda problem, place, text, label, error: float(label or jitter(f"{text}{problem}") < 0.3))
    found = find_unexplained(Evidence(rows))
    assert found is not None
    assert found.general
    passed = rows.reward[rows.is_wrong].mean()
    assert found.estimate.value == pytest.approx(passed)
    assert f"{100 * passed:.0f}% of the wrong prefixes" in found.sentence
    assert all(rows.is_wrong[row] and rows.reward[row] == 1 for row in found.examples)


@pytest.mark.parametrize("rows", [table([]), plain(1)], ids=["no prefix", "one problem"])
def test_of_too_few_prefixes_it_says_nothing(rows: PrefixTable) -> None:
    evidence = Evidence(rows)
    assert find_unexplained(evidence) is None
    assert [one.cause for one in evidence.open_questions] == []
