"""A process reward model in the convention of TRL's `PRMTrainer`: a token classifier with two labels.

The sequence is ids(prompt) + Σ (ids(step) + ids(separator)), each part tokenised on its own, as joining the text first
costs accuracy. A step's reward is the probability of class 1 at the last token of the separator after it. Attention is
causal, so a prefix is computed once: each call feeds the new step only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.base import IntArray, Step
from pfviz.models.cache import ForkedCache, check_attention
from pfviz.models.codec import Codec
from pfviz.problem import SEPARATOR, Problem


class TokenClassifierReward:
    """A reward model from a two-label token classifier and its tokenizer.

    `prompt` maps a problem to the ids before the first step; by default the tokenizer's chat template ending where the
    assistant speaks, or, without a template, the beginning-of-sequence token (if there is one) and the problem.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        name: str,
        *,
        separator: str = SEPARATOR,
        system: str | None = None,
        prompt: Callable[[Problem], list[int]] | None = None,
    ) -> None:
        check_attention(model.config)
        if model.config.num_labels != 2:
            raise ModelError(
                f"{name} has {model.config.num_labels} labels; a process reward model of this convention has 2 "
                "(class 1: the steps so far are right)."
            )
        self.name = name
        self.model = model.eval()
        self.codec = Codec(tokenizer, system)
        self.prompt = prompt or self.codec.prompt
        self.separator_ids = self.codec.encode(separator)
        if not self.separator_ids:
            raise ModelError(f"The tokenizer of {name} turns the separator {separator!r} into no tokens.")

    def open(self, problem: Problem, *, particles: int) -> TokenClassifierSession:
        """A session with `particles` slots, each at the end of the prompt, which is computed once."""
        return TokenClassifierSession(self, self.prompt(problem), particles)


class TokenClassifierSession:
    """One run's prefixes: cache row i belongs to slot `_slots[i]`; a finished slot keeps no row."""

    def __init__(self, reward: TokenClassifierReward, prompt: list[int], particles: int) -> None:
        self._reward = reward
        self._device = reward.model.device
        cache = ForkedCache.empty(self._device)
        ids = torch.tensor([prompt], device=self._device)
        cache.feed(reward.model, ids, torch.ones_like(ids, dtype=torch.bool))
        self._cache = cache.fork([0] * particles)
        self._slots = list(range(particles))

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`; a slot whose step finishes it is scored for the last time."""
        missing = set(steps) - set(self._slots)
        if missing:
            raise ModelError(f"Slots {sorted(missing)} are finished or unknown and cannot be scored.")
        if not steps:
            return {}
        rows = [self._ids(steps[slot]) if slot in steps else [] for slot in self._slots]
        cache = self._cache.fork(list(range(len(rows)))) if self._cache.ragged else self._cache.snapshot()
        values = self._feed(cache, rows)
        scores = {}
        for slot, value in zip(self._slots, values, strict=True):
            if slot in steps:
                if not math.isfinite(value):
                    raise ModelError(f"{self._reward.name} scored a step as {value}; its weights may be damaged.")
                scores[slot] = value
        live = [i for i, slot in enumerate(self._slots) if not (slot in steps and steps[slot].finished)]
        self._cache = cache if len(live) == len(self._slots) else cache.fork(live)
        self._slots = [self._slots[i] for i in live]
        return scores

    def _ids(self, step: Step) -> list[int]:
        return self._reward.codec.encode(step.text) + self._reward.separator_ids

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        row_of = {slot: i for i, slot in enumerate(self._slots)}
        kept = [(n, row_of[int(a)]) for n, a in enumerate(ancestors) if int(a) in row_of]
        self._slots = [n for n, _ in kept]
        self._cache = self._cache.fork([i for _, i in kept])

    @torch.inference_mode()
    def _feed(self, cache: ForkedCache, rows: list[list[int]]) -> list[float]:
        """Append each row's ids, right-padded; the probability of class 1 at each row's last one (a row without ids
        gives an arbitrary number)."""
        width = max(len(row) for row in rows)
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=self._device)
        lengths = torch.tensor([len(row) for row in rows], device=self._device)
        real = torch.arange(width, device=self._device)[None, :] < lengths[:, None]
        logits = cache.feed(self._reward.model, ids, real)  # (R, width, 2)
        last = logits[torch.arange(len(rows), device=self._device), lengths - 1]
        values: list[float] = torch.softmax(last.double(), dim=1)[:, 1].tolist()
        return values
