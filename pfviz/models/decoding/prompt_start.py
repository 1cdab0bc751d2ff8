"""What stands before every problem alike, the system's turn and the examples: computed once for all runs.

A prompt with such a start is computed in two passes, whether the start is at hand or not: so a run has the same numbers
whatever was asked before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.caches.cache import Cache
from pfviz.models.decoding.caches.kv_cache import ForkedCache
from pfviz.problems.problem import Problem

LEAST_TOKENS = 64
"""Of a start that is worth a pass of its own."""
_OTHERS = ("0", "x")
"""Texts of problems that have nothing in common."""


def shared_length(prompt: Callable[[Problem], list[int]], problem: Problem) -> int:
    """How many ids the problem's prompt shares with those of other problems; 0 where that is not worth it."""
    own = prompt(problem)
    if len(own) <= LEAST_TOKENS:
        return 0
    prompts = [own[:-1], *(prompt(replace(problem, text=text)) for text in _OTHERS)]
    shared = sum(1 for _ in takewhile(lambda ids: len(set(ids)) == 1, zip(*prompts, strict=False)))
    return shared if shared >= LEAST_TOKENS else 0


class PromptStarts:
    """Keeps the last start that a model has read."""

    def __init__(self) -> None:
        self._kept: tuple[list[int], ForkedCache] | None = None

    def read(self, model: Any, ids: Sequence[int]) -> Cache:
        """A cache of one row that has read these ids."""
        kept = self._kept
        if kept is not None and kept[0] == list(ids):
            return kept[1].copy()
        cache = cache_choice.make_cache(model)
        cache.feed(model, [ids], logits_to_keep=1)
        if isinstance(cache, ForkedCache):
            self._kept = list(ids), cache.copy()
        return cache
