"""What the reward likes whatever is right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.diagnostics.truth import UNKNOWN
from pfviz.lab.causes.base import Evidence, Finding
from pfviz.lab.causes.score_slopes import FeatureEffect
from pfviz.lab.causes.spurious_features import _sort_by_explained, find_spurious_features
from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.table.features import Feature
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import plain, table


def worded(problem: int, number: int, place: int) -> str:
    """Some steps are told with a word, some are long."""
    word = "clearly " if (problem + number + place) % 3 == 0 else ""
    return f"{word}{number} + {place} = {number + place}{' + 0' * ((problem * number + place) % 4)}"


def found_in(rows: PrefixTable) -> list[Finding]:
    return find_spurious_features(Evidence(rows))


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
    before = np.nanmean(auc_by_row(rows))
    assert find_spurious_features(evidence)
    assert np.nanmean(evidence.unexplained_auc) > before


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


def told(problem: int, number: int, place: int) -> str:
    """One way to be right in each problem; every second one has a word in all of its steps, the others have others."""
    word = "hence" if problem % 2 else ("since", "maybe", "again")[problem // 2 % 3]
    return f"{word} 1 + 1 = 2"


def test_what_differs_only_between_problems_is_looked_for_there() -> None:
    rows = plain(12, text=told, score=lambda problem, place, text, label, error: 0.6 * label + 0.3 * ("hence" in text))
    (found,) = found_in(rows)
    assert found.sentence.startswith("The score rises by 0.30 at the word “hence”, right or wrong.")


def test_two_problems_with_a_word_are_too_few() -> None:
    def rare(problem: int, number: int, place: int) -> str:
        return f"{'hence' if problem < 2 else ('since', 'maybe', 'again')[problem % 3]} 1 + 1 = 2"

    rows = plain(12, text=rare, score=lambda problem, place, text, label, error: 0.6 * label + 0.3 * ("hence" in text))
    assert found_in(rows) == []


def test_problems_in_which_it_is_are_said_where_nothing_tells_them_from_it() -> None:
    rows = plain(12, text=told, score=lambda problem, place, text, label, error: 0.6 * label + 0.3 * ("hence" in text))
    texts = tuple(f"Find x: {p} + x = 9" if p % 2 else f"{p} + 9" for p in range(12))
    (found,) = found_in(replace(rows, problems=texts))
    assert "It may as well be problems with an unknown: the two come together here." in found.sentence


def test_right_ones_that_differ_too_seldom_are_helped_by_wrong_ones() -> None:
    """Right steps say a word in two problems, wrong ones in all."""

    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return 0.5 * label + 0.3 * ("well" in text)

    def said(problem: int, number: int, place: int) -> str:
        liked = (problem < 2 or number == 0) and place % 2
        word = "well" if liked else ("good", "fine", "nice")[(problem + number + place) % 3]
        return f"{word} {number} + {place} = {number + place}"

    rows = plain(12, text=said, score=score)
    (found,) = found_in(rows)
    assert found.sentence == "The score rises by 0.30 at the word “well”, right or wrong."
    assert any(rows.is_wrong[row] for row in found.examples)


def test_what_turns_round_for_wrong_ones_is_no_taste() -> None:
    rows = plain(12, score=lambda problem, place, text, label, error: float(label != (place == 0)))
    assert found_in(rows) == []


def test_the_first_step_alone_is_no_drift() -> None:
    def text(problem: int, number: int, place: int) -> str:
        return f"{number} and so on"

    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return 0.5 + 0.3 * label - 0.3 * (place == 0)

    rows = plain(12, steps=4, text=text, score=score)
    found = found_in(rows)[0]
    assert found.sentence == "The score falls by 0.30 in the first step, right or wrong."


def test_rounding_decides_nothing() -> None:
    """In such solutions a step repeats the one before it wherever it is not the first: both explain the same."""

    def effect(name: str, explained: float) -> FeatureEffect:
        return FeatureEffect(Feature(name, np.zeros(3)), 1.0, 1.0, explained)

    effects = [effect("a", 2.0), effect("b", 3.0), effect("c", 3.0 * (1 + 1e-15)), effect("d", 2.0 * (1 + 1e-6))]
    assert [one.feature.name for one in _sort_by_explained(effects)] == ["b", "c", "d", "a"]
    assert [one.feature.name for one in _sort_by_explained(effects[::-1])] == ["c", "b", "d", "a"]
    assert _sort_by_explained([]) == []


def test_steps_and_length_that_grow_together_are_both_said() -> None:
    """All steps are of one length, but for the last digit."""

    def same(problem: int, number: int, place: int) -> str:
        return f"{number % 3}{place} is fine"

    rows = plain(12, text=same, score=lambda problem, place, text, label, error: 0.5 * label + 0.1 * place)
    step, length = found_in(rows)[:2]
    assert {step.cause, length.cause} == {"drift", "length"}
    assert "It may as well be the length of the solution: the two come together here." in step.sentence
    assert "It may as well be the place of the step: the two come together here." in length.sentence


def test_where_nothing_is_known_that_is_wanted() -> None:
    evidence = Evidence(table([(p, [("a", UNKNOWN, 0.5)]) for p in range(9)]))
    assert find_spurious_features(evidence) == []
    assert [one.cause for one in evidence.open_questions] == ["taste"]


def logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def jitter(problem: int, text: str) -> float:
    return (sum(map(ord, text)) * 7919 + problem * 104729) % 1000 / 1000


def test_a_length_that_is_added_to_log_odds_is_seen_where_scores_are_near_the_ends() -> None:
    """Of right prefixes all scores are above 0.99, so that no score moves with anything."""

    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return logistic((6 if label else -9) + 1.5 * place + 2 * jitter(problem, text))

    rows = plain(12, steps=5, text=worded, score=score)
    assert rows.reward[rows.is_right].min() > 0.99
    first, *_ = found_in(rows)
    assert first.cause in ("drift", "length")
    assert "whatever is written: their log-odds by" in first.sentence
    drift = next(one for one in found_in(rows) if one.cause == "drift")
    assert drift.estimate.value == pytest.approx(1.5, abs=0.2)


@pytest.mark.parametrize(
    "moves",
    [
        lambda label, place: 1.5 * place * (not label),
        lambda label, place: 1.5 * place * label,
        lambda label, place: -0.6 * place,
    ],
)
def test_log_odds_of_one_truth_alone_or_that_fall_are_no_drift(moves) -> None:
    """Errors that are forgotten rise so; and what falls from 1 is seen in the scores themselves."""

    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return logistic((6 if label else -9) + moves(label, place) + 2 * jitter(problem, text))

    assert not [one for one in found_in(plain(12, steps=5, text=worded, score=score)) if "log-odds" in one.sentence]


def test_scores_of_0_and_1_have_no_log_odds() -> None:
    rows = plain(12, steps=5, text=worded, score=lambda problem, place, text, label, error: float(label or place > 3))
    assert not [one for one in found_in(rows) if "log-odds" in one.sentence]
