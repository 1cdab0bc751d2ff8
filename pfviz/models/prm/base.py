"""Process reward models that read a prefix of a solution and score it at a token: what all their protocols share.

A protocol says which ids stand before the first step, which ids a step adds, and how the model's output at the last of
them becomes a reward. Attention is causal, so a prefix is computed once: each call feeds the new steps only, and one
that several slots took only once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, ClassVar

import torch

from pfviz.errors import ModelError
from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.out_of_memory import RowBatcher
from pfviz.models.decoding.tensors import to_float64
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.problems.problem import Problem
from pfviz.types import IntArray, Step, TokenRewards


@dataclass(frozen=True, slots=True)
class StepTokens:
    """The ids that a step adds to its prefix, and those that ask for the reward: they are fed after the others, and are
    not there any more when the next step comes. The reward is read at the last id of both.

    A protocol whose model scores every token says with `ends` how many characters of the step's text have been read
    with each of the first ids in `step_ids`; 0 before the text.
    """

    step_ids: tuple[int, ...]
    score_ids: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    @classmethod
    def from_text_ids(
        cls, ids: Sequence[int], ends: Sequence[int], *, score_ids: Sequence[int] = (), lead: Sequence[int] = ()
    ) -> StepTokens:
        """A text's ids and their ends, after others that lead to it."""
        return cls((*lead, *ids), tuple(score_ids), (*(0 for _ in lead), *ends))

    @property
    def ids(self) -> tuple[int, ...]:
        return self.step_ids + self.score_ids

    def token_rewards(self, rewards: Sequence[float]) -> TokenRewards:
        """The rewards at the tokens of the text, to four digits, of those at all ids. Of tokens that are parts of one
        character the last counts; what is no number, or is read without a character more, is left out."""
        found: dict[int, float] = {}
        last = 1
        for end, reward in zip(self.ends, rewards, strict=False):
            if end >= last:
                found[end], last = reward, end
        found = {end: round(reward, 4) for end, reward in found.items() if 0 <= reward <= 1}
        return TokenRewards(tuple(found), tuple(found.values()))


class ProcessRewardModel(ABC):
    """A reward model from a transformer that gives logits (B, T, C) for ids (B, T), and a tokenizer."""

    reads_log_probs = False
    prompt_options: ClassVar[Mapping[str, Any]] = {}  # of the pass over the prompt, whose output is not read

    def __init__(self, model: Any, tokenizer: Any, name: str, *, system: str | None = None) -> None:
        self.name = name
        self.model = cache_choice.prepare_for_cache(model.eval())
        self.tokenization = tokenizer if isinstance(tokenizer, Tokenization) else Tokenization(tokenizer, system)

    @abstractmethod
    def prompt(self, problem: Problem) -> list[int]:
        """The ids before the first step."""

    @abstractmethod
    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        """What a step adds. `first`: no step stands before it; `whole`: see `RewardModel.open`."""

    @abstractmethod
    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        """(R,) rewards in [0, 1] from the logits (R, C), float64, at R ids."""

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> ProcessRewardSession:
        """See `RewardModel.open`; each slot is at the end of the prompt, which is computed once."""
        return ProcessRewardSession(self, self.prompt(problem), particles, whole)


class ProcessRewardSession:
    """One run's prefixes: slot n is row `_row[n]` of the cache; slots with the same steps so far share a row, and a
    finished slot has none. `notes` says where memory ran out, `token_rewards` what was read inside of the steps scored
    last, where the protocol reads it."""

    def __init__(self, reward: ProcessRewardModel, prompt: list[int], particles: int, whole: bool = False) -> None:
        self._reward = reward
        self._whole = whole
        self._fresh = set(range(particles))  # slots without a step
        self._batcher = RowBatcher(reward.name)
        self._cache = cache_choice.make_cache(reward.model)
        if note := cache_choice.get_note(reward.model, reward.name):
            self._batcher.notes.append(note)
        self._batcher.run(1, lambda *_: self._cache.feed(reward.model, [prompt], **reward.prompt_options))
        self._row = dict.fromkeys(range(particles), 0)
        self.token_rewards: Mapping[int, TokenRewards] = {}

    @property
    def notes(self) -> list[str]:
        return self._batcher.notes

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`; a slot whose step finishes it is scored for the last time."""
        missing = set(steps) - self._row.keys()
        if missing:
            raise ModelError(f"Slots {sorted(missing)} are finished or unknown and cannot be scored.")
        self.token_rewards = {}
        if not steps:
            return {}
        fed = self._assign_rows(steps)
        read = [row for part in self._batcher.run(len(fed), lambda a, b: self._feed(fed[a:b], a)) for row in part]
        values = [row[-1] for row in read]
        if not all(math.isfinite(value) for value in values):
            worst = next(value for value in values if not math.isfinite(value))
            raise ModelError(f"{self._reward.name} scored a step as {worst}; its weights may be damaged.")
        for row, asked in enumerate(fed):  # as if it had not been asked
            self._cache.lengths[row] -= len(asked.score_ids)
        self._fresh -= steps.keys()
        scores = {slot: values[self._row[slot]] for slot in steps}
        told = [asked.token_rewards(row) for asked, row in zip(fed, read, strict=True)]
        self.token_rewards = {slot: told[self._row[slot]] for slot in steps if told[self._row[slot]].ends}
        self._row = {slot: r for slot, r in self._row.items() if slot not in steps or not steps[slot].finished}
        return scores

    def _assign_rows(self, steps: Mapping[int, Step]) -> list[StepTokens]:
        """Let the cache hold a row for each prefix that differs after these steps, those that are fed in front; what is
        fed to each of them."""
        texts = {(steps[slot].text, slot in self._fresh) for slot in steps}
        known = {
            (text, first): self._reward.encode_step(text, first=first, whole=self._whole)
            for text, first in sorted(texts)
        }
        apart: dict[tuple[int, StepTokens | None], list[int]] = {}
        for slot in sorted(self._row):
            asked = known[steps[slot].text, slot in self._fresh] if slot in steps else None
            apart.setdefault((self._row[slot], asked), []).append(slot)
        branches = sorted(apart, key=lambda branch: branch[1] is None)  # stable
        self._cache.select([row for row, _ in branches])
        self._row = {slot: row for row, branch in enumerate(branches) for slot in apart[branch]}
        return [asked for _, asked in branches if asked is not None]

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,). Copies nothing: clones share their row."""
        self._row = {n: self._row[int(a)] for n, a in enumerate(ancestors) if int(a) in self._row}
        self._fresh = {n for n, a in enumerate(ancestors) if int(a) in self._fresh}

    @torch.inference_mode()
    def _feed(self, asked: list[StepTokens], start: int) -> list[list[float]]:
        """Append ids to the rows from `start` on; of each the reward at every id."""
        rows = [one.ids for one in asked]
        logits = self._cache.feed(self._reward.model, rows, start)  # (T, C)
        read: list[float] = self._reward.rewards(to_float64(logits)).tolist()
        stops = list(accumulate(len(row) for row in rows))
        return [read[stop - len(row) : stop] for row, stop in zip(rows, stops, strict=True)]
