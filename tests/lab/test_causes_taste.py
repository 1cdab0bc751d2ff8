"""What the reward likes whatever is right."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.diagnostics.truth import UNKNOWN
from pfviz.lab.causes.base import Evidence, Finding
from pfviz.lab.causes.taste import tastes
from pfviz.lab.noticed import noticed
from pfviz.lab.rows import Rows
from tests.lab.tables import plain, table


def worded(problem: int, number: int, place: int) -> str:
    """Some steps are told with a word, some are long."""
    word = "clearly " if (problem + number + place) % 3 == 0 else ""
    return f"{word}{number} + {place} = {number + place}{' + 0' * ((problem * number + place) % 4)}"


def found_in(rows: Rows) -> list[Finding]:
    return tastes(Evidence(rows))


def test_a_good_reward_likes_nothing() -> None:
    assert found_in(plain(text=worded)) == []


def test_a_word_that_is_liked() -> None:
    rows = plain(text=worded, score=lambda problem, place, text, label, error: 0.6 * label + 0.25 * ("clearly" in text))
    (found,) = found_in(rows)
    assert found.cause == "taste"
    assert found.sentence == "The score rises by 0.25 at the word “clearly”, right or wrong."
    assert found.estimate.value == pytest.approx(0.25)
    assert found.estimate.low <= 0.25 <= found.estimate.high + 1e-12
    assert all("clearly" in rows.texts[row] for row in found.examples)


def test_the_reward_goes_on_without_it() -> None:
    rows = plain(text=worded, score=lambda problem, place, text, label, error: 0.3 * label + 0.5 * ("clearly" in text))
    evidence = Evidence(rows)
    before = np.nanmean(noticed(rows))
    assert tastes(evidence)
    assert np.nanmean(evidence.noticed) > before


def test_a_length_that_is_disliked() -> None:
    rows = plain(12, text=worded, score=lambda problem, place, text, label, error: 0.5 + 0.4 * label - 0.02 * len(text))
    found = found_in(rows)[0]
    assert found.cause == "length"
    assert found.sentence == "The score falls with the length of the step whatever it says: by 0.20 per 10 characters."
    assert found.estimate.value == pytest.approx(-0.2)


def test_scores_that_drift() -> None:
    rows = plain(12, text=worded, score=lambda problem, place, text, label, error: 0.5 * label + 0.1 * place)
    found = found_in(rows)[0]
    assert (found.cause, found.sentence) == ("drift", "The scores rise by 0.10 per step whatever the content.")
    assert found.estimate.value == pytest.approx(0.1)


def test_an_error_that_passes_is_no_taste() -> None:
    """Wrong prefixes alone have it: right ones all score 1, and some errors do."""
    rows = plain(text=worded, score=lambda problem, place, text, label, error: float(label or "clearly" in text))
    assert found_in(rows) == []


def test_where_nothing_is_known_that_is_wanted() -> None:
    evidence = Evidence(table([(p, [("a", UNKNOWN, 0.5)]) for p in range(9)]))
    assert tastes(evidence) == []
    assert [one.cause for one in evidence.wanted] == ["taste"]
