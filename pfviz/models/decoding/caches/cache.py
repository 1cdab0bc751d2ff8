"""What a session asks of its cache, whichever kind of cache its model gets (`cache_choice.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch


class Cache(Protocol):
    """R rows of tokens that a model has read. Who lowers `lengths[row]` cuts that row."""

    lengths: list[int]

    @property
    def rows(self) -> int: ...

    def feed(self, model: Any, ids: Sequence[Sequence[int]], start: int = 0, **options: Any) -> torch.Tensor:
        """Append ids[i] (one or more) to row start + i; the logits of the new tokens in their order, (T, …). With
        `logits_to_keep`, as many as are kept of a row. If the pass fails nothing has changed."""
        ...

    def select(self, sources: Sequence[int]) -> None:
        """Row i becomes a copy of row sources[i]."""
        ...
