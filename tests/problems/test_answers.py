"""Problems, steps, answers."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.errors import ProblemError
from pfviz.problems.answers import canonical_answer, extract_answer, has_boxed, is_correct
from pfviz.problems.problem import Problem, split_steps


def test_a_problem_is_trimmed_and_kept() -> None:
    assert Problem.from_text("  What is\r\n1 + 2?\t\n", " 3 ") == Problem("What is\n1 + 2?", "3")
    assert Problem.from_text("1", "  ").truth is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("1" * 2001, "2,001 characters; at most 2,000"),
        ("1 + \x00 2", r"U\+0000, character 5"),
        ("1\x1b[2J", r"U\+001B"),
        ("a\ud800", r"U\+D800"),
    ],
)
def test_what_is_no_problem_is_refused(text, message) -> None:
    with pytest.raises(ProblemError, match=message):
        Problem.from_text(text)


def test_markup_is_text_like_any_other() -> None:
    assert Problem.from_text("<script>alert(1)</script>").text == "<script>alert(1)</script>"


def test_steps() -> None:
    assert split_steps("a\n\n b\nc \n\n\n\n\\boxed{1}\n\n") == ["a", "b\nc", "\\boxed{1}"]
    assert split_steps("") == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so \boxed{4} or \boxed{5}.", "5"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{\text{\boxed{3}}}", "3"),
        (r"first \boxed{4}, then \boxed{5", "4"),
        ("The answer is 42. Goodbye 7.", "42"),
        ("the answer is: $x=3$", "x=3"),
        ("The answer is 2.5", "2.5"),
        ("12 - 5 = 7", "7"),
        ("5-3", "3"),
        ("it is -3", "-3"),
        ("it costs 1,234.50 in all", "1,234.50"),
        ("3/4 of it", "3/4"),
        ("nothing", None),
        (r"\boxed{}", None),
        ("", None),
    ],
)
def test_extraction(text, answer) -> None:
    assert extract_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "boxed"), [(r"\boxed{1}", True), (r"\boxed{1", False), (r"\boxed{\{}", True), (r"\boxed{\}", False)]
)
def test_a_box_counts_when_it_is_closed(text, boxed) -> None:
    assert has_boxed(text) is boxed


@pytest.mark.parametrize(
    "same",
    [
        ["1/2", "0.5", ".5", r"\frac12", r"\frac{1}{2}", r"\dfrac{1}{2}", "$0.50$", "2/4", r"\frac{-1}{-2}"],
        ["12", "12.0", "+12", " 12 ", "12.", "$12$", "x = 12", "12 marbles", "3 \\times 4"],
        ["1000", "1,000", "1000.0"],
        ["-3", "−3", "-3.0", r"-\frac{6}{2}"],
        [r"\frac{\sqrt{2}}{2}", r"\frac{1}{\sqrt{2}}"],
        ["x(x+1)", "x^2+x", "x + x^2"],
        [r"\{1,2\}", r"\{2,1\}"],
        ["Red", "red"],
        ["(1/2, 1)", "(0.5,1)"],
    ],
    ids=lambda same: same[0],
)
def test_equal_answers_share_a_form(same) -> None:
    assert len({canonical_answer(answer) for answer in same}) == 1


def test_other_answers_do_not() -> None:
    different = ["1", "-1", "0", "1/2", "0.51", "x", "2x", "red", r"\sqrt{2}", "1.41", "", "(1,2)", "(2,1)"]
    assert len({canonical_answer(answer) for answer in different}) == len(different)


@pytest.mark.parametrize(
    "dear",
    [
        "9^{9^{9^9}}",
        "2^{10^{10}}",
        "9^999999999",
        "(9^{999})^{999}",
        "99999999!",
        r"\sum_{k=1}^{10^9} k",
        "1" * 5000,
        r"\binom{10^9}{5}",
        "(x+y+z+w+v+u)^{900}",
        "9**9**9",
        "9^(9^9)",
        "{" * 100,
        r"9^\frac{999999999}{1}",
        "9^((9^9))",
        "9^-999999999",
        "9^{3^9}",
    ],
)
def test_dear_answers_are_strings(dear) -> None:
    began = time.process_time()
    assert canonical_answer(dear)
    is_correct(dear, "1")
    assert time.process_time() - began < 5


@given(st.text(max_size=60))
def test_any_text_has_a_form(text) -> None:
    extract_answer(text)
    assert isinstance(canonical_answer(text), str)


@given(st.fractions(max_denominator=10**6))
def test_fractions_keep_their_value(value) -> None:
    assert canonical_answer(f"{value.numerator}/{value.denominator}") == str(value)
    assert canonical_answer(rf"\frac{{{value.numerator}}}{{{value.denominator}}}") == str(value)


@pytest.mark.parametrize(
    ("pred", "gold", "right"),
    [
        ("7", "7.0", True),
        ("7", "8", False),
        (None, "7", False),
        (r"\frac{14}{2}", "7", True),
        (r"2\sqrt{2}", r"\sqrt{8}", True),
        (r"50\%", "0.5", True),
        ("x=5", "5", True),
        ("12 marbles", "12", True),
        ("", "7", False),
        ("1/0", "7", False),
    ],
)
def test_grading(pred, gold, right) -> None:
    assert is_correct(pred, gold) is right


def test_grading_works_off_the_main_thread() -> None:
    """math-verify's own time-outs do not."""
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(is_correct(r"3\sqrt{3}", r"\sqrt{27}")))
    thread.start()
    thread.join()
    assert found == [True]
