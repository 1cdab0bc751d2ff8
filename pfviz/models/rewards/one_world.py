"""A reward that knows the embedded world only, beside a generator that may write in other words: its scores of those
say nothing, and the trace says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pfviz.problems.problem import Problem
from pfviz.tiny.oracle import is_step
from pfviz.types import (
    IntArray,
    RewardModel,
    RewardSession,
    Step,
    TokenRewards,
    reads_entropies,
    reads_log_probs,
    reads_tokens,
)
from pfviz.types import token_rewards as token_rewards_of


class WatchedReward:
    """The reward model inside, and a note where none of the first steps is one of the embedded world."""

    def __init__(self, reward: RewardModel, note: str) -> None:
        self.name = reward.name
        self.reads_entropies, self.reads_log_probs = reads_entropies(reward), reads_log_probs(reward)
        self.reads_tokens = reads_tokens(reward)
        self.reward = reward
        self.note = note

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> WatchedSession:
        """See `RewardModel.open`."""
        return WatchedSession(self.reward.open(problem, particles=particles, whole=whole), self.note)


class WatchedSession:
    """The session of the reward model inside."""

    def __init__(self, inner: RewardSession, note: str) -> None:
        self._inner = inner
        self._note = note
        self._own_notes: list[str] | None = None  # until steps were seen

    @property
    def notes(self) -> Sequence[str]:
        """One's own first, as it is there from the first step on, and then those of the session inside."""
        return [*(self._own_notes or []), *getattr(self._inner, "notes", ())]

    @property
    def token_rewards(self) -> Mapping[int, TokenRewards]:
        """See `RewardSession`."""
        return token_rewards_of(self._inner)

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`."""
        scores = self._inner.score(steps)
        if self._own_notes is None:
            self._own_notes = [] if any(is_step(step.text) for step in steps.values()) else [self._note]
        return scores

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._inner.select(ancestors)
