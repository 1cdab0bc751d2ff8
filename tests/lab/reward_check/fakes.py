"""A tiny random reward model that is served right, and ways to serve it wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from pfviz.lab.reward_check.solutions import TriedSolution
from pfviz.models.prm.base import StepTokens
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.types import IntArray, RewardModel, RewardSession, Step
from tests.models import tiny

SOLUTIONS = (
    TriedSolution("add 1 and 2", ("1 + 2 = 3", "so it is 3")),
    TriedSolution("add 1 and 2", ("the sum of both is 1 + 2 = 4, which is a long way to put it", "it is 4")),
    TriedSolution("add 1 and 2", ("it is 3",)),
    TriedSolution("3 * 4 - 2", ("3 * 4 = 12", "12 - 2 = 10", "that is 10, as far as one can tell", "10")),
)


def good_reward(kind: type[TokenClassifierReward] = TokenClassifierReward, tokenizer: Any = None) -> Any:
    """One that nothing is wrong with, unless `kind` or the tokenizer is."""
    tokenizer = tokenizer or tiny.tokenizer(merged=("\n\n", "\t", ","))
    return kind(tiny.classifier(vocabulary=len(tokenizer)), tokenizer, "tiny", chat=True)


class WithoutSeparator(TokenClassifierReward):
    """Reads the reward at the last token of the text."""

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        asked = super().encode_step(text, first=first, whole=whole)
        return StepTokens(asked.ids[: -len(self.separator_ids)])


@contextmanager
def ignoring_masks(reward: Any) -> Iterator[Any]:
    """The model attends to padding, as it does where nobody passes on the mask."""
    forward = reward.model.forward
    reward.model.forward = lambda *args, attention_mask=None, **options: forward(*args, **options)
    try:
        yield reward
    finally:
        del reward.model.forward


class Changed:
    """Another reward model's rewards, changed: each by `change` of the reward and the characters read so far; all of a
    call by `together`, of the rewards by slot and the lengths by slot."""

    reads_log_probs = False

    def __init__(
        self,
        reward: RewardModel,
        change: Callable[[float, int], float] = lambda value, size: value,
        together: Callable[[dict[int, float], dict[int, int]], dict[int, float]] = lambda values, sizes: values,
        *,
        forgets: bool = False,
    ) -> None:
        self.name, self.reward, self.change, self.together, self.forgets = "changed", reward, change, together, forgets

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> ChangedSession:
        return ChangedSession(self, problem, particles)


class ChangedSession:
    def __init__(self, by: Changed, problem: Problem, particles: int) -> None:
        self.by, self.problem, self.particles = by, problem, particles
        self.session: RewardSession = by.reward.open(problem, particles=particles)
        self.sizes = dict.fromkeys(range(particles), len(problem.text))
        self.notes: list[str] = []

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        if self.by.forgets:
            self.session = self.by.reward.open(self.problem, particles=self.particles)
        for slot, step in steps.items():
            self.sizes[slot] += len(step.text)
        found = {slot: self.by.change(value, self.sizes[slot]) for slot, value in self.session.score(steps).items()}
        return self.by.together(found, {slot: self.sizes[slot] for slot in steps})

    def select(self, ancestors: IntArray) -> None:
        self.session.select(ancestors)
        self.sizes = {n: self.sizes[int(a)] for n, a in enumerate(ancestors)}


def shorter_ones_sink(values: dict[int, float], sizes: dict[int, int]) -> dict[int, float]:
    """As if what fills up the shorter texts of a batch were read."""
    longest = max(sizes.values())
    return {slot: value * 0.5 ** (sizes[slot] < longest) for slot, value in values.items()}


def first_slot_wins(values: dict[int, float], sizes: dict[int, int]) -> dict[int, float]:
    """As if rows of a batch were mixed up: the first has what the last should have."""
    slots = sorted(values)
    return dict(zip(slots, np.roll([values[slot] for slot in slots], 1).tolist(), strict=True))
