"""The public constructor: solutions that somebody has, with scores and labels of their steps, → a trace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pfviz.errors import TraceError
from pfviz.text import describe_json, pluralise
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import (
    GivenRun,
    GivenSolution,
    ReadingOptions,
    build_runs,
    read_separator,
    split_solution,
)
from pfviz.trace.building.score_scales import AUTO
from pfviz.trace.trace import Trace

_LABEL_WORDS = {"+": 1.0, "-": -1.0, "good": 1.0, "neutral": 0.0, "bad": -1.0}
_SENTENCE = "of each solution a list with one for each of its steps"


def from_solutions(
    problem: str,
    solutions: Sequence[str | Sequence[str]],
    *,
    step_rewards: Sequence[Sequence[float] | float] | None = None,
    labels: Sequence[Sequence[float | bool | str | None]] | None = None,
    truth: str | None = None,
    reward: str = "",
    generator: str = "",
    scale: str = AUTO,
    separator: str = "blank-line",
) -> Trace:
    """A trace of N solutions that were written elsewhere, side by side: none of them was copied.

    Args:
        problem: the text of the problem.
        solutions: each a text, which is cut into steps, or a list of its steps.
        step_rewards: of each solution a list with the score of each step, or one number for the whole solution, which
            is then shown as a single step. Without any the labels stand for them; without either every reward is 0.5.
        labels: of each solution a list with the label of each step by itself: 1 or True or "+", good; 0, neutral; -1 or
            False or "-", bad; None, unknown.
        truth: the right answer, where it is known.
        reward: name of the reward model; "unknown" where none is given.
        generator: name of the model that wrote the solutions, likewise.
        scale: how scores become rewards in [0, 1]: "unit", "log-probability", "ten", "percent", "logit"; "auto" goes by
            their range, and a note of the trace says what it took them for.
        separator: what ends a step of a text: "blank-line", "line", or a text.

    Raises:
        TraceError: a value has another type, a list another length than there are steps, or a score or label makes no
            sense; the message names it, as in "step_rewards[2]".
    """
    if not isinstance(problem, str) or not problem.strip():
        raise TraceError(f"problem: expected a text that is not empty; found {describe_json(problem)}")
    for name, value in (("truth", truth), ("reward", reward), ("generator", generator), ("separator", separator)):
        if not isinstance(value, str) and not (name == "truth" and value is None):
            raise TraceError(f"{name}: expected a text; found {describe_json(value)}")
    if isinstance(solutions, str) or not isinstance(solutions, Sequence) or not solutions:
        raise TraceError(f"solutions: expected a list of texts, or of lists of steps; found {describe_json(solutions)}")
    cut = [_read_steps(f"solutions[{k}]", one, read_separator(separator)) for k, one in enumerate(solutions)]
    scores = _read_lists("step_rewards", step_rewards, cut, _read_score, "a number, or " + _SENTENCE)
    marks = _read_lists("labels", labels, cut, _read_label, _SENTENCE)
    given = [
        GivenSolution(steps, None if scores is None else scores[k], None if marks is None else marks[k])
        for k, steps in enumerate(cut)
    ]
    source = Source(problem, truth, generator, reward)
    (found,) = build_runs([GivenRun(source, given)], ReadingOptions(scale, separator))
    return found


def _read_steps(name: str, value: Any, separator: str) -> tuple[str, ...]:
    steps = split_solution(value, separator) if isinstance(value, str) and separator else value
    if isinstance(steps, str) or not isinstance(steps, Sequence) or not all(isinstance(step, str) for step in steps):
        raise TraceError(f"{name}: expected a text, or a list of texts; found {describe_json(value)}")
    if not any(step.strip() for step in steps):
        raise TraceError(f"{name}: has no step; found {describe_json(value)}")
    return tuple(steps)


def _read_lists(
    name: str, value: Any, cut: Sequence[tuple[str, ...]], read: Any, expected: str
) -> list[tuple[float, ...]] | None:
    """Numbers of each step of each solution, None where none are given."""
    if value is None:
        return None
    if isinstance(value, str) or not _is_list(value) or len(value) != len(cut):
        raise TraceError(
            f"{name}: expected a list of {len(cut)}, as there are {pluralise(len(cut), 'solution')}; found "
            f"{describe_json(_plain(value))}"
        )
    found: list[tuple[float, ...]] = []
    for k, (own, steps) in enumerate(zip(value, cut, strict=True)):
        where = f"{name}[{k}]"
        if not _is_list(own):
            if read is _read_label:
                raise TraceError(f"{where}: expected {expected}; found {describe_json(_plain(own))}")
            found.append((read(where, own),))
            continue
        if len(own) != len(steps):
            raise TraceError(
                f"{where}: expected {expected}: the solution has {pluralise(len(steps), 'step')}, the list "
                f"{pluralise(len(own), 'item')}"
            )
        found.append(tuple(read(f"{where}[{t}]", item) for t, item in enumerate(own)))
    return found


def _is_list(value: Any) -> bool:
    return hasattr(value, "__len__") and hasattr(value, "__iter__") and not isinstance(value, str | bytes | dict)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _read_score(where: str, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, str | bool | bytes) or value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if math.isnan(number):
        raise TraceError(f"{where}: expected a number; found {describe_json(_plain(value))}")
    return number


def _read_label(where: str, value: Any) -> float:
    value = _plain(value)
    if isinstance(value, bool):
        return 1.0 if value else -1.0
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return math.nan
    if isinstance(value, str) and value.strip().lower() in _LABEL_WORDS:
        return _LABEL_WORDS[value.strip().lower()]
    if isinstance(value, int | float) and -1 <= value <= 1:
        return float(value)
    raise TraceError(
        f"{where}: expected 1 (good), 0 (neutral), -1 (bad), true, false or null; found {describe_json(value)}"
    )
