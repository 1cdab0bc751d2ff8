"""Which answer a solution gives."""

from __future__ import annotations

import time

import pytest

from pfviz.problems.extraction import extract_answer, has_boxed


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is **42**.", "42"),
        ("**The answer is 42.**", "42"),
        ("**Answer:** 42", "42"),
        ("it is −5", "-5"),
        ("The answer is 5 because 2+3=5.", "5"),
        ("The value is approximately 3.14.", "3.14"),
        ("The answer is approximately 3.14.", "3.14"),
        ("Answer: B", "B"),
        ("#### 18", "18"),
        ("We add.\n#### 1,234\nThat is all of the 5 steps.", "1,234"),
        (r"\boxed{4} and then \boxed{ }", "4"),
        (r"<think>\boxed{3}</think> The answer is 4.", "4"),
        (r"<think>it may be 3</think> \boxed{5}", "5"),
        (r"<think>\boxed{3}", "3"),
        (r"So we have \[42\]", "42"),
        (r"so \[ x = 42 \]", "42"),
        (r"\fbox{5}", "5"),
        (r"\boxed {7}", "7"),
        ("the answer would be 12", "12"),
        ("answer = 12", "12"),
    ],
)
def test_what_a_solution_says_is_found(text: str, answer: str) -> None:
    assert extract_answer(text) == answer


def test_boxes_in_boxes_take_no_longer_than_the_text() -> None:
    began = time.process_time()
    for text in (r"\boxed{" * 10_000, r"\boxed{" * 10_000 + "1" + "}" * 10_000, "the answer is " * 5000):
        has_boxed(text)
        extract_answer(text)
    assert time.process_time() - began < 3
