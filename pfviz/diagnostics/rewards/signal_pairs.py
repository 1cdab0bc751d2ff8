"""Pairs of a right and a wrong solution of one run, and how many of them a number orders rightly: counts that add up.

Over many runs the sum of the first over that of the last is the AUC within problems, in which all pairs weigh the same.
Of a run that selects they are pairs of those that were selected by the reward itself, and so harder for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.rewards.signals import SIGNALS, score_prefix
from pfviz.diagnostics.truth import true_answer
from pfviz.problems.answers import is_correct
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray

REWARD = "reward"
"""What the run's own reward is called among the signals."""

SIGNAL_TITLES = {REWARD: "the reward", **{signal.name: signal.title for signal in SIGNALS}}


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Of so many `pairs`, those in which the right one is `above` the wrong one, and those in which both are equal."""

    above: int
    ties: int
    pairs: int

    @property
    def won(self) -> float:
        """Pairs that are ordered rightly; a tie is half of one."""
        return self.above + self.ties / 2


@dataclass(frozen=True, slots=True)
class SignalPairs:
    """The counts for complete solutions, and for the first halves of their steps."""

    complete: PairCounts
    half_way: PairCounts


def count_pairs(scores: FloatArray, right: BoolArray, wrong: BoolArray) -> PairCounts:
    """Count the pairs among (N,) scores; one of nan is in none."""
    known = ~np.isnan(scores)
    differences = np.subtract.outer(scores[right & known], scores[wrong & known])
    return PairCounts(int((differences > 0).sum()), int((differences == 0).sum()), differences.size)


def count_signal_pairs(trace: Trace) -> dict[str, SignalPairs]:
    """Count the pairs of the last sweep's solutions for the reward and each signal, by name; those that the trace does
    not hold are left out, and all are without a right and a wrong answer. Without an answer a solution is in no pair.

    The half of a solution of S steps is its first max(1, ⌊S / 2⌋) steps.
    """
    known = true_answer(trace)
    answers = trace.final_answers
    right = np.array([known is not None and answer is not None and is_correct(answer, known) for answer in answers])
    wrong = np.array([known is not None and answer is not None for answer in answers]) & ~right
    if not right.any() or not wrong.any():
        return {}
    ways = [trace.solution(trace.steps - 1, n) for n in range(trace.particles)]
    complete = [_score(trace, way) for way in ways]
    half_way = [_score(trace, way[: max(1, len(way) // 2)]) for way in ways]
    found = {}
    for name in complete[0]:
        whole, half = (np.array([one[name] for one in scored]) for scored in (complete, half_way))
        if not np.isnan(whole).all():
            found[name] = SignalPairs(count_pairs(whole, right, wrong), count_pairs(half, right, wrong))
    return found


def _score(trace: Trace, way: list[tuple[int, int]]) -> Mapping[str, float]:
    steps = [trace.written_step(*node) for node in way]
    return {REWARD: float(trace.rewards[way[-1]]), **score_prefix(steps)}


def pairs_to_numbers(pairs: Mapping[str, SignalPairs]) -> dict[str, list[int]]:
    """As a file holds them: above, ties and pairs of complete solutions, then those of halves."""
    return {
        name: [number for one in (found.complete, found.half_way) for number in (one.above, one.ties, one.pairs)]
        for name, found in pairs.items()
    }


def pairs_from_numbers(numbers: Mapping[str, Sequence[int]]) -> dict[str, SignalPairs]:
    """What `pairs_to_numbers` wrote; raises TypeError or ValueError for what it did not."""
    return {
        str(name): SignalPairs(PairCounts(*map(int, row[:3])), PairCounts(*map(int, row[3:])))
        for name, row in numbers.items()
    }
