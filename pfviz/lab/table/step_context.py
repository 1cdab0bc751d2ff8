"""What can be seen of a step only beside what was written before it: where its numbers come from, what it answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pfviz.lab.table import wording
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.problems.answers import extract_answer
from pfviz.types import BoolArray

ANSWER_TRAITS: dict[str, Callable[[str], bool]] = {
    "an answer of one digit": lambda answer: len(answer.lstrip("-")) == 1,
    "an answer of two digits or more": lambda answer: len(answer.lstrip("-")) > 1,
    "an answer of three digits or more": lambda answer: len(answer.lstrip("-")) > 2,
    "a negative answer": lambda answer: answer.startswith("-"),
    "a positive answer": lambda answer: not answer.startswith("-"),
    "an even answer": lambda answer: answer[-1:].isdecimal() and not wording.ends_in_odd_number(answer),
    "an odd answer": wording.ends_in_odd_number,
}
"""What the answer of a finished solution may be."""


def answer_traits(rows: PrefixTable) -> dict[str, BoolArray]:
    """(R,) of each of `ANSWERS`, whether the step finishes a solution with such an answer, and whether with a number of
    the problem."""
    texts, place = rows.distinct_texts
    read = [extract_answer(text) for text in texts]
    problems = [wording.all_numbers(text) for text in rows.problems]
    copied = [
        (read[text] or "").lstrip("-") in problems[problem]
        for text, problem in zip(place.tolist(), rows.problem.tolist(), strict=True)
    ]
    return {"an answer that is a number of the problem": np.array(copied, dtype=np.bool_) & rows.last} | {
        name: np.array([answer is not None and holds(answer) for answer in read], dtype=np.bool_)[place] & rows.last
        for name, holds in ANSWER_TRAITS.items()
    }


def has_unseen_number(rows: PrefixTable) -> BoolArray:
    """(R,) whether a number that the step goes on with stands neither in the problem nor before, nor is its result: it
    was not copied rightly."""
    texts, place = rows.distinct_texts
    own, used = [wording.all_numbers(text) for text in texts], [wording.given_numbers(text) for text in texts]
    results = [frozenset(wording.result_numbers(text)) for text in texts]
    problems = [wording.all_numbers(text) for text in rows.problems]
    known: list[frozenset[str]] = []
    found = np.zeros(len(rows), dtype=np.bool_)
    for row, (text, parent) in enumerate(zip(place.tolist(), rows.parent.tolist(), strict=True)):
        before = known[parent] if parent >= 0 else problems[rows.problem[row]]
        found[row] = bool(used[text] - before - results[text])
        known.append(before | own[text])
    return found
