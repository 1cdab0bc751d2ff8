"""What can be seen of steps and problems from outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.diagnostics.truth import RIGHT
from pfviz.lab.table.features import (
    MAX_PHRASES,
    Feature,
    place_features,
    problem_features,
    split_at_quartiles,
    step_features,
)
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import table

TEXTS = ["So we have 12 + 7 = 19", "19 * 3 = 57", "19 * 3 = 57", "So -4 / 2 = -2"]


@pytest.fixture(scope="module")
def rows() -> PrefixTable:
    return table([(0, [(text, RIGHT, 1.0) for text in TEXTS]), (1, [("1234", RIGHT, 1.0)])])


def named(features: list[Feature], name: str, unit: str = "") -> list[float]:
    return next(one.values.tolist() for one in features if (one.name, one.unit) == (name, unit))


def test_of_steps(rows: PrefixTable) -> None:
    found = step_features(rows)
    lengths = [len(text) for text in TEXTS]
    assert named(found, "every step", "step") == [0, 1, 2, 3, 0]
    assert named(found, "the length of the step", "character") == [*lengths, 4]
    assert named(found, "the length of the solution", "character") == [*np.cumsum(lengths), 4]
    assert named(found, "the size of the numbers", "digit") == [2, 2, 2, 1, 4]
    assert named(found, "a number of 3 digits or more") == [0, 0, 0, 0, 1]
    assert named(found, "a negative number") == [0, 0, 0, 1, 0]
    assert named(found, "a step that repeats the one before it") == [0, 0, 1, 0, 0]
    assert named(found, "the digit 7") == [1, 1, 1, 0, 0]
    assert named(found, "a multiplication") == [0, 1, 1, 0, 0]
    assert named(found, "the sign “-”") == [0, 0, 0, 1, 0]
    assert named(found, "the sign “*”") == [0, 1, 1, 0, 0]
    assert named(found, "the count of numbers", "number") == [3, 3, 3, 3, 1]
    assert named(found, "an odd number at its end") == [1, 1, 1, 0, 0]
    assert named(found, "an even number at its end") == [0, 0, 0, 1, 1]
    assert named(found, "a number that stands nowhere before") == [1, 1, 0, 1, 1]
    assert [one.values.tolist() for one in found if one.name.startswith("a number above")] == [
        [0, 1, 1, 0, 1],
        [0, 0, 0, 0, 1],
    ]
    assert named(found, "the word “so”") == [1, 0, 0, 1, 0]
    assert named(found, "the words “so we”") == [1, 0, 0, 0, 0]
    assert {one.name for one in found if one.is_one_of_many} == {f"the digit {n}" for n in range(10)} | {
        "a word at its start", *(one.name for one in found if "“" in one.name)
    }  # fmt: skip


def test_the_most_frequent_phrases_are_looked_at_in_an_order_that_stays() -> None:
    words = [f"w{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(85)]
    many = table([(0, [(word, RIGHT, 1.0)] * (2 if i < 10 else 1)) for i, word in enumerate(words)])
    named_phrases = [one.name for one in step_features(many) if one.name.startswith("the word")]
    assert len(named_phrases) == MAX_PHRASES
    assert named_phrases[:10] == [f"the word “{word}”" for word in words[:10]]
    assert named_phrases[10:] == sorted(named_phrases[10:])


def test_of_places(rows: PrefixTable) -> None:
    found = place_features(rows)
    assert named(found, "the first step") == [1, 0, 0, 0, 1]
    assert named(found, "the first 2 steps") == [1, 1, 0, 0, 1]
    assert named(found, "steps after the first") == [0, 1, 1, 1, 0]
    assert named(found, "steps after the first 3") == [0, 0, 0, 1, 0]
    assert named(found, "the second step") == [0, 1, 0, 0, 0]
    assert named(found, "the last step") == [0, 0, 0, 1, 1]
    assert named(found, "steps before the last") == [1, 1, 1, 0, 0]


def test_of_problems(rows: PrefixTable) -> None:
    told = replace(rows, problems=("Solve 3*x = 12", "Anna has 3 apples and buys 4 more. How many apples has she now?"))
    found = problem_features(told)
    assert named(found, "problems in words") == [0, 0, 0, 0, 1]
    assert named(found, "problems with an unknown") == [1, 1, 1, 1, 0]
    assert named(found, "problems with a multiplication") == [1, 1, 1, 1, 0]
    assert all(one.opposite for one in found)


def test_problems_differ_by_their_true_answers(rows: PrefixTable) -> None:
    told = replace(rows, truths=("-7", "12"))
    found = problem_features(told)
    assert named(found, "problems with a negative answer") == [1, 1, 1, 1, 0]
    assert named(found, "problems with an odd answer") == [1, 1, 1, 1, 0]
    assert named(found, "problems with an answer beyond ±8") == [0, 0, 0, 0, 1]
    unknown = problem_features(replace(rows, truths=("-7", None)))
    assert not any("answer" in one.name for one in unknown)


def test_what_has_a_unit_is_cut_at_its_quartiles(rows: PrefixTable) -> None:
    by_name = {(one.name, one.unit): one for one in step_features(rows)}
    more, less = split_at_quartiles(by_name["the size of the numbers", "digit"])  # all quartiles are 2
    assert more.name == "steps in which the size of the numbers is more than 2 digits"
    assert more.values.tolist() == [0, 0, 0, 0, 1]
    assert (less.values == 1 - more.values).all()
    steps = split_at_quartiles(by_name["every step", "step"])
    assert [one.name for one in steps[::2]] == [f"steps after the first{n}" for n in ("", " 2", " 3")]
    later, earlier = steps[2:4]
    assert (later.name, earlier.name) == ("steps after the first 2", "the first 2 steps")
    assert later.values.tolist() == [0, 0, 1, 1, 0]
    assert split_at_quartiles(by_name["a fraction", ""]) == [by_name["a fraction", ""]]


def test_no_rows_have_features_of_no_length() -> None:
    empty = table([])
    assert all(
        len(half.values) == 0
        for one in step_features(empty) + place_features(empty)
        for half in split_at_quartiles(one)
    )
    assert problem_features(empty) == []
