"""A cache that keeps only the ids of each row, for models whose state cannot be kept from token to token.

Each feed computes the whole row in one plain pass. The work grows with the square of the text, and is right for every
model that is causal.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import torch

from pfviz.models.decoding.caches.length_scaling import has_growing_frequencies
from pfviz.models.decoding.tensors import input_device


@torch.inference_mode()
def compute_plain_pass(model: Any, ids: Sequence[int], last: int) -> torch.Tensor:
    """The logits (last, …) of the last tokens of a text, computed at once and from nothing."""
    device = input_device(model)
    if has_growing_frequencies(model.config):  # it keeps those of the longest text so far, until it reads a short one
        model(input_ids=torch.tensor([ids[:1]], device=device), use_cache=False)
    options = {"logits_to_keep": last} if "logits_to_keep" in inspect.signature(model.forward).parameters else {}
    output = model(input_ids=torch.tensor([ids], device=device), use_cache=False, **options)
    logits: torch.Tensor = output.logits[0, -last:]
    return logits


class RecomputingCache:
    """As `ForkedCache`, without any state: `lengths` (R,) are the tokens of each row that count."""

    def __init__(self) -> None:
        self.lengths: list[int] = [0]
        self._ids: list[list[int]] = [[]]

    @property
    def rows(self) -> int:
        return len(self.lengths)

    def feed(self, model: Any, ids: Sequence[Sequence[int]], start: int = 0, **options: Any) -> torch.Tensor:
        """See `Cache.feed`; all new tokens have their logits, whatever the options."""
        found = []
        for row, new in enumerate(ids, start):
            text = [*self._ids[row][: self.lengths[row]], *new]
            found.append(compute_plain_pass(model, text, len(new)))
            self._ids[row], self.lengths[row] = text, len(text)
        return torch.cat(found)

    def select(self, sources: Sequence[int]) -> None:
        """See `Cache.select`."""
        self._ids = [list(self._ids[source]) for source in sources]
        self.lengths = [self.lengths[source] for source in sources]
