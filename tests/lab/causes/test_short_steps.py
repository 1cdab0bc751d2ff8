"""Steps of very few tokens."""

from __future__ import annotations

import pytest

from pfviz.lab.causes.base import Evidence
from pfviz.lab.causes.short_steps import find_short_steps
from tests.lab.tables import plain


def test_steps_of_four_tokens_are_warned_of_and_steps_of_five_are_not() -> None:
    found = find_short_steps(Evidence(plain(text=lambda problem, number, place: f"{number}+{place}")))  # 3 or 4 tokens
    assert found is not None
    assert found.sentence.startswith("100% of the steps have under 5 tokens")
    assert found.estimate.value == pytest.approx(1.0)
    assert found.general
    assert find_short_steps(Evidence(plain(text=lambda problem, number, place: f"{number} + {place}"))) is None


def test_half_of_the_steps_is_enough_and_a_few_rows_are_not() -> None:
    def text(problem: int, number: int, place: int) -> str:
        return "7" if place < 2 else "7 + 7 = 14"

    found = find_short_steps(Evidence(plain(text=text)))
    assert found is not None
    assert 0.5 < found.estimate.value < 0.8
    assert find_short_steps(Evidence(plain(problems=1, steps=1, text=lambda *_: "7"))) is None
