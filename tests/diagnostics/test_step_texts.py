"""What siblings share is found word by word, and no formula is cut."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pfviz.diagnostics.step_texts import MAX_WORDS, compare_words, same_text, sibling_prefix
from pfviz.trace import Trace
from tests.traces import synthetic_trace


def siblings(*texts: str) -> Trace:
    """A first step of so many particles, all children of the problem."""
    return dataclasses.replace(synthetic_trace(len(texts), 1), texts=[list(texts)])


@pytest.mark.parametrize(
    ("texts", "shared"),
    [
        (("12 + 7 = 19", "12 + 7 = 18"), "12 + 7 = "),
        (("We add them", "We subtract"), "We "),
        (("one", "two"), ""),
        (("same", "same"), ""),
        (("so $a + b$ is 3", "so $a + b$ is 4"), "so $a + b$ is "),
        (("so $a + b = 3$", "so $a + c = 3$"), "so "),
        ((r"so \boxed{1 2}", r"so \boxed{1 3}"), "so "),
        (("1. **Take 8 - 5:** so", "1. **Take 8 - 4:** so"), "1. "),
        (("`a b` is", "`a c` is"), ""),
        (("alone",), ""),
        (("", "x"), ""),
    ],
)
def test_what_siblings_share_ends_with_a_word_and_outside_of_formulas(texts: tuple[str, ...], shared: str) -> None:
    assert sibling_prefix(siblings(*texts), 0) == len(shared)


def test_others_with_the_same_text_are_named() -> None:
    trace = siblings("a b", "c", " a b ", "a b")
    assert same_text(trace, 0) == (2, 3)
    assert same_text(trace, 1) == ()
    assert same_text(siblings("", ""), 0) == ()


def test_a_difference_is_told_by_words() -> None:
    assert compare_words("12 + 7 = 18 so", "12 + 7 = 19 so") == [
        ("same", "12 + 7 = "),
        ("deleted", "18 "),
        ("inserted", "19 "),
        ("same", "so"),
    ]
    assert compare_words("", "new") == [("inserted", "new")]
    assert compare_words("old", "") == [("deleted", "old")]


def test_of_a_long_text_the_beginning_is_compared() -> None:
    words = " ".join(map(str, np.arange(10 * MAX_WORDS)))
    assert len("".join(text for _, text in compare_words(words, words)).split()) == MAX_WORDS
