"""Expressions: what is written is read back, values are exact, and what is no expression is refused."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.tiny import expressions
from pfviz.tiny.expressions import Expr, ExpressionError, evaluate, parse, render
from tests.tiny.expected import evaluated


def trees(leaves: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.recursive(leaves, lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner), max_leaves=8)


numbers: st.SearchStrategy[Expr] = st.integers(-999, 999)
numeric = trees(numbers)
algebraic = trees(st.one_of(numbers, st.sampled_from("xyz")))


@given(algebraic)
@settings(deadline=None)
def test_what_is_rendered_is_parsed_back(expr: Expr) -> None:
    assert parse(render(expr)) == expr


@given(numeric)
@settings(deadline=None)
def test_values_are_those_of_exact_arithmetic(expr: Expr) -> None:
    try:
        found = evaluate(expr)
    except ExpressionError:
        with pytest.raises(ZeroDivisionError):
            evaluated(render(expr))
    else:
        assert found == evaluated(render(expr))
        assert expressions.subexpression_values(expr)[-1] == found
        assert len(expressions.subexpression_values(expr)) == 2 * expressions.count_operations(expr) + 1


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(ExpressionError):
        parse(text)


def test_values(subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("12 + 7", 19),
        ("(12+7)*3-45", 12),
        ("2 × 3 ÷ 4", Fraction(3, 2)),
        ("5 − 7", -2),
        ("-3 * -4", 12),
        ("2(3 + 4)", 14),
        ("[2 + 3] · 2", 10),
        ("12 / 2 / 3", 2),
        ("--5", 5),
        ("7", 7),
    ]:
        with subtests.test(text=text, expected=expected):
            assert evaluate(parse(text)) == expected


def test_errors(subtests: pytest.Subtests) -> None:
    for text in [
        "",
        " ",
        "1 +",
        "* 2",
        "(1 + 2",
        "1 + 2)",
        "3 4",
        "x 3",
        "1 $ 2",
        "1.5",
        "1234567890123",
        "٣ + 1",
        "²",
        "1+" * 300 + "1",
        "(" * 150 + "1" + ")" * 150,
        "-" * 300 + "1",
    ]:
        with subtests.test(text=text), pytest.raises(ExpressionError):
            parse(text)


@pytest.mark.parametrize("text", ["1 / 0", "3 / (2 - 2)", "x", "x - x", "1 / x", "x * x"])
def test_without_a_value(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(parse(text))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("3x + 5", "20", 5),
        ("20", "3x + 5", 5),
        ("2(x + 1)", "x - 4", -6),
        ("x / 4 - 1", "2", 12),
        ("-x", "3", -3),
        ("2x", "7", Fraction(7, 2)),
    ],
)
def test_solutions(left: str, right: str, expected: Fraction) -> None:
    assert expressions.solve(parse(left), parse(right)) == expected


@pytest.mark.parametrize(
    ("left", "right"), [("x", "x"), ("x", "x + 1"), ("x * x", "4"), ("1 / x", "2"), ("x / 0", "1")]
)
def test_without_one_solution(left: str, right: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.solve(parse(left), parse(right))


def test_variables() -> None:
    assert expressions.variables(parse("3x + y - 2x")) == {"x", "y"}
    assert expressions.variables(parse("3 + 4")) == set()
