"""The KV cache of every particle of one run: each token is computed once, a fork copies columns.

A row's real columns stand at its front without holes, so a row is cut by saying that it is shorter, and what stands
behind its length is never read. Rows differ in length; the mask of a pass follows from the lengths. Room is made ahead
of need, so that a new token is written in its place and no column is copied to append one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.decoding.caches.packing import Packing
from pfviz.models.decoding.out_of_memory import is_out_of_memory
from pfviz.models.decoding.tensors import DeviceCopies, input_device

RESERVED_COLUMNS = 64  # columns of room that are made at once


@dataclass(frozen=True, slots=True)
class _PassLayout:
    """Where the tokens of the pass that is under way are written, and which columns it reads."""

    start: int
    stop: int  # rows
    columns: int  # that are read
    first: int  # the column of the first token where all rows write the same columns
    tokens: DeviceCopies | None = None  # otherwise: the row (T,) and the column (T,) of each token


class ForkedCache:
    """The keys and values of R rows; `lengths` (R,) are their real columns: the position of each row's next token.

    Each layer's stand where that layer is computed, which may be another device than the next one's.
    """

    def __init__(self, rows: int = 1) -> None:
        self.lengths: list[int] = [0] * rows
        self._layers: list[_LayerCache] = []
        self._layout = _PassLayout(0, rows, 0, 0)

    @property
    def rows(self) -> int:
        return len(self.lengths)

    @torch.inference_mode()
    def feed(self, model: Any, ids: Sequence[Sequence[int]], start: int = 0, **options: Any) -> torch.Tensor:
        """Append ids[i] (one or more) to row start + i, for as many rows as there are; the model must be `prepare`d.

        Returns the logits of the new tokens in their order, (T, …); with `logits_to_keep`, as many as are kept. If the
        pass fails nothing has changed.
        """
        device = input_device(model)
        past, counts = self.lengths[start : start + len(ids)], [len(row) for row in ids]
        ends = [before + count for before, count in zip(past, counts, strict=True)]
        flat = torch.tensor([token for row in ids for token in row], device=device)
        at = torch.tensor([c for p, e in zip(past, ends, strict=True) for c in range(p, e)], device=device)
        columns = max(ends)
        single = max(counts) == 1
        packing = None
        if single or len(ids) == 1:
            shape = (len(ids), -1)
        else:
            packing = _make_packing(counts, device)
            shape = (1, -1)
        if (single or len(ids) == 1) and min(past) == max(past):
            self._layout = _PassLayout(start, start + len(ids), columns, past[0])
        else:
            rows = torch.arange(len(ids), device=device) if packing is None else packing.rows
            self._layout = _PassLayout(start, start + len(ids), columns, 0, DeviceCopies(rows + start, at))
        level = single and min(past) == max(past)
        output = model(
            input_ids=flat.view(shape),
            # Equal rows that each add one token see all columns, and a row from nothing is causal: no mask is needed.
            attention_mask=None
            if level or (len(ids) == 1 and not past[0])
            else _attention_mask(past, counts, columns, model),
            position_ids=at.view(shape),
            past_key_values=self,
            use_cache=True,
            **({} if packing is None else {"packing": packing}),
            **options,
        )
        self.lengths[start : start + len(ids)] = ends
        logits: torch.Tensor = output.logits.flatten(0, 1)
        return logits

    @torch.inference_mode()
    def select(self, sources: Sequence[int]) -> None:
        """Row i becomes a copy of row sources[i], in place: only rows that change are copied.

        Raises `ModelError` if there is no memory for so many rows.
        """
        lengths = [self.lengths[source] for source in sources]
        moved = [i for i, source in enumerate(sources) if source != i]
        try:
            for layer in self._layers:
                layer.make_room(len(sources), 0)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise ModelError(
                f"There is not enough memory to keep {len(sources)} different solutions of up to {max(self.lengths)} "
                "tokens. Take fewer particles, fewer steps or a smaller model."
            ) from error
        if moved and self._layers:
            columns = max(lengths[i] for i in moved)
            rows = DeviceCopies(torch.tensor([sources[i] for i in moved]), torch.tensor(moved))
            for layer in self._layers:
                source, to = rows.get(layer.keys.device)
                layer.copy_rows(source, to, columns)
        self.lengths = lengths

    @torch.inference_mode()
    def copy(self) -> ForkedCache:
        """The same rows, in memory of their own."""
        made = ForkedCache()
        made.lengths = list(self.lengths)
        made._layers = [layer.copy(max(self.lengths)) for layer in self._layers]
        return made

    # --- what transformers asks of a cache ---

    is_compileable = False

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write one layer's new tokens, (R, heads, K, width) or (1, heads, T, width); returns all that the rows of the
        pass have then, (R, heads, L, width)."""
        if layer_idx == len(self._layers):
            self._layers.append(_LayerCache(keys, values, self.rows))
        layer, place = self._layers[layer_idx], self._layout
        layer.make_room(self.rows, place.columns)
        rows = slice(place.start, place.stop)
        for kept, new in ((layer.keys, keys), (layer.values, values)):
            if place.tokens is None:
                kept[rows, :, place.first : place.columns] = new
            else:
                of, at = place.tokens.get(kept.device)
                kept[of, :, at] = new.transpose(1, 2).flatten(0, 1)
        return layer.keys[rows, :, : place.columns], layer.values[rows, :, : place.columns]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return self._layout.first

    def get_query_offset(self, layer_idx: int = 0) -> int:
        return self._layout.first

    def get_mask_sizes(self, query_length: int, layer_idx: int = 0) -> tuple[int, int]:
        return self._layout.columns, 0


class _LayerCache:
    """One layer's keys and values, each (R, heads, C, width)."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, rows: int) -> None:
        self.keys = keys.new_empty(rows, keys.shape[1], 0, keys.shape[3])
        self.values = values.new_empty(rows, values.shape[1], 0, values.shape[3])

    def copy(self, columns: int) -> _LayerCache:
        """The same rows, up to so many columns."""
        made = copy.copy(self)
        made.keys, made.values = (part[:, :, :columns].clone() for part in (self.keys, self.values))
        return made

    def make_room(self, rows: int, columns: int) -> None:
        """Room for so many rows and columns, and for some more if there is memory for it."""
        has_rows, has_columns = self.keys.shape[0], self.keys.shape[2]
        if rows <= has_rows and columns <= has_columns:
            return
        rows, columns = max(rows, has_rows), max(columns, has_columns)
        try:
            ahead = (
                -(-columns // RESERVED_COLUMNS) * RESERVED_COLUMNS,
                rows if rows == has_rows else max(rows, has_rows * 3 // 2),
            )
            self.keys, self.values = (_enlarge(part, ahead[1], ahead[0]) for part in (self.keys, self.values))
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            self.keys, self.values = (_enlarge(part, rows, columns) for part in (self.keys, self.values))

    def copy_rows(self, source: torch.Tensor, to: torch.Tensor, columns: int) -> None:
        """Copy the front of rows `source` into rows `to`, all read before any is written."""
        for part in (self.keys, self.values):
            _copy_rows(part.narrow(2, 0, columns), source, to)


def _copy_rows(part: torch.Tensor, source: torch.Tensor, to: torch.Tensor) -> None:
    """As `_LayerCache.copy_rows`, in halves of the columns where there is no memory for all rows that move."""
    try:
        read = part.index_select(0, source)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error) or part.shape[2] == 1:
            raise
    else:
        part.index_copy_(0, to, read)
        return
    for half in part.tensor_split(2, dim=2):
        _copy_rows(half, source, to)


def _enlarge(part: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """A copy of (R, heads, C, width) with more room, whose content is arbitrary but finite."""
    larger = part.new_zeros(rows, part.shape[1], columns, part.shape[3])
    larger[: part.shape[0], :, : part.shape[2]] = part
    return larger


def _make_packing(counts: Sequence[int], device: Any) -> Packing:
    rows = [row for row, count in enumerate(counts) for _ in range(count)]
    places = [place for count in counts for place in range(count)]
    shape = (len(counts), max(counts))
    return Packing(torch.tensor(rows, device=device), torch.tensor(places, device=device), shape)


def _attention_mask(past: Sequence[int], counts: Sequence[int], columns: int, model: Any) -> torch.Tensor:
    """(R, 1, K, L), added to the scores: 0 where the k-th new token of a row sees a column, -inf elsewhere.

    In the model's own type: PyTorch would turn a boolean mask into it once in every layer.
    """
    device = input_device(model)
    first = torch.tensor(past, device=device)[:, None]
    at = first + torch.arange(max(counts), device=device)  # (R, K); a row's surplus places see what stands there
    hidden = torch.arange(columns, device=device) > at[:, None, :, None]
    return torch.zeros(hidden.shape, dtype=model.dtype, device=device).masked_fill_(hidden, float("-inf"))
