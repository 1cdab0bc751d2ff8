"""Errors that are not noticed, noticed late or forgotten, and problems in which that is so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.lab.causes.base import Evidence, Finding
from pfviz.lab.causes.missed_errors import find_missed_errors
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import plain, table


def found_in(rows: PrefixTable) -> list[Finding]:
    return find_missed_errors(Evidence(rows))


def mixed(problem: int, number: int, place: int) -> str:
    """Additions and multiplications, both at every place."""
    first, second = number + 3, place + 2
    if (problem + place) % 2:
        return f"{first} * {second} = {first * second}"
    return f"{first} + {second} = {first + second}"


def test_a_good_reward_is_not_blind() -> None:
    assert found_in(plain(text=mixed)) == []


def test_errors_of_one_operation_pass() -> None:
    """Such an error, and what follows it, scores as if it were right."""

    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return float(label or (problem + error) % 2)

    (found,) = found_in(plain(12, text=mixed, score=score))
    assert found.cause == "blind"
    assert found.sentence == (
        "Errors in steps with a multiplication are not noticed: a right prefix scores higher in 50% of the pairs, "
        "elsewhere in 100%."
    )
    assert found.estimate.value == 0.5
    assert found.size == pytest.approx(0.25, abs=0.02)


def test_errors_at_one_place_pass() -> None:
    (found,) = found_in(plain(text=mixed, score=lambda problem, place, text, label, error: float(label or place == 0)))
    assert found.cause == "blind"
    assert found.sentence.startswith("Errors in the first step are not noticed: a right prefix scores higher in 50%")


def test_errors_that_are_noticed_late() -> None:
    rows = plain(steps=4, text=mixed, score=lambda problem, place, text, label, error: float(place <= error))
    (found,) = found_in(rows)
    assert found.cause == "late"
    assert found.sentence == (
        "Errors are noticed a step late: a right prefix scores higher than the error in 50% of the pairs, than the "
        "step after it in 100%."
    )
    assert found.estimate.value == 0.5


def test_errors_that_are_noticed_two_steps_late() -> None:
    rows = plain(steps=5, text=mixed, score=lambda problem, place, text, label, error: float(place <= error + 1))
    (found,) = found_in(rows)
    assert found.cause == "late"
    assert found.sentence == (
        "Errors are noticed 2 steps late: a right prefix scores higher than the error in 50% of the pairs, than what "
        "is there then in 100%."
    )


def test_what_is_mostly_noticed_a_step_late_is_not_two_steps_late() -> None:
    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return float(place <= error or (place == error + 1 and problem % 3 == 0))

    found = found_in(plain(12, steps=5, text=mixed, score=score))[0]
    assert found.sentence.startswith("Errors are noticed a step late")


def test_errors_beside_a_sign_pass_whatever_is_worked_out() -> None:
    """A minus that only stands there, in steps that add or multiply."""

    def text(problem: int, number: int, place: int) -> str:
        return mixed(problem, number, place) + (
            ", and 9 - 1 is next" if (problem + place) % 3 else ", and 9 + 1 is next"
        )

    def score(problem: int, place: int, text: str, label: int, error: int) -> float:
        return float(label or (place == error and "-" in text))

    (found,) = found_in(plain(12, text=text, score=score))
    assert found.sentence.startswith("Errors in steps with the sign “-” are not noticed")


def test_what_is_noticed_in_last_steps_at_once_is_not_late() -> None:
    rows = plain(steps=4, text=mixed, score=lambda problem, place, text, label, error: float(label or place < 3))
    (found,) = found_in(rows)
    assert found.sentence.startswith("Errors in the first 3 steps are not noticed")


def test_two_steps_that_are_not_judged_are_no_delay() -> None:
    rows = plain(steps=5, text=mixed, score=lambda problem, place, text, label, error: float(label or place < 2))
    (found,) = found_in(rows)
    assert found.sentence.startswith("Errors in the first 2 steps are not noticed")


def test_a_step_that_is_not_judged_hides_earlier_errors_too() -> None:
    rows = plain(steps=5, text=mixed, score=lambda problem, place, text, label, error: float(label or place == 1))
    (found,) = found_in(rows)
    assert found.sentence.startswith("Errors in the second step are not noticed: a right prefix scores higher in 50%")
    unnoticed = rows.is_wrong & (rows.step == 1)
    assert found.size == pytest.approx(0.5 * unnoticed.sum() / rows.is_wrong.sum())


def test_errors_that_are_rewarded() -> None:
    rows = plain(text=mixed, score=lambda problem, place, text, label, error: float(label != (place == 0)))
    assert found_in(rows)[0].sentence.startswith(
        "Errors in the first step are rewarded: a right prefix scores higher in 0% of the pairs"
    )


def test_wrong_calculations_that_pass() -> None:
    """Every second error is a number that is copied wrongly, and those are noticed."""

    def text(problem: int, number: int, place: int) -> str:
        return f"{number} + {place} = {number + place}" if (problem + place) % 2 else f"so we have {number} * {place}"

    rows = plain(12, text=text, score=lambda problem, place, said, label, error: float(label or (problem + error) % 2))
    found = found_in(rows)[0]
    assert found.cause == "blind"
    assert found.estimate.value == 0.5
    assert found_in(rows)[1:] == []


def test_problems_whose_answer_is_negative() -> None:
    rows = plain(12, text=mixed, score=lambda problem, place, text, label, error: float(label != (problem % 3 == 0)))
    truths = tuple("-5" if p % 3 == 0 else "5" for p in range(12))
    found = found_in(replace(rows, truths=truths))[0]
    assert found.sentence.startswith("In problems with a negative answer the score is upside down")


def test_errors_that_are_forgotten() -> None:
    (found,) = found_in(
        plain(steps=4, text=mixed, score=lambda problem, place, text, label, error: float(place != error))
    )
    assert found.cause == "forgets"
    assert "in 100% of the pairs when the error is made, in 50% afterwards" in found.sentence
    assert found.estimate.value == 0.5


def test_problems_in_which_the_score_is_upside_down() -> None:
    rows = plain(12, text=mixed, score=lambda problem, place, text, label, error: float(label != (problem < 4)))
    longer = tuple(f"{text} of {'many ' * 12}words" if p < 4 else text for p, text in enumerate(rows.problems))
    found = found_in(replace(rows, problems=longer))[0]
    assert found.cause == "subgroup"
    assert found.sentence == (
        "In problems in words the score is upside down: a right prefix scores higher in 0% of the pairs, in other "
        "problems in 100%."
    )
    assert found.estimate.value == 0.0


def test_without_the_truth_of_steps_that_is_wanted() -> None:
    evidence = Evidence(replace(plain(text=mixed), judged=False))
    assert find_missed_errors(evidence) == []
    assert [one.sentence for one in evidence.open_questions] == [
        "Which errors are not noticed: that needs the truth of each step, which nobody told."
    ]


@pytest.mark.parametrize(("problems", "said"), [(0, "here are 0 first errors"), (1, "here are 3 first errors")])
def test_too_few_errors_are_said(problems: int, said: str) -> None:
    evidence = Evidence(plain(problems, text=mixed) if problems else replace(table([]), judged=True))
    assert find_missed_errors(evidence) == []
    assert said in evidence.open_questions[0].sentence
    assert "8 in 4 problems are the least" in evidence.open_questions[0].sentence


def test_one_first_error_is_singular() -> None:
    evidence = Evidence(table([(0, [("a", 0, 0.0)]), (0, [("b", 1, 1.0)])]))
    assert find_missed_errors(evidence) == []
    assert "here is 1 first error;" in evidence.open_questions[0].sentence


def test_what_is_wanted_is_said_once() -> None:
    """Nobody went on after an error."""
    rows = table([(p, [("a", label, float(label))]) for p in range(10) for label in (0, 1)])
    evidence = Evidence(rows)
    find_missed_errors(evidence)
    find_missed_errors(evidence)
    assert [one.cause for one in evidence.open_questions] == ["forgets"]
