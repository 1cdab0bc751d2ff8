"""Numbers and texts as people read them."""

from __future__ import annotations

import math

import pytest

from pfviz.text import (
    describe_json,
    format_amount,
    format_log_prob,
    format_number,
    format_percent,
    format_signed,
    pluralise,
    shorten,
)


@pytest.mark.parametrize(
    ("share", "shown"),
    [(1.0, "100%"), (0.9996, "100%"), (0.9994, "99.9%"), (0.5, "50.0%"), (0.0042, "0.42%"), (0.00004, "0%"), (0, "0%")],
)
def test_a_share_has_the_digits_that_matter(share: float, shown: str) -> None:
    assert format_percent(share) == shown


def test_a_share_has_the_digits_that_were_asked_for() -> None:
    assert (format_percent(0.478, 0), format_percent(0.4785, 1), format_percent(1, 0)) == ("48%", "47.9%", "100%")


def test_a_minus_is_one() -> None:
    assert (format_number(-0.2), format_number(0.034), format_number(-1.25, 1)) == ("−0.20", "0.03", "−1.2")
    assert format_number(math.nan) == "nan"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.034, "+0.03"), (-0.2, "−0.20"), (0, "0"), (-0.004, "0"), (0.004, "0"), (20, "+20.00")]
)
def test_a_change_has_a_sign(value: float, shown: str) -> None:
    assert format_signed(value) == shown


def test_a_change_has_the_digits_that_were_asked_for() -> None:
    assert (format_signed(10, 0), format_signed(-0.0042, 3), format_signed(0.4, 0)) == ("+10", "−0.004", "0")


def test_amounts_are_said_shortly() -> None:
    assert (format_amount(0.256), format_amount(-0.004), format_amount(0.0123)) == ("0.26", "-0.004", "0.01")


@pytest.mark.parametrize(
    ("number", "shown"), [(1, "1 step"), (0, "0 steps"), (2.4, "2 steps"), (0.9, "1 step"), (1200, "1,200 steps")]
)
def test_one_is_singular(number: float, shown: str) -> None:
    assert pluralise(number, "step") == shown


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert (pluralise(1, "child", "children"), pluralise(2, "child", "children")) == ("1 child", "2 children")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ten letter", "ten letter"),
        ("ten letters", "ten lette…"),
        ("two  lines\n", "two lines"),
        ("a cut\nat a blank", "a cut at…"),
        ("", ""),
    ],
)
def test_a_long_text_is_cut(text: str, shown: str) -> None:
    assert shorten(text, 10) == shown
    assert len(shown) <= 10


def test_the_end_of_a_name_may_be_what_tells() -> None:
    assert shorten("models/Skywork-7B", 10, keep_end=True) == "…kywork-7B"
    assert shorten("Skywork-7B", 10, keep_end=True) == "Skywork-7B"


def test_an_unknown_log_probability_is_no_number() -> None:
    assert [format_log_prob(value) for value in (-1.234, 0.0, -math.inf, math.nan)] == [
        "−1.23",
        "0.00",
        "−∞",
        "unknown",
    ]


def test_a_value_is_described_in_a_few_characters() -> None:
    for value, shown in [
        (10**400, "an integer of more than 30 digits"),
        ("x" * 100, '"' + "x" * 58 + "…"),
        ([1, 2], "a list of 2"),
        ({"a": 1}, "an object of 1"),
        (float("nan"), "NaN"),
        (b"x", "\"b'x'\""),
    ]:
        assert describe_json(value) == shown
