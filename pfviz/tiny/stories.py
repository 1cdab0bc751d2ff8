"""Word problems: which templates there are, how a story is drawn from them, and how its solution is walked.

A template tells a story and says which expression it asks for; numbers are rejected afterwards, in
`make_task`, when a value inside the expression is negative, not an integer, or too large.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from pfviz.tiny import arithmetic
from pfviz.tiny.expressions import Expr, ExpressionError, count_operations, evaluate, render, subexpression_values
from pfviz.tiny.tasks import Line, Task
from pfviz.tiny.templates.belongings import bags, boxes, collection, half
from pfviz.tiny.templates.people import ages, comparison, groups, leftover, sharing, two_people
from pfviz.tiny.templates.places import bus, reading, rectangle, rows, seats, travel, weather
from pfviz.tiny.templates.trade import change, factory, shopping, wages
from pfviz.tiny.words import StoryWords

Template = Callable[[StoryWords], tuple[str, Expr]]
TEMPLATES: tuple[Template, ...] = (
    collection,  # stays first: the richest by far, drawn more often than the others
    bags,
    seats,
    shopping,
    change,
    sharing,
    travel,
    ages,
    wages,
    rectangle,
    bus,
    boxes,
    reading,
    weather,
    groups,
    comparison,
    rows,
    leftover,
    two_people,
    factory,
    half,
)
MAX_OPERATIONS = 5


def make_task(rng: random.Random) -> Task:
    """A random story with 1-5 operations; all values inside are integers in 0..200."""
    while True:
        words = StoryWords(rng)
        told = TEMPLATES[0] if rng.random() < 0.35 else rng.choice(TEMPLATES[1:])
        text, expr = told(words)
        try:
            inside = subexpression_values(expr)
        except ExpressionError:
            continue
        fitting = all(v.denominator == 1 and 0 <= v <= arithmetic.MAX_VALUE for v in inside)
        if fitting and count_operations(expr) <= MAX_OPERATIONS:
            if rng.random() < 0.05:
                text = text.lower()
            return Task("story", text, Fraction(evaluate(expr)), expr, text)


def solve(rng: random.Random, expr: Expr, answer: Fraction, slip: float = 0.0) -> list[Line]:
    """Say which expression is asked for, then reduce it; each step slips with probability `slip`."""
    written = expr
    if rng.random() < slip:
        for _ in range(6):
            wrong = arithmetic.miscopy(rng, expr)
            if isinstance(wrong, tuple) and arithmetic.is_solvable(wrong) and evaluate(wrong) != evaluate(expr):
                written = wrong
                break
    ok = evaluate(written) == answer
    return [Line(f"We need {render(written)}.", ok), *arithmetic.solve(rng, written, answer, slip, ok)]
