"""The KV cache of every particle of one run: forked at selection, never computed twice.

Keys carry their rotary position from the moment they are computed, so a column may be moved without changing any
logit. Rows that wrote fewer tokens than others leave holes; a boolean mask says which columns are real, and `fork`
gathers them to the front.
"""

from __future__ import annotations

from typing import Any

import torch

from pfviz.errors import ModelError


def check_attention(config: Any) -> None:
    """Raise `ModelError` for a model with sliding windows, whose masks count columns and not positions."""
    layers = getattr(config, "layer_types", None)
    sliding = any(kind != "full_attention" for kind in layers) if layers else bool(getattr(config, "sliding_window", 0))
    if sliding:
        raise ModelError(
            f"The model type {config.model_type!r} attends through a sliding window or another partial scheme; "
            "only full attention can be forked. Switch it off in the model's config.json, or use another model."
        )


class ForkedCache:
    """The keys and values of R rows: per layer (R, heads, L, width), with a mask (R, L) of real columns."""

    def __init__(self, layers: Any, mask: torch.Tensor) -> None:
        self._layers = layers  # a transformers DynamicCache
        self.mask = mask  # (R, L) bool

    @classmethod
    def empty(cls, device: torch.device) -> ForkedCache:
        """One row without columns."""
        from transformers import DynamicCache

        return cls(DynamicCache(), torch.zeros(1, 0, dtype=torch.bool, device=device))

    @property
    def rows(self) -> int:
        return int(self.mask.shape[0])

    @property
    def lengths(self) -> torch.Tensor:
        """Real columns of each row, (R,) int64: the position of its next token."""
        return self.mask.sum(dim=1)

    @torch.inference_mode()
    def feed(self, model: Any, ids: torch.Tensor, real: torch.Tensor, **options: Any) -> torch.Tensor:
        """Run the model on new columns and keep them: ids (R, K), real (R, K) bool; returns logits (R, K', …).

        What stands where `real` is False is computed and never attended to.
        """
        positions = (self.lengths[:, None] + real.cumsum(dim=1) - 1).clamp(min=0)
        mask = torch.cat([self.mask, real], dim=1)
        output = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=self._layers,
            use_cache=True,
            **options,
        )
        self.mask = mask
        logits: torch.Tensor = output.logits
        return logits

    @torch.inference_mode()
    def fork(self, rows: list[int]) -> ForkedCache:
        """A new cache whose row i is a copy of row rows[i], with its holes gathered out; this one is unchanged."""
        index = torch.tensor(rows, dtype=torch.long, device=self.mask.device)
        mask = self.mask[index]
        longest = int(mask.sum(dim=1).max()) if mask.numel() else 0
        columns = None
        if longest < mask.shape[1]:
            # Stable: real columns first, in their order.
            columns = torch.sort(mask, dim=1, descending=True, stable=True).indices[:, :longest]
            mask = mask.gather(1, columns)
        return ForkedCache(_copy(self._layers, lambda part: _pick(part, index, columns)), mask)

    def snapshot(self) -> ForkedCache:
        """A cache that starts as this one and grows apart from it; copies nothing (columns are appended by
        concatenation, so this one's tensors are never written)."""
        return ForkedCache(_copy(self._layers, lambda part: part), self.mask)

    @property
    def ragged(self) -> bool:
        """Whether some column is a hole in every row's way: a fork of all rows would be shorter."""
        return bool(self.mask.numel()) and int(self.lengths.max()) < self.mask.shape[1]


def _copy(layers: Any, change: Any) -> Any:
    from transformers import DynamicCache

    return DynamicCache([(change(layer.keys), change(layer.values)) for layer in layers.layers])


def _pick(part: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor | None) -> torch.Tensor:
    """Rows, then columns, of (R, heads, L, width)."""
    if columns is None:
        return part[rows]
    # One gather per row set: (R', heads, L', width).
    return part[rows[:, None], :, columns].transpose(1, 2)
