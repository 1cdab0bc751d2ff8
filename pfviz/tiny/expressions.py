"""Arithmetic expressions and linear equations: parse, render, evaluate exactly.

An `Expr` is an int, a variable name, or a triple (operator, left, right) with operator one of + - * /.
"""

from __future__ import annotations

import re
from fractions import Fraction

Expr = int | str | tuple[str, "Expr", "Expr"]

PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}
MAX_CHARACTERS = 400
MAX_DEPTH = 40  # parentheses and signs inside one another; the parser recurses on them
_TOKEN = re.compile(r"\s*(?:([0-9]{1,12})(?![0-9])|([a-zA-Z])|([-+*/()]))")
_SIGNS = str.maketrans(
    {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "∗": "*", "[": "(", "]": ")"}
)


class ExpressionError(ValueError):
    """The text is not an expression of this world."""


def normalise_signs(text: str) -> str:
    """Typographic operators as the plain ones: × · ÷ − become * * / -."""
    return text.translate(_SIGNS)


def parse(text: str) -> Expr:
    """The expression that `text` writes; `3x` and `2(x + 1)` multiply. Raises ExpressionError."""
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"an expression of {len(text)} characters; at most {MAX_CHARACTERS} are read")
    tokens = _tokenize(normalise_signs(text))
    expr, rest = _parse_sum(tokens, 0, 0)
    if rest != len(tokens):
        raise ExpressionError(f"unexpected {tokens[rest]!r}")
    return expr


def _tokenize(text: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(f"unexpected {text[position : position + 1]!r}")
        tokens.append(match.group(1) or match.group(2) or match.group(3))
        position = match.end()
    return tokens


def _parse_sum(tokens: list[str], i: int, depth: int) -> tuple[Expr, int]:
    left, i = _parse_product(tokens, i, depth)
    while i < len(tokens) and tokens[i] in "+-":
        right, j = _parse_product(tokens, i + 1, depth)
        left, i = (tokens[i], left, right), j
    return left, i


def _parse_product(tokens: list[str], i: int, depth: int) -> tuple[Expr, int]:
    left, i = _parse_factor(tokens, i, depth)
    while i < len(tokens) and tokens[i] not in "+-)":
        explicit = tokens[i] in "*/"
        if not explicit and tokens[i].isdigit():
            raise ExpressionError("two numbers side by side")
        right, j = _parse_factor(tokens, i + 1 if explicit else i, depth)
        left, i = (tokens[i] if explicit else "*", left, right), j
    return left, i


def _parse_factor(tokens: list[str], i: int, depth: int) -> tuple[Expr, int]:
    if i >= len(tokens):
        raise ExpressionError("the expression ends too early")
    if depth > MAX_DEPTH:
        raise ExpressionError(f"more than {MAX_DEPTH} parentheses or signs inside one another")
    token = tokens[i]
    if token.isdigit():
        return int(token), i + 1
    if token.isalpha():
        return token, i + 1
    if token == "-":
        inner, i = _parse_factor(tokens, i + 1, depth + 1)
        return (-inner, i) if isinstance(inner, int) else (("*", -1, inner), i)
    if token == "(":
        inner, i = _parse_sum(tokens, i + 1, depth + 1)
        if i >= len(tokens) or tokens[i] != ")":
            raise ExpressionError("a parenthesis is not closed")
        return inner, i + 1
    raise ExpressionError(f"unexpected {token!r}")


def render(expr: Expr, leading: bool = True) -> str:
    """The expression with the parentheses it needs; a negative number inside stands in parentheses."""
    if isinstance(expr, str):
        return expr
    if isinstance(expr, int):
        return str(expr) if expr >= 0 or leading else f"({expr})"
    op, left, right = expr
    shown_left = render(left, leading)
    if isinstance(left, tuple) and PRECEDENCE[left[0]] < PRECEDENCE[op]:
        shown_left = f"({render(left)})"
    shown_right = render(right, False)
    if isinstance(right, tuple) and PRECEDENCE[right[0]] <= PRECEDENCE[op]:
        shown_right = f"({render(right)})"
    return f"{shown_left} {op} {shown_right}"


def linear_form(expr: Expr) -> tuple[Fraction, Fraction]:
    """(coefficient of the unknown, constant). Raises ExpressionError on a product of unknowns or a division by 0."""
    if isinstance(expr, int):
        return Fraction(0), Fraction(expr)
    if isinstance(expr, str):
        return Fraction(1), Fraction(0)
    op, (a, b), (c, d) = expr[0], linear_form(expr[1]), linear_form(expr[2])
    if op == "+":
        return a + c, b + d
    if op == "-":
        return a - c, b - d
    if op == "*":
        if a and c:
            raise ExpressionError("the unknown is multiplied by itself")
        return a * d + c * b, b * d
    if c or not d:
        raise ExpressionError("a division by the unknown or by zero")
    return a / d, b / d


def evaluate(expr: Expr) -> Fraction:
    """The exact value of an expression without an unknown. Raises ExpressionError."""
    slope, constant = linear_form(expr)
    if variables(expr) or slope:
        raise ExpressionError("an expression with an unknown has no value")
    return constant


def variables(expr: Expr) -> set[str]:
    """The names of the unknowns in an expression."""
    if isinstance(expr, tuple):
        return variables(expr[1]) | variables(expr[2])
    return {expr} if isinstance(expr, str) else set()


def solve(left: Expr, right: Expr) -> Fraction:
    """The one solution of left = right. Raises ExpressionError when there is none or any number solves it."""
    (a, b), (c, d) = linear_form(left), linear_form(right)
    if a == c:
        raise ExpressionError("the equation does not have exactly one solution")
    return (d - b) / (a - c)


def count_operations(expr: Expr) -> int:
    """How many operators an expression has."""
    return 1 + count_operations(expr[1]) + count_operations(expr[2]) if isinstance(expr, tuple) else 0


def subexpression_values(expr: Expr) -> list[Fraction]:
    """The values of all sub-expressions (of one without an unknown), the whole one last."""
    if not isinstance(expr, tuple):
        return [evaluate(expr)]
    return [*subexpression_values(expr[1]), *subexpression_values(expr[2]), evaluate(expr)]
