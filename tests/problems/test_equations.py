r"""Which equations are read in a text, which of them hold, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.problems.equations import MAX_TEXT_CHARACTERS, find_equations


def verdicts(text: str) -> list[bool]:
    return [equation.holds for equation in find_equations(text)]


@pytest.mark.parametrize(
    "text",
    [
        "So he has 5 + 3 = 8 apples.",
        "5 apples + 3 apples = 8 apples",
        "3 x 4 = 12",
        "$\\frac{10}{4} = 2.5$",
        "\\[ 12 \\times 7 = 84 \\]",
        "10/3 = 3.33",
        "20/3 = 6.67",
        "20/3 = 6.66, cut",
        "10/3 ≈ 3",
        "20% of 50 = 10",
        "$5 × 3 = $15",
        "(because 3 + 4 = 7)",
        "**12 + 7 = 19**",
        "1. 3 + 4 = 7",
        "6 = 2 * 3",
        "1,000 + 500 = 1,500",
        "Total cost: 3 * 4 + 2 * 5 = 22",
        "5 - -3 = 8",
        "\\sqrt{16} + 1 = 5",
        "\\boxed{3+4=7}",
        "x = 5 - 3 = 2",
        "2**3 = 8",
        "She pays 3 * $4.50 = $13.50 each day",
        "48/2 = <<48/2=24>>24 clips",
    ],
)
def test_an_equation_that_holds(text: str) -> None:
    assert verdicts(text) == [True]


@pytest.mark.parametrize(
    "text",
    [
        "5 apples + 3 apples = 9 apples",
        "3x4=13",
        "10/3 = 3.34",
        "10/3 = 3",
        "(since 3 + 4 = 8)",
        "3 boxes * 4 pens = 13 pens",
        "2**3 = 9",
        "192*100=$1920",
        "$32 - $20 = $300 left",
        "\\frac{1}{2} + \\frac{1}{3} = \\frac{2}{5}",
    ],
)
def test_an_equation_that_does_not(text: str) -> None:
    assert verdicts(text) == [False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "There is nothing to compute.",
        "2x + 3 = 7",
        "3 + 4 = 7 + x",
        "3 hours = 180 minutes",
        "2 hours - 30 minutes = 90 minutes",
        "a:b = 3:4",
        "if 3 == 4",
        "5 + 3 <= 8",
        "4! = 24",
        "half of 10 = 4",
        "2 dozen + 1 = 25",
        "7 mod 3 = 1",
        "1 and 3/4 = 1.75",
        "1 hour 20 minutes = 60 + 20",
        "25 / 1/3 = 75",
        "0900 - 0130 = 0730",
        "8 = 8",
        "1 / 0 = 0",
        "x + 7.22 = 68.47",
        "100 - 50 = 50%",
        "2.50 - 2.24 = 26 cents",
        "half off 300 (3/4) * 300 = 225",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert verdicts(text) == []


def test_of_a_chain_each_pair_is_read() -> None:
    assert verdicts("3 * 4 + 2 = 12 + 2 = 14") == [True, True]
    assert verdicts("3 * 4 + 2 = 12 + 3 = 15") == [False, True]


def test_several_sentences() -> None:
    assert verdicts("24 - 8 = 16 eggs are left, and 16 * $2 = $33.\nThen 33 + 1 = 34.") == [True, False, True]


@given(st.integers(-500, 500), st.integers(1, 500), st.sampled_from("+-*/"), st.integers(-3, 3))
def test_plain_arithmetic_is_decided(a: int, b: int, sign: str, off: int) -> None:
    if sign == "/":
        a *= b
    value = {"+": a + b, "-": a - b, "*": a * b, "/": a // b}[sign] + off
    found = [equation.holds for equation in find_equations(f"{a} {sign} {b} = {value}")]
    percents = off != 0 and (100 * (value - off) == value or value - off == 100 * value)
    assert found == ([] if percents else [off == 0])


@given(st.text("0123456789=+-*/(). {}\\fracsqtx%^$|<>", max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    find_equations(text)


@pytest.mark.parametrize(
    "text",
    ["=" * 30_000, "1 + 1 = " * 10_000, "(" * 300 + "1 = 1", "9^9^9^9 = 9" * 500],
    ids=["signs", "chain", "deep", "powers"],
)
def test_long_and_hostile_texts(text: str) -> None:
    assert len(find_equations(text)) <= MAX_TEXT_CHARACTERS
