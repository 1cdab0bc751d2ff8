"""Numbers as solutions write them, and believable misreadings."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from pfviz.problems.answers import extract_answer
from pfviz.tiny.tasks import final_sentence, format_number, misread


@pytest.mark.parametrize(("number", "shown"), [(3, "3"), (-4, "-4"), (Fraction(7, 2), "7/2"), (Fraction(8, 2), "4")])
def test_show(number: Fraction, shown: str) -> None:
    assert format_number(number) == shown
    assert extract_answer(final_sentence(number)) == shown


@pytest.mark.parametrize("number", [-25, -1, 0, 1, 7, 12, 30, 199])
def test_a_misread_number_is_another_one(number: int) -> None:
    rng = random.Random(number)
    found = {misread(rng, number) for _ in range(200)}
    assert number not in found
    assert len(found) >= 3
    if number >= 2:
        assert min(found) >= 0
    if number == 12:
        assert 21 in found
