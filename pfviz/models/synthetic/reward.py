r"""The synthetic reward: what an imperfect reward model says of the steps of `pfviz.tiny.chain`, from the truth.

The log-odds of a prefix are normal: mean +s²/2 and deviation s if it is right, mean -s²/2 if it is wrong, as those of a
calibrated judge are who knows so much and no more; the area under its ROC curve is Φ(s/√2). The noise belongs to the
prefix, the same in every slot and run. And there are mistakes that the judge never sees: with probability `blind` a
first mistake goes unnoticed, in that prefix and in all that follow from it, which are scored as if they were right.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pfviz.problems.problem import Problem
from pfviz.rng import derive_text_rng
from pfviz.tiny import chain, oracle
from pfviz.types import IntArray, RewardSession, Step

NAME = "chain"
SPREAD, BLIND = 1.5, 0.1
"""AUC of one step 0.86, and one mistake in ten is never seen."""


@dataclass(frozen=True, slots=True)
class _Prefix:
    steps: tuple[str, ...] = ()
    right: bool = True
    looks_right: bool = True


class ChainReward:
    """A reward model for problems of the synthetic world; `spread` is s."""

    reads_log_probs = False
    reads_tokens = False

    def __init__(self, spread: float = SPREAD, blind: float = BLIND, name: str = NAME) -> None:
        self.spread = spread
        self.blind = blind
        self.name = name

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RewardSession:
        """See `RewardModel.open`; raises `ProblemError` for a problem that is no sum."""
        return ChainRewardSession(self, problem, particles)


class ChainRewardSession:
    """The prefix of each slot, and whether it is right."""

    def __init__(self, reward: ChainReward, problem: Problem, particles: int) -> None:
        self._reward = reward
        self._problem = problem.text
        self._answer = Fraction(sum(chain.read_problem(problem.text)))
        self._prefixes = [_Prefix()] * particles

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`."""
        return {slot: self._append(slot, step.text) for slot, step in steps.items()}

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]

    def _append(self, slot: int, text: str) -> float:
        before = self._prefixes[slot]
        steps = (*before.steps, text)
        rng = derive_text_rng(0, "chain reward", json.dumps([self._problem, *steps]))
        noise, unseen = float(rng.standard_normal()), bool(rng.random() < self._reward.blind)
        right = before.right and oracle.judge_step("arithmetic", self._answer, text)
        looks_right = unseen if before.right and not right else before.looks_right
        self._prefixes[slot] = _Prefix(steps, right, looks_right)
        spread = self._reward.spread
        log_odds = spread * (spread / 2 if looks_right else -spread / 2) + spread * noise
        return 1 / (1 + math.exp(-log_odds))
