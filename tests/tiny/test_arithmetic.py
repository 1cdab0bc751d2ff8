"""Arithmetic: expressions within limits, right answers, and reductions whose slips are known."""

from __future__ import annotations

import random

import pytest

from pfviz.tiny import arithmetic, oracle
from pfviz.tiny.expressions import count_operations, evaluate, parse, render, subexpression_values
from tests.tiny.expected import boxed, evaluated


def test_tasks_are_within_limits_and_answers_are_exact() -> None:
    counts = set()
    for seed in range(500):
        task = arithmetic.make_task(random.Random(seed))
        assert task.answer == evaluated(task.core)
        assert all(v.denominator == 1 and abs(v) <= arithmetic.MAX_VALUE for v in subexpression_values(task.start))
        counts.add(count_operations(task.start))
    assert counts == {1, 2, 3, 4, 5, 6}


def test_every_phrasing_is_drawn() -> None:
    texts = [arithmetic.make_task(random.Random(seed)).text for seed in range(1500)]
    for phrasing in arithmetic.PHRASINGS:
        before, after = phrasing.split("{}")
        assert any(text.startswith(before) and text.endswith(after) for text in texts), phrasing
    assert any("×" in text for text in texts)
    assert any("÷" in text for text in texts)
    assert any(" " not in text for text in texts)


def test_a_clean_solution(subtests: pytest.Subtests) -> None:
    for seed in range(150):
        with subtests.test(seed=seed):
            rng = random.Random(seed)
            task = arithmetic.make_task(rng)
            lines = arithmetic.solve(rng, task.start, task.answer)
            assert 1 <= len(lines) <= 6
            assert len(lines) == count_operations(task.start)
            assert all(line.ok for line in lines)
            assert all(oracle.judge_steps("arithmetic", task.answer, [line.text for line in lines]))
            assert boxed(lines[-1].text) == evaluated(task.core)


def test_slips_are_labelled_as_the_oracle_judges() -> None:
    wrong = ended = 0
    for seed in range(600):
        rng = random.Random(seed)
        task = arithmetic.make_task(rng)
        lines = arithmetic.solve(rng, task.start, task.answer, slip=0.4)
        verdicts = [line.ok for line in lines]
        assert verdicts == oracle.judge_steps("arithmetic", task.answer, [line.text for line in lines])
        assert verdicts == sorted(verdicts, reverse=True)  # once wrong, always wrong
        wrong += not verdicts[-1]
        if boxed(lines[-1].text) == task.answer:
            ended += 1
    assert 200 < wrong < 500
    assert ended >= 600 - wrong


def test_the_first_slip_may_have_a_true_statement() -> None:
    """Wrong order and miscopying state a true equation and go on with a wrong rest."""
    found = 0
    for seed in range(400):
        rng = random.Random(seed)
        task = arithmetic.make_task(rng)
        for line in arithmetic.solve(rng, task.start, task.answer, slip=0.5):
            if not line.ok:
                left, right = line.text.split(". ")[0].split(", so")[0].split(" = ")
                found += evaluated(left) == evaluated(right)
                break
    assert found > 20


def test_reducible_places() -> None:
    expr = parse("(1 + 2) * (3 - 4)")
    places = arithmetic.reducible_paths(expr)
    assert [render(arithmetic.subexpression(expr, place)) for place in places] == ["1 + 2", "3 - 4"]
    assert render(arithmetic.replace_subexpression(expr, places[0], 3)) == "3 * (3 - 4)"


@pytest.mark.parametrize(
    ("op", "a", "b", "result"),
    [
        ("+", 2, 3, 5),
        ("-", 2, 3, -1),
        ("*", 4, 5, 20),
        ("/", 6, 3, 2),
        ("/", 7, 3, None),
        ("/", 7, 0, None),
        ("*", 100, 100, None),
    ],
)
def test_apply(op: str, a: int, b: int, result: int | None) -> None:
    assert arithmetic.apply_operator(op, a, b) == result


def test_miscopying_changes_what_is_written() -> None:
    expr = parse("12 + 3 * 4")
    rng = random.Random(0)
    others = [arithmetic.miscopy(rng, expr) for _ in range(100)]
    assert all(other != expr for other in others)
    assert len({render(other) for other in others}) > 10
    assert any(evaluate(other) != evaluate(expr) for other in others)
