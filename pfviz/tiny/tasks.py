"""What the embedded world is made of: a task, and a walk through its solution with the truth of every step."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

Kind = Literal["arithmetic", "equation", "story"]


@dataclass(frozen=True, slots=True)
class Task:
    """A problem as a visitor would type it, its kind, its exact answer, and where a solution starts."""

    kind: Kind
    text: str
    answer: Fraction
    start: Any  # an Expr, or an Equation: what `solve` of its kind walks from
    core: str  # the mathematics without the phrasing; held-out problems are chosen by its hash


@dataclass(frozen=True, slots=True)
class Line:
    """One written step, and whether the prefix that ends with it is right."""

    text: str
    ok: bool


def format_number(number: Fraction | int) -> str:
    """A number as solutions write it: an integer, or a reduced fraction."""
    return str(Fraction(number))


def final_sentence(number: Fraction | int) -> str:
    """The sentence that ends every solution."""
    return f"The answer is \\boxed{{{format_number(number)}}}."


def misread(rng: random.Random, number: int) -> int:
    """A believable wrong result: off by one, two or ten, two digits swapped, or a lost sign."""
    digits = str(abs(number))
    options = [number + 1, number - 1, number + 10, number - 10, number + 2, number - 2]
    if len(digits) >= 2 and digits[0] != digits[1] and digits[1] != "0":
        options.append(int(digits[1] + digits[0] + digits[2:]) * (1 if number >= 0 else -1))
    if number < 0:
        options.append(-number)
    options = [option for option in options if option != number and (option >= 0 or number < 2)]
    return rng.choice(options)
