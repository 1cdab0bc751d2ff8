"""Short problems made by rules: their answers are right, by another way to them."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from pfviz.problems.datasets.everyday import KINDS, load_everyday
from pfviz.problems.problem import Problem

PROBLEMS = load_everyday(40 * len(KINDS), 5)


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"(?:(?<== )-)?\d+", text)]


def matching(pattern: str) -> list[tuple[Problem, list[int]]]:
    found = [(problem, numbers(problem.text)) for problem in PROBLEMS if re.search(pattern, problem.text)]
    assert len(found) > 5
    return found


def test_no_two_are_the_same_and_all_have_an_answer() -> None:
    assert len({problem.text for problem in PROBLEMS}) == len(PROBLEMS)
    assert all(Fraction(str(problem.truth)) is not None for problem in PROBLEMS)


def test_an_expression_comes_to_its_answer() -> None:
    for problem, _ in matching(r"^(What is |Compute )?[\d(][-\d ()+*/^]*[?.]?$"):
        expression = re.sub(r"^(What is|Compute) |[?.]$", "", problem.text).replace("^", "**")
        value = eval(re.sub(r"\d+", lambda number: f"Fraction({number[0]})", expression))
        assert value == Fraction(str(problem.truth)), problem


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ("percent of", lambda p, n, *_: Fraction(p * n, 100)),
        ("% off", lambda price, p: Fraction(price * (100 - p), 100)),
        ("goes up", lambda price, p: Fraction(price * (100 + p), 100)),
        ("^If .* cost", lambda n, cost, m: Fraction(cost, n) * m),
        ("Half of the", lambda n: n - Fraction(n, 2)),
        ("A third of the", lambda n: n - Fraction(n, 3)),
        ("rectangle that", lambda a, b: a * b),
        ("perimeter", lambda a, b: a + b + a + b),
        ("triangle", lambda a, b: Fraction(a * b, 2)),
        ("^Two numbers", lambda total, difference: Fraction(total + difference, 2)),
        ("^If x", lambda total, difference: Fraction(total - difference, 2)),
        (r"^Solve \d+x \+", lambda a, b, c: Fraction(c - b, a)),
        (r"^Solve \d+x -", lambda a, b, c: Fraction(c + b, a)),
        ("times a number", lambda a, b, c: Fraction(c - b, a)),
        ("km per hour", lambda a, b, c, d: a * b + c * d),
        ("times as many .* as .* together", lambda k, n: k * n + n),
        ("more .* Together", lambda more, total: Fraction(total - more, 2)),
        ("That is .* times", lambda n, k: Fraction(n, k)),
        ("gives away", lambda boxes, each, given, more: boxes * each - given + more * each),
        ("change", lambda n, a, m, b, paid: paid - n * a - m * b),
        ("average", lambda *values: Fraction(sum(values), len(values))),
        ("remainder", lambda a, b: a % b),
        ("minutes are", lambda hours, minutes: hours * 60 + minutes),
        ("years older", lambda older, then, years: then - years + older),
        ("ratio", lambda red, blue, n: Fraction(n * red, red + blue)),
        ("every day", lambda daily, weeks, pages: pages - daily * 7 * weeks),
        ("shared equally", lambda n, kept, friends: Fraction(n - kept, friends)),
    ],
)
def test_a_story_comes_to_its_answer(pattern: str, answer: object) -> None:
    assert callable(answer)
    for problem, given in matching(pattern):
        assert answer(*given) == Fraction(str(problem.truth)), problem
        assert Fraction(str(problem.truth)) >= 0
