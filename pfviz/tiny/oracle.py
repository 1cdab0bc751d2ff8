"""The exact oracle: which steps of a written solution are right, whoever wrote them.

A step is right when the equation it states is true and what it leaves to do still has the problem's answer. A prefix is
right while all its steps are; text that is no step of this world is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from pfviz.tiny.expressions import ExpressionError, evaluate, parse, solve, variables
from pfviz.tiny.tasks import Kind

_INTEGER = r"-?[0-9]{1,12}"
_BOXED = rf"The answer is \\boxed\{{({_INTEGER}(?:/[1-9][0-9]{{0,11}})?)\}}\."
_NEED = re.compile(r"We need (.+)\.")
_REDUCTION = re.compile(rf"(.+?) = ({_INTEGER})(?:, so we have (.+)\.|\. {_BOXED})")
_EQUATION = re.compile(rf"[A-Z][^:=]*: (.+?) = ([^.]+)\.(?: {_BOXED})?")


def judge_steps(kind: Kind, answer: Fraction, steps: Sequence[str]) -> list[bool]:
    """For each prefix of the solution, whether it is right."""
    verdicts: list[bool] = []
    ok = True
    for step in steps:
        ok = ok and judge_step(kind, answer, step)
        verdicts.append(ok)
    return verdicts


def is_step(text: str) -> bool:
    """Whether a text has the form of a step of this world, right or wrong."""
    return any(form.fullmatch(text) for form in (_NEED, _REDUCTION, _EQUATION))


def judge_step(kind: Kind, answer: Fraction, step: str) -> bool:
    """Whether a step is right, if all before it are."""
    try:
        if kind == "equation":
            return _is_right_equation(answer, step)
        need = _NEED.fullmatch(step)
        if need is not None:
            return kind == "story" and evaluate(parse(need[1])) == answer
        return _is_right_reduction(answer, step)
    except (ExpressionError, ZeroDivisionError):
        return False


def _is_right_equation(answer: Fraction, step: str) -> bool:
    match = _EQUATION.fullmatch(step)
    if match is None:
        return False
    left, right = parse(match[1]), parse(match[2])
    if not variables(left) or solve(left, right) != answer:
        return False
    return match[3] is None or Fraction(match[3]) == answer


def _is_right_reduction(answer: Fraction, step: str) -> bool:
    match = _REDUCTION.fullmatch(step)
    if match is None or evaluate(parse(match[1])) != Fraction(match[2]):
        return False
    if match[3] is not None:
        return evaluate(parse(match[3])) == answer
    return Fraction(match[4]) == answer and Fraction(match[2]) == answer
