"""Rows of unequal lengths in one pass without padding: their tokens stand in one line, and only attention knows rows.

A transformer's cost is in its linear layers, which treat each token alone. So new tokens of all rows are fed as one
sequence (1, T); the attention spreads the queries over (R, K), looks each row up in its own keys, and gathers the
answers back into the line. What a right-padded batch computes for nothing, (R·K - T) tokens in every layer, is computed
in the attention only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

ATTENTION_NAME = "pfviz_packed"


@dataclass(frozen=True, slots=True)
class Packing:
    """Where each token of the line belongs: rows (T,), and its place among the new tokens of its row (T,)."""

    rows: torch.Tensor
    places: torch.Tensor
    shape: tuple[int, int]  # R rows, K places

    def to(self, device: Any, non_blocking: bool = False) -> Packing:
        """On another device: what accelerate's hooks ask of whatever a layer is given, where layers are spread."""
        rows, places = (part.to(device, non_blocking=non_blocking) for part in (self.rows, self.places))
        return self if rows is self.rows else Packing(rows, places, self.shape)


def prepare_model(model: Any) -> Any:
    """Make the model, which must have nothing but full attention, ready for a `ForkedCache`: it then takes packed rows,
    and all else as before."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    if model.config._attn_implementation == ATTENTION_NAME:
        return model
    AttentionInterface.register(ATTENTION_NAME, _attend)
    AttentionMaskInterface.register(ATTENTION_NAME, sdpa_mask)
    model.set_attn_implementation(ATTENTION_NAME)
    return model


def _attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    packing: Packing | None = None,
    **options: Any,
) -> tuple[torch.Tensor, Any]:
    """PyTorch's attention; with a packing, query (1, heads, T, width) looks into keys (R, heads, L, width) of its
    rows. Returns (1, T, heads, width) then."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    if packing is None:
        plain: tuple[torch.Tensor, Any] = sdpa_attention_forward(module, query, key, value, attention_mask, **options)
        return plain
    spread = query.new_zeros(*packing.shape, query.shape[1], query.shape[3])  # (R, K, heads, width)
    spread[packing.rows, packing.places] = query[0].transpose(0, 1)
    output, _ = sdpa_attention_forward(module, spread.transpose(1, 2), key, value, attention_mask, **options)
    return output[packing.rows, packing.places][None], None
