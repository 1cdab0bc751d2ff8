"""Which answers are one answer, for the vote and for grading alike. Each pair stands for a kind that went wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.problems.answers import canonical_answer, is_correct

DIFFERENT = [
    ("(x,y)=(3,4)", "(x,y)=(1,2)"),
    (r"x \in (5,6)", r"x \in [-2,7]"),
    ("21/2", "2 1/2"),
    ("4", r"4-\mathrm{i}"),
    ("1", r"\{x|-2\leq x < 1\}"),
    ("R=1, I=(-1,1)", "R=1, I=(-6,-4)"),
    (r"2\pi", r"2 \pi a b"),
    ("3", "3m"),
    ("3√5", "3√2"),
    ("2·5", "2·3"),
    ("1", "x² + 1"),
    ("204_7", "204_5"),
    ("10^{-21}", "10^{-20}"),
    ("5,6,6", "5,5,6"),
    ("6:40", "3:20"),
    ("5am", "5pm"),
    ("x", "|x|"),
    ("(1,2)", "(2,1)"),
    ("(1,2)", "[1,2]"),
    ("(1,2]", "[1,2)"),
    ("1,2", "1,3"),
    (r"\{1,2\}", r"\{1,2,3\}"),
    ("x<5", r"x\leq 5"),
    ("y=2x", "y=2x+1"),
    (r"\begin{vmatrix}1&2\\3&4\end{vmatrix}", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&3\\2&4\end{pmatrix}"),
    ("2^{4000}", "2^{4000}+1"),
    ("0.333", "1/3"),
    ("Red", "Blue"),
    ("A", "B"),
    ("7:30 am", "7:30 pm"),
    ("3:2", "2:3"),
    ("x_1", "x_2"),
    ("f(x)=x", "f(x)=2x"),
]
EQUAL = [
    ("2.5", "2 1/2"),
    ("2½", "5/2"),
    (r"2\frac{1}{2}", "2.5"),
    ("30", r"30^\circ"),
    ("30", "30°"),
    ("30", r"30^{\circ}"),
    ("**3**", "3"),
    ("1.**", "1"),
    ("**(C)**", "(C)"),
    (r"\textbf{(C)}", "C"),
    (r"\mathbf{204}", "204"),
    (r"\boldsymbol{x+1}", "1+x"),
    (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"),
    (r"\begin{pmatrix} -1/3 \\ 2 \end{pmatrix}", r"\begin{bmatrix} -\frac13 \\ 2 \end{bmatrix}"),
    (r"\cot(x)", r"\cot x"),
    (r"15\mbox{ cm}^2", "15"),
    ("10 cm^2", "10"),
    ("5 km/h", "5"),
    ("£5", "5"),
    (r"\$-10", "-10"),
    ("9 (apples)", "9"),
    (r"5 \text{ apples}", "5"),
    (r"28\%", "28"),
    (r"1,000\text{ dollars}", "1000"),
    (r"\text{no solution}", "no solution"),
    (r"\text{Evelyn}", "evelyn"),
    ("1e3", "1000"),
    ("–3", "-3"),
    ("½", "1/2"),
    ("x²", "x^2"),
    (r"0.\overline{3}", "1/3"),
    (r"0.1\overline{6}", "1/6"),
    (r"1 \pm \sqrt{2}", r"1-\sqrt{2}, 1+\sqrt{2}"),
    ("2 and 3", "3, 2"),
    (r"(2,\infty)", r"\left( 2, \infty \right)"),
    (r"(-\infty, 2) \cup (3, \infty)", r"(3,\infty)\cup(-\infty,2)"),
    ("{1, 2}", r"\{2,1\}"),
    (r"\frac{x^2-1}{x-1}", "x+1"),
    (r"\sin^2 x + \cos^2 x", "1"),
    (r"(\sqrt{2})^2", "2"),
    (r"\log_2 8", "3"),
    (r"\binom{5}{2}", "10"),
    ("5!", "120"),
    (r"11\sqrt2", r"11\sqrt{2}"),
    (r"\[42\]", "42"),
    ("x \\in (5,6)", "(5,6)"),
    ("(x,y)=(3,4)", "(3,4)"),
    ("7:30 a.m.", "7:30am"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_answers_are_told_apart(one: str, other: str) -> None:
    assert canonical_answer(one) != canonical_answer(other)
    assert not is_correct(one, other)
    assert not is_correct(other, one)


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_answers_are_one(one: str, other: str) -> None:
    assert canonical_answer(one) == canonical_answer(other)
    assert is_correct(one, other)
    assert is_correct(other, one)


@pytest.mark.parametrize("answer", sorted({text for pair in [*EQUAL, *DIFFERENT] for text in pair}))
def test_the_form_of_a_form_is_that_form(answer: str) -> None:
    form = canonical_answer(answer)
    assert canonical_answer(form) == form
    assert is_correct(answer, form)


def test_a_percentage_is_the_share_too() -> None:
    assert is_correct(r"50\%", "0.5")
    assert is_correct(r"50\%", "50")
    assert not is_correct("50", "0.5")
    assert not is_correct(r"50\%", "5")


HOSTILE = [
    r"\boxed{" * 10_000,
    "1E+999999999",
    "(a+b+c+d+e+f+g+h)^8",
    "(a+b+c+d+e+f)^2*(a+b+c+d+e+f)^2*(u+v+w)^9",
    r"(\sqrt2+\sqrt3+\sqrt5)^{999}",
    "(" * 58 + "1" + ")" * 58,
    "a phrase of many words " * 12,
    "12 " + "abc " * 90,
    r"\frac{1}{" * 30 + "2" + "}" * 30,
    r"\sqrt{" * 60 + "2" + "}" * 60,
    "1," * 199,
    r"\begin{pmatrix}" + "1&" * 180 + r"\end{pmatrix}",
    "9" * 100_000,
    "-" * 399 + "1",
    "$" * 3000 + "1",
    "a^" * 190 + "2",
    "2^" * 190 + "2",
    r"\text{" * 60 + "a" + "}" * 60,
    r"\int_0^1 " * 20,
    r"\sum_{k=1}^{10^9} k",
    "5 " + "m " * 190,
    "1 " * 199,
    r"\{" * 190,
    "((" * 100,
    "99999^99999^99999",
    "300!^300!",
]


@pytest.mark.parametrize("answer", HOSTILE, ids=lambda answer: answer[:20])
def test_a_hostile_answer_is_decided_quickly(answer: str) -> None:
    """Processor time, an order above what it takes: the bound is on the kind of work, not on the machine."""
    canonical_answer("1+x"), is_correct(r"\foo{1}", r"\foo{2}")  # what is imported once
    began = time.process_time()
    canonical_answer(answer)
    is_correct(answer, "1")
    is_correct("1", answer)
    is_correct(answer, answer + "1")
    assert time.process_time() - began < 2


@given(st.text(alphabet="0123456789xyi+-*/^(){}[]\\,.=<> $%:abfrcsqt", max_size=80))
def test_any_formula_has_a_form_and_is_itself(answer: str) -> None:
    form = canonical_answer(answer)
    assert isinstance(form, str)
    assert is_correct(answer, answer) or not answer.strip()
