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

from pfviz.diagnostics.truth import embedded as judged
from pfviz.lab.rows import FloatArray, Rows
from pfviz.lab.wording import has_negative, operation, size
from pfviz.problem import SEPARATOR, Problem
from pfviz.streams import stream_of

Scores = Callable[[Problem, Sequence[str]], Sequence[float]]
"""A problem and the steps of a solution -> a score in [0, 1] for each of its prefixes."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A fault: `spoil(sound)` gives the scores of the spoilt reward; `causes` are names of findings that name it."""

    name: str
    spoil: Callable[[Scores], Scores]
    causes: tuple[str, ...]


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def _each(change: Callable[[float, Problem, Sequence[str]], float]) -> Callable[[Scores], Scores]:
    """A change of each prefix's score by itself, from (score, problem, steps of the prefix)."""

    def spoil(sound: Scores) -> Scores:
        def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
            return [_clip(change(score, problem, steps[: k + 1])) for k, score in enumerate(sound(problem, steps))]

        return scores

    return spoil


def _characters(steps: Sequence[str]) -> int:
    return sum(map(len, steps))


def _noise(score: float, problem: Problem, steps: Sequence[str]) -> float:
    rng = stream_of(0, "planted noise", problem.text + SEPARATOR.join(steps))
    return score + 0.35 * float(rng.standard_normal())


Hidden = Callable[[Problem, Sequence[str]], bool]
"""Whether the last step of a prefix is one that the spoilt reward does not judge."""


def _not_seen(hidden: Hidden) -> Callable[[Scores], Scores]:
    """What the hidden steps take from the score is given back, at once and for good."""

    def spoil(sound: Scores) -> Scores:
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


def _works_out(sign: str) -> Hidden:
    return lambda problem, steps: operation(steps[-1]) == sign


def _sign_is_wrong(problem: Problem, steps: Sequence[str]) -> bool:
    """Whether the last step is the first wrong one, and would be right with other signs at one of its numbers."""

    def right(last: str) -> bool:
        return judged(problem, [*steps[:-1], last])[-1]

    if right(steps[-1]) or (len(steps) > 1 and not judged(problem, list(steps[:-1]))[-1]):
        return False
    return any(right(last) for last in _with_other_signs(steps[-1]))


def _with_other_signs(text: str) -> Iterator[str]:
    """The text with the sign of one of its numbers turned, everywhere where it stands or behind its first equals sign;
    a minus sign before a number is once that of a subtraction, which stays, and once its own."""
    start = text.find("=") + 1
    for number in dict.fromkeys(re.findall(r"\d+", text)):
        for pattern in (rf"(?<![\d-])(-?)\b{number}\b(?!\d)", rf"(-?)\b{number}\b"):
            for head in ("", text[:start]):
                yield head + re.sub(pattern, _turned, text[len(head) :])


def _turned(match: re.Match[str]) -> str:
    return match[0][1:] if match[1] else f"-{match[0]}"


def _late(sound: Scores) -> Scores:
    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        return [1.0, *list(sound(problem, steps))[:-1]][: len(steps)]

    return scores


def _last_step_ignored(sound: Scores) -> Scores:
    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        found = list(sound(problem, steps))
        return [
            (found[k - 1] if k else 1.0) if "\\boxed" in step else score
            for k, (score, step) in enumerate(zip(found, steps, strict=True))
        ]

    return scores


def _forgetful(sound: Scores) -> Scores:
    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        found = [1.0, *sound(problem, steps)]
        return [1.0 if before < 0.5 else score for before, score in pairwise(found)]

    return scores


def _negative(problem: Problem) -> bool:
    return str(problem.truth).startswith("-")


def _smoothed(sound: Scores) -> Scores:
    """Half of it is the score of the step before, which is 1 before the first."""

    def scores(problem: Problem, steps: Sequence[str]) -> list[float]:
        return [(before + score) / 2 for before, score in pairwise([1.0, *sound(problem, steps)])]

    return scores


def _two_late(sound: Scores) -> Scores:
    return _late(_late(sound))


PLANTS: tuple[Plant, ...] = (
    Plant("length bias", _each(lambda r, p, s: 0.6 * r + 0.004 * _characters(s)), ("length",)),
    Plant("ignores signs", _not_seen(_sign_is_wrong), ("blind",)),
    Plant("ignores the last step", _last_step_ignored, ("blind", "late")),
    Plant("always high early", _each(lambda r, p, s: 0.95 if len(s) <= 1 else r), ("blind", "early")),
    Plant("noise", _each(_noise), ("noise",)),
    Plant("inverted on long problems", _each(lambda r, p, s: 1 - r if len(p.text) > 60 else r), ("subgroup",)),
    Plant("blind to multiplication", _not_seen(_works_out("*")), ("blind",)),
    Plant("saturated at 0.99", _each(lambda r, p, s: 0.98 + 0.01 * r), ("saturated",)),
    Plant("repeats the previous score", _late, ("late",)),
    Plant("favours a phrase", _each(lambda r, p, s: 0.6 * r + 0.4 * ("so we have" in s[-1])), ("taste",)),
    Plant("rises with every step", _each(lambda r, p, s: 0.6 * r + 0.08 * len(s)), ("drift",)),
    Plant("forgets earlier errors", _forgetful, ("forgets",)),
    Plant("says nothing", _each(lambda r, p, s: 0.5), ("silent",)),
    Plant("upside down", _each(lambda r, p, s: 1 - r), ("inverted",)),
    Plant("dislikes large numbers", _each(lambda r, p, s: r - 0.3 * (size(s[-1]) >= 2)), ("taste",)),
    Plant("dislikes negative numbers", _each(lambda r, p, s: r - 0.3 * has_negative(s[-1])), ("taste",)),
    Plant("squeezed together", _each(lambda r, p, s: 0.4 + 0.2 * r), ("narrow",)),
    Plant("notices slowly", _smoothed, ("late",)),
    Plant("notices two steps late", _two_late, ("late",)),
    Plant("the second step is not judged", _each(lambda r, p, s: 0.95 if len(s) == 2 else r), ("blind",)),
    Plant("inverted on negative answers", _each(lambda r, p, s: 1 - r if _negative(p) else r), ("subgroup",)),
)  # fmt: skip


def spoilt(rows: Rows, plant: Plant, truths: Mapping[str, str | None]) -> FloatArray:
    """(R,) what the reward of the rows would have been with the fault in it; `truths` by problem text.

    Of runs that do not select this is what a run with the spoilt reward gives: what is written does not depend on it.
    """
    found = np.empty(len(rows))
    for row in range(len(rows)):
        path = rows.path(row)
        text = rows.problems[rows.problem[row]]
        recorded, steps = rows.reward[path].tolist(), [rows.texts[i] for i in path]
        found[row] = plant.spoil(_Recorded(recorded))(Problem(text, truths.get(text)), steps)[-1]
    return found


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The scores of one solution, as they were."""

    scores: Sequence[float]

    def __call__(self, problem: Problem, steps: Sequence[str]) -> Sequence[float]:
        return self.scores[: len(steps)]
