"""Faults to plant into a reward: what the lab must find again.

Each takes the scores that a sound reward gives to the prefixes of a solution and makes others of them. They are here to
try the lab, and know nothing of how it looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pfviz.diagnostics.truth import judge_with_oracle as judge_steps
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.lab.table.wording import has_negative, max_digits, operation
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.rng import derive_text_rng
from pfviz.types import FloatArray

ScoreFunction = Callable[[Problem, Sequence[str]], Sequence[float]]
"""A problem and the steps of a solution -> a score in [0, 1] for each of its prefixes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: `spoil(sound)` gives the scores of the spoilt reward; `causes` are names of findings that name it."""

    name: str
    spoil: Callable[[ScoreFunction], ScoreFunction]
    causes: tuple[str, ...]


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def _change_each_score(
    change: Callable[[float, Problem, Sequence[str]], float],
) -> Callable[[ScoreFunction], ScoreFunction]:
    """A change of each prefix's score by itself, from (score, problem, steps of the prefix)."""

    def spoil(sound: ScoreFunction) -> ScoreFunction:
        def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
            return [_clip(change(score, problem, steps[: k + 1])) for k, score in enumerate(sound(problem, steps))]

        return scores

    return spoil


def _count_characters(steps: Sequence[str]) -> int:
    return sum(map(len, steps))


def _add_noise(score: float, problem: Problem, steps: Sequence[str]) -> float:
    rng = derive_text_rng(0, "planted noise", problem.text + SEPARATOR.join(steps))
    return score + 0.35 * float(rng.standard_normal())


IsHidden = Callable[[Problem, Sequence[str]], bool]
"""Whether the last step of a prefix is one that the spoilt reward does not judge."""


def _ignore_steps(hidden: IsHidden) -> Callable[[ScoreFunction], ScoreFunction]:
    """What the hidden steps take from the score is given back, at once and for good."""

    def spoil(sound: ScoreFunction) -> ScoreFunction:
        def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
            kept, level, before = [], 1.0, 1.0
            for k, score in enumerate(sound(problem, steps)):
                share = min(1.0, score / before) if before > 0 else 1.0
                level *= 1.0 if hidden(problem, steps[: k + 1]) else share
                kept.append(level)
                before = score
            return kept

        return scores

    return spoil


def _is_operation(sign: str) -> IsHidden:
    return lambda problem, steps: operation(steps[-1]) == sign


def _sign_is_wrong(problem: Problem, steps: Sequence[str]) -> bool:
    """Whether the last step is the first wrong one, and would be right with other signs at one of its numbers."""

    def right(last: str) -> bool:
        return judge_steps(problem, [*steps[:-1], last])[-1]

    if right(steps[-1]) or (len(steps) > 1 and not judge_steps(problem, list(steps[:-1]))[-1]):
        return False
    return any(right(last) for last in _flip_each_sign(steps[-1]))


def _flip_each_sign(text: str) -> Iterator[str]:
    """The text with the sign of one of its numbers turned, everywhere where it stands or behind its first equals sign;
    a minus sign before a number is once that of a subtraction, which stays, and once its own."""
    start = text.find("=") + 1
    for number in dict.fromkeys(re.findall(r"\d+", text)):
        for pattern in (rf"(?<![\d-])(-?)\b{number}\b(?!\d)", rf"(-?)\b{number}\b"):
            for head in ("", text[:start]):
                yield head + re.sub(pattern, _flip_sign, text[len(head) :])


def _flip_sign(match: re.Match[str]) -> str:
    return match[0][1:] if match[1] else f"-{match[0]}"


def _delay_one_step(sound: ScoreFunction) -> ScoreFunction:
    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        return [1.0, *list(sound(problem, steps))[:-1]][: len(steps)]

    return scores


def _ignore_last_step(sound: ScoreFunction) -> ScoreFunction:
    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        found = list(sound(problem, steps))
        return [
            (found[k - 1] if k else 1.0) if "\\boxed" in step else score
            for k, (score, step) in enumerate(zip(found, steps, strict=True))
        ]

    return scores


def _forget_errors(sound: ScoreFunction) -> ScoreFunction:
    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        found = [1.0, *sound(problem, steps)]
        return [1.0 if before < 0.5 else score for before, score in pairwise(found)]

    return scores


def _has_negative_answer(problem: Problem) -> bool:
    return str(problem.truth).startswith("-")


def _smooth_scores(sound: ScoreFunction) -> ScoreFunction:
    """Half of it is the score of the step before, which is 1 before the first."""

    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        return [(before + score) / 2 for before, score in pairwise([1.0, *sound(problem, steps)])]

    return scores


def _delay_two_steps(sound: ScoreFunction) -> ScoreFunction:
    return _delay_one_step(_delay_one_step(sound))


FAULTS: tuple[Fault, ...] = (
    Fault("length bias", _change_each_score(lambda r, p, s: 0.6 * r + 0.004 * _count_characters(s)), ("length",)),
    Fault("ignores signs", _ignore_steps(_sign_is_wrong), ("blind",)),
    Fault("ignores the last step", _ignore_last_step, ("blind", "late")),
    Fault("always high early", _change_each_score(lambda r, p, s: 0.95 if len(s) <= 1 else r), ("blind", "early")),
    Fault("noise", _change_each_score(_add_noise), ("noise",)),
    Fault(
        "inverted on long problems",
        _change_each_score(lambda r, p, s: 1 - r if len(p.text) > 60 else r),
        ("subgroup",),
    ),
    Fault("blind to multiplication", _ignore_steps(_is_operation("*")), ("blind",)),
    Fault("saturated at 0.99", _change_each_score(lambda r, p, s: 0.98 + 0.01 * r), ("saturated",)),
    Fault("repeats the previous score", _delay_one_step, ("late",)),
    Fault("favours a phrase", _change_each_score(lambda r, p, s: 0.6 * r + 0.4 * ("so we have" in s[-1])), ("taste",)),
    Fault("rises with every step", _change_each_score(lambda r, p, s: 0.6 * r + 0.08 * len(s)), ("drift",)),
    Fault("forgets earlier errors", _forget_errors, ("forgets",)),
    Fault("says nothing", _change_each_score(lambda r, p, s: 0.5), ("silent",)),
    Fault("upside down", _change_each_score(lambda r, p, s: 1 - r), ("inverted",)),
    Fault("dislikes large numbers", _change_each_score(lambda r, p, s: r - 0.3 * (max_digits(s[-1]) >= 2)), ("taste",)),
    Fault("dislikes negative numbers", _change_each_score(lambda r, p, s: r - 0.3 * has_negative(s[-1])), ("taste",)),
    Fault("squeezed together", _change_each_score(lambda r, p, s: 0.4 + 0.2 * r), ("narrow",)),
    Fault("notices slowly", _smooth_scores, ("late",)),
    Fault("notices two steps late", _delay_two_steps, ("late",)),
    Fault("the second step is not judged", _change_each_score(lambda r, p, s: 0.95 if len(s) == 2 else r), ("blind",)),
    Fault(
        "inverted on negative answers",
        _change_each_score(lambda r, p, s: 1 - r if _has_negative_answer(p) else r),
        ("subgroup",),
    ),
)  # fmt: skip


def spoil_rewards(rows: PrefixTable, fault: Fault, truths: Mapping[str, str | None]) -> FloatArray:
    """(R,) what the reward of the rows would have been with the fault in it; `truths` by problem text.

    Of runs that do not select this is what a run with the spoilt reward gives: what is written does not depend on it.
    """
    found = np.empty(len(rows))
    for row in range(len(rows)):
        path = rows.path(row)
        text = rows.problems[rows.problem[row]]
        recorded, steps = rows.reward[path].tolist(), [rows.texts[i] for i in path]
        found[row] = fault.spoil(_RecordedScores(recorded))(Problem(text, truths.get(text)), steps)[-1]
    return found


@dataclass(frozen=True, slots=True)
class _RecordedScores:
    """The scores of one solution, as they were."""

    scores: Sequence[float]

    def __call__(self, problem: Problem, steps: Sequence[str]) -> Sequence[float]:
        return self.scores[: len(steps)]
