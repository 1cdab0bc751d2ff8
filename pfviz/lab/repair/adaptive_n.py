"""Tokens that could have been saved: when would a rule have stopped drawing solutions of a recorded run?

Only runs that do not select can say it, as their solutions do not depend on each other: any order of them is as good as
the recorded one. Each rule sees the solutions one by one and stops; what it did not draw it saves.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.inference.methods import METHODS
from pfviz.models.rewards.calibration_map import CalibrationMap
from pfviz.problems.answers import canonical_answer, is_correct
from pfviz.rng import derive_rng
from pfviz.stats.isotonic import beta_tail
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray, IntArray

CONFIDENCE = 0.99  # that one of the solutions is right, of instance-adaptive scaling
MAJORITY, MIN_VOTES = 0.75, 4
BETA_CONFIDENCE = 0.95
ORDERS = 16


@dataclass(frozen=True, eq=False, slots=True)
class DrawnSolutions:
    """The solutions of a run, N of them: answers in canonical form (None without one), the tokens of each, and how
    likely each is to end right by its first step (NaN where there is no map)."""

    answers: tuple[str | None, ...]
    tokens: IntArray  # (N,)
    chances: FloatArray  # (N,)


Rule = Callable[[DrawnSolutions], int]
"""The solutions in the order in which they are drawn -> how many of them are drawn, at least one."""


def samples_needed(chance: float, confidence: float = CONFIDENCE) -> int:
    """Return how many solutions hold a right one with that confidence, if each is right with that chance:
    ⌈log(1 - C) / log(1 - p)⌉ (Park et al., arXiv 2506.09338)."""
    if chance >= 1:
        return 1
    if chance <= 0:
        return 2**31
    return max(1, math.ceil(math.log1p(-confidence) / math.log1p(-chance) - 1e-9))


def stop_by_chance(drawn: DrawnSolutions) -> int:
    """Instance-adaptive scaling: stop when as many are drawn as the mean chance of their first steps asks for."""
    for n in range(1, len(drawn.answers) + 1):
        if n >= samples_needed(float(drawn.chances[:n].mean())):
            return n
    return len(drawn.answers)


def stop_by_majority(drawn: DrawnSolutions, share: float = MAJORITY, least: int = MIN_VOTES) -> int:
    """Stop when an answer has that share of the votes, of `least` at least."""
    for n, (first, _, votes) in enumerate(_count_votes(drawn.answers), start=1):
        if votes >= least and first >= share * votes:
            return n
    return len(drawn.answers)


def stop_by_beta(drawn: DrawnSolutions, confidence: float = BETA_CONFIDENCE) -> int:
    """Stop when the first answer is ahead of the second for good with that probability: that of p > 1/2 under
    Beta(v₁ + 1, v₂ + 1) (Aggarwal et al., Adaptive-Consistency, arXiv 2305.11860)."""
    for n, (first, second, _) in enumerate(_count_votes(drawn.answers), start=1):
        if first and beta_tail(first + 1, second + 1, 0.5) >= confidence:
            return n
    return len(drawn.answers)


RULES: dict[str, tuple[str, Rule]] = {
    "chance": (f"enough for a right one with {CONFIDENCE:.0%} (instance-adaptive)", stop_by_chance),
    "majority": (f"an answer has {MAJORITY:.0%} of at least {MIN_VOTES} votes", stop_by_majority),
    "beta": (f"the first answer stays ahead with {BETA_CONFIDENCE:.0%} (Beta)", stop_by_beta),
}
"""Name -> what makes it stop, and the rule."""


def _count_votes(answers: Sequence[str | None]) -> list[tuple[int, int, int]]:
    """After each solution: the votes of the first answer, of the second, and of all."""
    counts: Counter[str] = Counter()
    found = []
    for answer in answers:
        if answer is not None:
            counts[answer] += 1
        ahead = [count for _, count in counts.most_common(2)] + [0, 0]
        found.append((ahead[0], ahead[1], sum(counts.values())))
    return found


def vote(answers: Sequence[str | None]) -> str | None:
    """Return the answer that most give, the one that came first of several; None without any."""
    counts = Counter(answer for answer in answers if answer is not None)
    return counts.most_common(1)[0][0] if counts else None


@dataclass(frozen=True, slots=True)
class Savings:
    """What a rule would have done to runs: means over `runs` and orders. `changed`: the share in which another answer
    has most votes than of all solutions; accuracies are NaN where no truth is known."""

    rule: str
    title: str
    runs: int
    drawn: float  # solutions of a run
    saved: float  # share of all tokens
    changed: float
    accuracy: float
    full_accuracy: float


def drawn_solutions(trace: Trace, calibration: CalibrationMap | None = None) -> DrawnSolutions:
    """Return the solutions of the last sweep."""
    tokens = [
        sum(int(trace.tokens[node]) for node in trace.solution(trace.steps - 1, n)) for n in range(trace.particles)
    ]
    chances = np.full(trace.particles, np.nan) if calibration is None else calibration.apply_low(trace.rewards[0])
    answers = tuple(None if answer is None else canonical_answer(answer) for answer in trace.final_answers)
    return DrawnSolutions(answers, np.array(tokens, dtype=np.int64), chances)


def is_independent(trace: Trace) -> bool:
    """Return whether no solution of a run depended on another: it has a step, and nothing was selected."""
    sampling = trace.method in METHODS and METHODS[trace.method].family == "sampling"
    return bool(trace.steps and trace.particles > 1 and sampling and not trace.resampled.any())


def measure_savings(
    traces: Sequence[Trace], maps: dict[str, CalibrationMap] | None = None, *, orders: int = ORDERS, seed: int = 0
) -> list[Savings]:
    """Return a row for each rule, over the runs whose solutions are independent; none without such a run. `maps` by
    problem give the chances that the first rule needs, from the recorded rewards of first steps."""
    runs = [trace for trace in traces if is_independent(trace)]
    return [
        _measure(name, title, rule, runs, maps or {}, orders, seed)
        for name, (title, rule) in RULES.items()
        if runs and (name != "chance" or all(trace.problem in (maps or {}) for trace in runs))
    ]


def _measure(
    name: str, title: str, rule: Rule, runs: list[Trace], maps: dict[str, CalibrationMap], orders: int, seed: int
) -> Savings:
    counts: list[float] = []
    spent, whole = 0, 0
    changed: list[bool] = []
    right: list[bool] = []
    full_right: list[bool] = []
    for number, trace in enumerate(runs):
        drawn = drawn_solutions(trace, maps.get(trace.problem))
        full = vote(drawn.answers)
        graded: dict[str | None, bool] = {
            one: is_correct(one, trace.truth)
            for one in set(drawn.answers)
            if one is not None and trace.truth is not None
        }
        for order in range(orders):
            places = derive_rng(seed, "adaptive order", number, order).permutation(len(drawn.answers))
            shuffled = DrawnSolutions(
                tuple(drawn.answers[place] for place in places), drawn.tokens[places], drawn.chances[places]
            )
            n = rule(shuffled)
            chosen = vote(shuffled.answers[:n])
            counts.append(n)
            spent += int(shuffled.tokens[:n].sum())
            whole += int(shuffled.tokens.sum())
            changed.append(chosen != full)
            if trace.truth is not None:
                right.append(graded.get(chosen, False))
                full_right.append(graded.get(full, False))
    accuracy, full_accuracy = (float(np.mean(one)) if one else math.nan for one in (right, full_right))
    saved = 1 - spent / whole if whole else 0.0
    return Savings(
        name, title, len(runs), float(np.mean(counts)), saved, float(np.mean(changed)), accuracy, full_accuracy
    )
