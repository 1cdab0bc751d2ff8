"""What is read in a text, and how numbers are said."""

from __future__ import annotations

import pytest

from pfviz.lab.table.wording import (
    count_numbers,
    ends_in_odd_number,
    given_numbers,
    has_fraction,
    has_negative,
    has_product,
    has_round_number,
    has_unknown,
    is_untrue,
    is_word_problem,
    largest_number,
    max_digits,
    operation,
    parse_number,
    phrases,
    result_numbers,
    split_pieces,
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
    assert count_numbers("12 + 3.5 = 15.5") == 3
    assert max_digits("12 + 3.12345") == 2
    assert max_digits("none") == 0


def test_problems_are_told_apart() -> None:
    assert is_word_problem("Anna has 3 apples and buys 4 more. How many apples has she now?")
    assert not is_word_problem("Solve 3*x + 2 = 11 for x")
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
    assert split_pieces("3*x = -12") == ("3", "*", "x", "=", "-", "12")


@pytest.mark.parametrize(
    ("text", "untrue"),
    [
        ("7 * 6 = 36, so we have 36 / 2.", True),
        ("19 - 5 = 14, so we have (5 - 14) / 6.", False),
        ("-11 / 2 = -5.5", False),
        ("-11 / 2 = -5", True),
        ("3 / 0 = 0", True),
        ("So 3 * (-4) = -12. Then 2 + 2 = 5", True),
        ("11 - 34 + 9 = 3", False),  # three numbers, which it does not work out
        ("1 + 2 = 3 * x", False),
        ("x = 4", False),
    ],
)
def test_whether_two_numbers_make_the_third(text: str, untrue: bool) -> None:
    assert is_untrue(text) is untrue


def test_numbers_that_a_step_goes_on_with_and_those_that_it_finds() -> None:
    text = "12 + 7 = 19, so we have 19 * -3."
    assert given_numbers(text) == {"12", "7", "19", "3"}
    assert result_numbers(text) == ["19"]
    assert given_numbers("12 + 7 = 19") == {"12", "7"}


def test_what_numbers_are_like() -> None:
    assert (largest_number("3 and -12.5"), largest_number("none")) == (12.5, 0)
    assert [has_round_number(text) for text in ("20", "0", "105", "3 * 10")] == [True, False, False, True]
    assert [ends_in_odd_number(text) for text in ("4 = 7.", "7 = 4", "x")] == [True, False, False]
    assert [parse_number(text) for text in ("-7", "7/2", "1,200", "x", None)] == [-7, 3.5, 1200, None, None]
