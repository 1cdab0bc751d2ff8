"""What is read in a text, and how numbers are said."""

from __future__ import annotations

import pytest

from pfviz.lab.wording import (
    amount,
    counted,
    has_fraction,
    has_negative,
    has_product,
    has_unknown,
    in_words,
    numbers,
    operation,
    percent,
    phrases,
    pieces,
    size,
)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("12 + 7 = 19", "+"),
        ("19 * 3 = 57 - 0", "*"),
        ("3*x - 6 = 12, so 3*x = 18", "*"),
        ("(2 - 5) * 4", "-"),
        ("-4 / (-2) = 2", "/"),
        ("-4", ""),
        ("So the answer is \\boxed{-4}", ""),
        ("", ""),
    ],
)
def test_the_operation_is_the_first_one_before_the_equals_sign(text: str, sign: str) -> None:
    assert operation(text) == sign


@pytest.mark.parametrize(
    ("text", "negative"),
    [("-4 + 2", True), ("2 = -2", True), ("2 * (-3)", True), ("2 * -3", True), ("7 - 4 = 3", False), ("", False)],
)  # fmt: skip
def test_a_minus_sign_may_be_a_numbers_own(text: str, negative: bool) -> None:
    assert has_negative(text) is negative


def test_numbers_are_counted_and_measured() -> None:
    assert numbers("12 + 3.5 = 15.5") == 3
    assert size("12 + 3.12345") == 2
    assert size("none") == 0


def test_problems_are_told_apart() -> None:
    assert in_words("Anna has 3 apples and buys 4 more. How many apples has she now?")
    assert not in_words("Solve 3*x + 2 = 11 for x")
    assert has_unknown("Solve 3*x + 2 = 11")
    assert not has_unknown("Compute 3 + 2")
    assert has_product("2(3 + 4)")
    assert has_product("3x")
    assert has_product("3 times 4")
    assert not has_product("3 + 4")
    assert has_fraction("1 / 2")
    assert not has_fraction("1 + 2")


def test_phrases_are_words_and_pairs_of_them() -> None:
    assert phrases("So we have 3, so") == {"so", "we", "have", "so we", "we have", "have so"}
    assert phrases("3 + 4") == frozenset()


def test_pieces_are_numbers_words_and_signs() -> None:
    assert pieces("3*x = -12") == ("3", "*", "x", "=", "-", "12")


def test_one_is_singular() -> None:
    assert (counted(1, "step"), counted(0, "step"), counted(2.4, "step")) == ("1 step", "0 steps", "2 steps")


def test_numbers_are_said_shortly() -> None:
    assert (percent(0.478), amount(0.256), amount(-0.004), amount(0.0123)) == ("48 %", "0.26", "-0.004", "0.01")
