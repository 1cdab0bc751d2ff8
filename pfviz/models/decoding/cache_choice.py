"""Which cache a model gets: one that is forked in columns, or one for each row."""

from __future__ import annotations

from typing import Any

import torch

from pfviz.models.decoding.kv_cache import ForkedCache
from pfviz.models.decoding.packing import ATTENTION_NAME, prepare_model
from pfviz.models.decoding.per_row_cache import PerRowCache
from pfviz.models.decoding.tensors import input_device

PACKABLE_MODEL_TYPES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Model types that are known to hand a packing to their attention. Any other is tried when it is made ready."""

ROW_BY_ROW_NOTE = "{name} has a kind of attention or state that cannot be forked: every particle is computed by itself."


def prepare_for_cache(model: Any) -> Any:
    """The model, prepared for a `ForkedCache` if it can have one. That takes nothing but full attention, computed by
    PyTorch (sdpa): sliding windows count columns and not positions, and convolutions and recurrent states have none."""
    config = model.config
    if config._attn_implementation != "sdpa" or not _has_full_attention(config):
        return model
    prepare_model(model)
    if config.model_type not in PACKABLE_MODEL_TYPES and not _supports_packing(model):
        model.set_attn_implementation("sdpa")
    return model


def uses_forked_cache(model: Any) -> bool:
    """Whether the model, which is `ready`, has a `ForkedCache`."""
    return bool(model.config._attn_implementation == ATTENTION_NAME)


def make_cache(model: Any) -> ForkedCache | PerRowCache:
    """An empty cache of one row for a model that is `ready`."""
    return ForkedCache() if uses_forked_cache(model) else PerRowCache()


def _has_full_attention(config: Any) -> bool:
    layers = getattr(config, "layer_types", None)
    if layers:
        return all(kind == "full_attention" for kind in layers)
    return not getattr(config, "sliding_window", None)


@torch.inference_mode()
def _supports_packing(model: Any) -> bool:
    """Whether rows of unequal lengths, forked and packed, have the logits that each has by itself."""
    rows, more = [[1, 2, 3], [1, 2, 3]], [[2], [3, 1, 2]]
    try:
        cache = ForkedCache()
        cache.feed(model, rows[:1])
        cache.select([0, 0])
        found = cache.feed(model, more).float()
        model.set_attn_implementation("sdpa")
        alone = [
            model(input_ids=torch.tensor([row + new], device=input_device(model)), use_cache=False).logits[
                0, len(row) :
            ]
            for row, new in zip(rows, more, strict=True)
        ]
    except (TypeError, ValueError, RuntimeError, IndexError, AttributeError):
        return False  # a foreign architecture may stumble over a packing in many ways
    finally:
        prepare_model(model)
    expected = torch.cat(alone).float()
    room = 1e-3 if model.dtype == torch.float32 else 0.1
    return bool((found - expected).abs().max() <= room * expected.abs().max().clamp(min=1.0))
