"""A process reward model in the convention of TRL's `PRMTrainer`: a token classifier with two labels.

The sequence is ids(prompt) + Σ (ids(step) + ids(separator)), each part tokenised on its own, as joining the text first
costs accuracy. A step's reward is the probability of class 1 at the last token of the separator after it. Attention is
causal, so a prefix is computed once: each call feeds the new steps only, and one that several slots took only once.

A prefix that is scored as a whole has one separator, at its end, and a line break between steps (a blank line, where
the separator is another one): the separator is fed, read, and cut off the cache again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.base import IntArray, Step
from pfviz.models.cache import ForkedCache
from pfviz.models.codec import Codec
from pfviz.models.memory import Passes
from pfviz.models.packing import prepare
from pfviz.problem import SEPARATOR, Problem

LINE = "\n"


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
        if model.config.num_labels != 2:
            raise ModelError(
                f"{name} has {model.config.num_labels} labels; a process reward model of this convention has 2 "
                "(class 1: the steps so far are right)."
            )
        self.name = name
        self.model = prepare(model.eval())
        self.codec = Codec(tokenizer, system)
        self.prompt = prompt or self.codec.prompt
        self.separator_ids = self.codec.encode(separator)
        # Joined by the separator itself, the steps would read as if each had been followed by it.
        self.joint_ids = self.codec.encode(SEPARATOR if separator != SEPARATOR else LINE)
        if not self.separator_ids:
            raise ModelError(f"The tokenizer of {name} turns the separator {separator!r} into no tokens.")

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> TokenClassifierSession:
        """See `RewardModel.open`; each slot is at the end of the prompt, which is computed once."""
        return TokenClassifierSession(self, self.prompt(problem), particles, whole)


class TokenClassifierSession:
    """One run's prefixes: slot n is row `_row[n]` of the cache; slots with the same steps so far share a row, and a
    finished slot has none. `notes` says where memory ran out."""

    def __init__(self, reward: TokenClassifierReward, prompt: list[int], particles: int, whole: bool = False) -> None:
        self._reward = reward
        self._whole = whole
        self._fresh = set(range(particles)) if whole else set()  # slots whose next step stands behind no other
        self._passes = Passes(reward.name)
        self._cache = ForkedCache()
        self._passes.over(1, lambda *_: self._cache.feed(reward.model, [prompt]))
        self._row = dict.fromkeys(range(particles), 0)

    @property
    def notes(self) -> list[str]:
        return self._passes.notes

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`; a slot whose step finishes it is scored for the last time."""
        missing = set(steps) - self._row.keys()
        if missing:
            raise ModelError(f"Slots {sorted(missing)} are finished or unknown and cannot be scored.")
        if not steps:
            return {}
        ids = {text: self._ids(text) for text in {step.text for step in steps.values()}}
        joint = tuple(self._reward.joint_ids) if self._whole else ()
        apart: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        for slot in sorted(self._row):
            new = (*(() if slot in self._fresh else joint), *ids[steps[slot].text]) if slot in steps else ()
            apart.setdefault((self._row[slot], new), []).append(slot)
        branches = sorted(apart, key=lambda branch: not branch[1])  # those that are fed in front; stable
        self._cache.select([row for row, _ in branches])
        self._row = {slot: row for row, branch in enumerate(branches) for slot in apart[branch]}
        fed = [list(new) for _, new in branches if new]
        values = [value for part in self._passes.over(len(fed), lambda a, b: self._feed(fed[a:b], a)) for value in part]
        if not all(math.isfinite(value) for value in values):
            worst = next(value for value in values if not math.isfinite(value))
            raise ModelError(f"{self._reward.name} scored a step as {worst}; its weights may be damaged.")
        if self._whole:
            self._cut(len(fed))
            self._fresh -= steps.keys()
        scores = {slot: values[self._row[slot]] for slot in steps}
        self._row = {slot: r for slot, r in self._row.items() if slot not in steps or not steps[slot].finished}
        return scores

    def _ids(self, text: str) -> tuple[int, ...]:
        return (*self._reward.codec.encode(text), *self._reward.separator_ids)

    def _cut(self, rows: int) -> None:
        """The first rows are as if they had not been asked: without the separator at their end."""
        lengths = self._cache.lengths
        lengths[:rows] = [length - len(self._reward.separator_ids) for length in lengths[:rows]]

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,). Copies nothing: clones share their row."""
        self._row = {n: self._row[int(a)] for n, a in enumerate(ancestors) if int(a) in self._row}
        self._fresh = {n for n, a in enumerate(ancestors) if int(a) in self._fresh}

    @torch.inference_mode()
    def _feed(self, rows: list[list[int]], start: int) -> list[float]:
        """Append ids to the rows from `start` on; the probability of class 1 at each row's last one."""
        logits = self._cache.feed(self._reward.model, rows, start)  # (T, 2)
        last = torch.tensor([len(row) for row in rows], device=logits.device).cumsum(0) - 1
        values: list[float] = torch.softmax(logits[last].double(), dim=1)[:, 1].tolist()
        return values
