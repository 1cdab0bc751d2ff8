"""Equations: exact solutions, transformations that keep them, and slips that are known."""

from __future__ import annotations

import random
import re

import pytest

from pfviz.tiny import equations, oracle
from tests.tiny.expected import boxed, evaluated


def test_every_answer_solves_its_equation() -> None:
    for seed in range(500):
        task = equations.make_task(random.Random(seed))
        left, right = task.core.split(" = ")
        name = task.start.x
        assert evaluated(left, **{name: task.answer}) == evaluated(right, **{name: task.answer}), task.core
        assert evaluated(left, **{name: task.answer + 1}) != evaluated(right, **{name: task.answer + 1}), task.core
        assert task.answer.denominator == 1


def test_every_phrasing_is_drawn() -> None:
    texts = [equations.make_task(random.Random(seed)).text for seed in range(2000)]
    for phrasing in equations.PHRASINGS:
        pattern = re.escape(phrasing).replace("@", "[a-z]").replace(r"\{\}", "[^a-z]*[a-z][^a-z]*(?:[a-z][^a-z]*)?")
        assert any(re.fullmatch(pattern, text) for text in texts), phrasing


def test_every_form_is_drawn() -> None:
    cores = [re.sub("[a-z]", "x", equations.make_task(random.Random(seed)).core) for seed in range(600)]
    forms = {
        "ax + b = c": r"\d+x [+-] \d+ = -?\d+",
        "b - ax = c": r"\d+ - \d+x = -?\d+",
        "x + b = c": r"x [+-] \d+ = -?\d+",
        "ax = c": r"\d+x = -?\d+",
        "k(x + b) = c": r"\d+\(x [+-] \d+\) = -?\d+",
        "k(x + b) + c = d": r"\d+\(x [+-] \d+\) [+-] \d+ = -?\d+",
        "ax + b = cx + d": r"\d+x [+-] \d+ = \d*x.*",
        "x / d + b = c": r"x / \d+ [+-] \d+ = -?\d+",
        "ax + bx + c = d": r"\d+x \+ \d*x.* = -?\d+",
    }
    for form, pattern in forms.items():
        assert any(re.fullmatch(pattern, core) for core in cores), form


def test_a_clean_solution(subtests: pytest.Subtests) -> None:
    for seed in range(150):
        with subtests.test(seed=seed):
            rng = random.Random(seed)
            task = equations.make_task(rng)
            lines = equations.solve(rng, task.start, task.answer)
            assert 1 <= len(lines) <= 6
            assert all(line.ok for line in lines)
            assert all(oracle.judge_steps("equation", task.answer, [line.text for line in lines]))
            assert boxed(lines[-1].text) == task.answer


def test_slips_are_labelled_as_the_oracle_judges() -> None:
    wrong = fractions = 0
    for seed in range(800):
        rng = random.Random(seed)
        task = equations.make_task(rng)
        lines = equations.solve(rng, task.start, task.answer, slip=0.5)
        verdicts = [line.ok for line in lines]
        assert verdicts == oracle.judge_steps("equation", task.answer, [line.text for line in lines]), lines
        wrong += not verdicts[-1]
        answer = boxed(lines[-1].text)
        assert (answer == task.answer) or not verdicts[-1]
        fractions += answer.denominator != 1
    assert 250 < wrong < 750
    assert fractions > 10


@pytest.mark.parametrize(
    ("side", "shown"),
    [
        (equations.Side(3, 5), "3x + 5"),
        (equations.Side(-3, 5, constant_first=True), "5 - 3x"),
        (equations.Side(1, -2, k=4, c=-7), "4(x - 2) - 7"),
        (equations.Side(1, 2, d=3), "x / 3 + 2"),
        (equations.Side(2, 0, second=1), "2x + x"),
        (equations.Side(0, -9), "-9"),
        (equations.Side(0, 0), "0"),
        (equations.Side(-1), "-x"),
    ],
)
def test_sides_are_shown_as_they_are(side: equations.Side, shown: str) -> None:
    assert side.render("x") == shown
    slope, constant = side.coefficients()
    for x in (-2, 0, 5):
        assert evaluated(shown, x=slope * 0 + x) == slope * x + constant
