"""A cache for models whose attention cannot be forked in columns: sliding windows, convolutions, recurrent states.

Each row has a cache of the model's own kind, and is computed by itself: a fork is a copy of it. Such a cache cannot be
cut, so a row that is to be shorter is computed anew, from its ids.
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
    """As `ForkedCache`, row by row: `lengths` (R,) are the tokens of each row that count.

    `argument` is the name under which the model takes its cache. `one_by_one`: what is added to a row is fed token by
    token, for models that forget their state where several come at once.
    """

    def __init__(self, rows: int = 1, *, argument: str = "past_key_values", one_by_one: bool = False) -> None:
        self.lengths: list[int] = [0] * rows
        self._argument, self._one_by_one = argument, one_by_one
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
        parts = [[token] for token in fed] if self._one_by_one and held.past is not None else [fed]
        found = []
        for part in parts:
            ids = torch.tensor([part], device=input_device(model))
            output = model(input_ids=ids, use_cache=True, **{self._argument: past}, **options)
            found.append(output.logits[0])
        self._held[row] = _RowState(held.ids + new, past)
        self.lengths[row] = length + len(new)
        return torch.cat(found)[-len(new) :]

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
