"""Reward models that let a language model write on after each step, and read the reward from what it writes.

As a process reward model, a prefix is computed once and clones share their row; what is written after it is tried on
copies of the row, which are dropped again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import torch

from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.prm.base import ProcessRewardModel, ProcessRewardSession, StepTokens
from pfviz.problems.problem import Problem
from pfviz.types import IntArray, Step

Prefix = tuple[str, ...]


class BranchingReward(ProcessRewardModel):
    """A reward model from a generator's own model and tokenizer."""

    prompt_options: ClassVar[Mapping[str, Any]] = {"logits_to_keep": 1}

    def __init__(self, generator: CausalLMGenerator, name: str) -> None:
        super().__init__(generator.model, generator.tokenization, name)
        self.eos = generator.eos

    @abstractmethod
    def read_rows(self, session: BranchingSession, rows: range, prefixes: list[Prefix]) -> list[float]:
        """The rewards of rows of the session's cache, which have just read the prefixes (texts of the steps)."""

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> BranchingSession:
        """See `RewardModel.open`."""
        return BranchingSession(self, problem, particles, whole)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("what is written is read, and no logits of a step")


class BranchingSession(ProcessRewardSession):
    """One run's prefixes, and their texts."""

    def __init__(self, reward: BranchingReward, problem: Problem, particles: int, whole: bool) -> None:
        super().__init__(reward, reward.prompt(problem), particles, whole)
        self.problem = problem
        self.cache = self._cache
        self._branching = reward
        self._texts: dict[int, Prefix] = dict.fromkeys(range(particles), ())

    @property
    def whole(self) -> bool:
        """Whether prefixes are scored as a whole."""
        return self._whole

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`."""
        before = dict(self._texts)
        self._texts |= {slot: (*self._texts.get(slot, ()), step.text) for slot, step in steps.items()}
        try:
            return super().score(steps)
        except BaseException:
            self._texts = before
            raise

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        super().select(ancestors)
        self._texts = {n: self._texts[int(a)] for n, a in enumerate(ancestors)}

    @torch.inference_mode()
    def _feed(self, asked: list[StepTokens], start: int) -> list[list[float]]:
        lengths = list(self._cache.lengths)
        model: Any = self._branching.model
        slots = {row: slot for slot, row in self._row.items()}
        rows = range(start, start + len(asked))
        try:
            self._cache.feed(model, [one.step_ids for one in asked], start, logits_to_keep=1)
            found = self._branching.read_rows(self, rows, [self._texts[slots[row]] for row in rows])
        except BaseException:
            self._cache.lengths = lengths
            raise
        return [[reward] for reward in found]
