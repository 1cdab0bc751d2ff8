"""Where a step's numbers come from, and what it answers."""

from __future__ import annotations

from dataclasses import replace

from pfviz.diagnostics.truth import RIGHT
from pfviz.lab.table.step_context import answer_traits, has_unseen_number
from tests.lab.tables import table


def test_numbers_come_from_the_problem_from_before_or_from_the_step_itself() -> None:
    steps = ["12 + 7 = 19, so we have 19 * 3.", "19 * 3 = 57, so we have 57 - 8.", "57 - 9 = 48.", "48 - 9 = 39."]
    rows = table([(0, [(text, RIGHT, 1.0) for text in steps])])
    rows = replace(rows, problems=("Compute (12 + 7) * 3 - 4",))
    assert has_unseen_number(rows).tolist() == [False, True, True, False]  # the 8, the 9


def test_only_what_finishes_a_solution_answers() -> None:
    rows = table(
        [(0, [("3 * 4 = 12", RIGHT, 1.0), ("The answer is \\boxed{-12}.", RIGHT, 1.0)]), (1, [("7", RIGHT, 1.0)])]
    )
    rows = replace(rows, problems=("-(3 * 4)", "4 + 3, not 7"))
    found = {name: held.tolist() for name, held in answer_traits(rows).items()}
    assert found["an answer that is a number of the problem"] == [False, False, True]
    assert found["a negative answer"] == [False, True, False]
    assert found["a positive answer"] == [False, False, True]
    assert found["an answer of one digit"] == [False, False, True]
    assert found["an answer of two digits or more"] == [False, True, False]
    assert found["an even answer"] == [False, True, False]
    assert found["an odd answer"] == [False, False, True]
