"""A cache for models whose attention cannot be forked in columns: sliding windows, convolutions, recurrent states.

Each row has a cache of the model's own kind, and is computed by itself: a fork is a copy of it. Such a cache cannot be
cut, so a row that is to be shorter is computed anew, from its ids. That is slow, and right for every architecture.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pfviz.models.decoding.tensors import input_device


def _make_empty_cache(model: Any) -> Any:
    """A cache with the kinds of layers that the model's config names."""
    from transformers import DynamicCache

    return DynamicCache(config=model.config.get_text_config(decoder=True))


@dataclass(slots=True)
class _RowState:
    """What one row has computed. `past` holds as many tokens as `ids`; None before the first pass."""

    ids: list[int]
    past: Any = None

    def fork(self) -> _RowState:
        return _RowState(list(self.ids), copy.deepcopy(self.past))


class PerRowCache:
    """As `ForkedCache`, row by row: `lengths` (R,) are the tokens of each row that count."""

    def __init__(self, rows: int = 1) -> None:
        self.lengths: list[int] = [0] * rows
        self._held = [_RowState([]) for _ in range(rows)]

    @property
    def rows(self) -> int:
        return len(self.lengths)

    @torch.inference_mode()
    def feed(self, model: Any, ids: Sequence[Sequence[int]], start: int = 0, **options: Any) -> torch.Tensor:
        """Append ids[i] to row start + i; the logits of the new tokens in their order, (T, …), or with
        `logits_to_keep` the last ones of each row."""
        found = [self._append(model, start + i, list(new), options) for i, new in enumerate(ids)]
        return torch.cat(found)

    def _append(self, model: Any, row: int, new: list[int], options: dict[str, Any]) -> torch.Tensor:
        held, length = self._held[row], self.lengths[row]
        if len(held.ids) != length:  # it was cut
            held = _RowState(held.ids[:length])
        fed, past = (held.ids + new, _make_empty_cache(model)) if held.past is None else (new, held.past)
        self._held[row] = _RowState(held.ids)  # a pass that fails has written into the cache: it is not used again
        output = model(
            input_ids=torch.tensor([fed], device=input_device(model)), past_key_values=past, use_cache=True, **options
        )
        self._held[row] = _RowState(held.ids + new, past)
        self.lengths[row] = length + len(new)
        logits: torch.Tensor = output.logits[0, -len(new) :]
        return logits

    @torch.inference_mode()
    def select(self, sources: Sequence[int]) -> None:
        """Row i becomes a copy of row sources[i]. The first row that takes a source has it itself; copies are made for
        the others."""
        taken: set[int] = set()
        held = []
        for source in sources:
            held.append(self._held[source].fork() if source in taken else self._held[source])
            taken.add(source)
        self._held, self.lengths = held, [self.lengths[source] for source in sources]
