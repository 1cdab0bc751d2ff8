"""Which cache a model gets: the fastest with which it computes what it computes in one plain pass over the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.decoding.caches.cache import Cache
from pfviz.models.decoding.caches.cache_check import PlainLogits
from pfviz.models.decoding.caches.kv_cache import ForkedCache
from pfviz.models.decoding.caches.length_scaling import has_growing_frequencies, longest_short_text
from pfviz.models.decoding.caches.packing import ATTENTION_NAME, prepare_model
from pfviz.models.decoding.caches.per_row_cache import PerRowCache
from pfviz.models.decoding.caches.recomputing_cache import RecomputingCache
from pfviz.models.decoding.caches.split_cache import SplitCache
from pfviz.models.decoding.out_of_memory import is_out_of_memory
from pfviz.models.decoding.tensors import input_device

KNOWN_MODEL_TYPES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Types whose full attention takes a `ForkedCache`, as the tests say of their classes in transformers and this package.
Any other, and any other class of these types, is tried."""

ROW_BY_ROW_NOTE = "{name} has a kind of attention or state that cannot be forked: every particle is computed by itself."
RECOMPUTED_NOTE = "{name} has a state that cannot be kept from token to token: each token computes its whole text anew."


@dataclass(frozen=True, slots=True)
class CacheKind:
    """How an empty cache of one row is made, and what the trace says of it (`{name}` is the model)."""

    make: Callable[[], Cache]
    note: str = ""


_FORKED = CacheKind(ForkedCache)
_ROW_BY_ROW = tuple(
    CacheKind(partial(PerRowCache, argument=argument, one_by_one=one_by_one), ROW_BY_ROW_NOTE)
    for argument in ("past_key_values", "cache_params")
    for one_by_one in (False, True)
)
_RECOMPUTED = CacheKind(RecomputingCache, RECOMPUTED_NOTE)
_CHOSEN = "pfviz_cache_kind"  # the attribute of a model that has its kind: it is tried once


def prepare_for_cache(model: Any) -> Any:
    """The model, its cache chosen. Raises `ModelError` for one that no cache is right for.

    Where a GPU is only lent to a run (ZeroGPU) nothing can be computed yet, and the first `make_cache` chooses.
    """
    cuda: Any = torch.cuda  # some of its functions have no types
    if input_device(model).type != "cuda" or cuda.is_initialized():
        choose_cache(model)
    return model


def make_cache(model: Any) -> Cache:
    """An empty cache of one row."""
    return choose_cache(model).make()


def get_note(model: Any, name: str) -> str:
    """What the trace is to say of the model of that name: which slower way it is computed, and why; or nothing."""
    return choose_cache(model).note.replace("{name}", name)


def uses_forked_cache(model: Any) -> bool:
    """Whether the model has a `ForkedCache`."""
    choose_cache(model)
    return bool(model.config._attn_implementation == ATTENTION_NAME)


def choose_cache(model: Any) -> CacheKind:
    """The kind of cache of a model, found the first time, by a few passes over a few tokens.

    A `ForkedCache` takes nothing but full attention, computed by PyTorch (sdpa): sliding windows, which are longer than
    what is tried here, count columns and not positions. Raises `ModelError` for a model that no cache is right for.
    """
    kind: CacheKind | None = getattr(model, _CHOSEN, None)
    if kind is None:
        kind = _find_kind(model)
        setattr(model, _CHOSEN, kind)
    return kind


def share_cache_choice(source: Any, target: Any) -> None:
    """Give `target`, another head on the same transformer, the kind of cache that `source` has or gets."""
    setattr(target, _CHOSEN, choose_cache(source))


def _find_kind(model: Any) -> CacheKind:
    forkable = _has_full_attention(model.config) and model.config._attn_implementation in ("sdpa", ATTENTION_NAME)
    if forkable and _is_known(model):
        prepare_model(model)
        return _split_by_length(_FORKED, model.config)
    try:
        plain = PlainLogits(model)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise ModelError(_refusal(model, f"a text of a few tokens cannot be computed ({error})")) from error
    if forkable:
        prepare_model(model)
        kind = _split_by_length(_FORKED, model.config)
        if plain.agrees(kind.make):
            return kind
        model.set_attn_implementation("sdpa")
    for row_by_row in () if _limits_time_steps(model) else _ROW_BY_ROW:
        kind = _split_by_length(row_by_row, model.config)
        if plain.agrees(kind.make):
            return kind
    if plain.agrees(_RECOMPUTED.make):
        return _RECOMPUTED
    raise ModelError(_refusal(model, "what it says of a text depends on what comes after it, or came before it"))


def _split_by_length(kind: CacheKind, config: Any) -> CacheKind:
    """That kind, for a model that may read long texts otherwise."""
    limit = longest_short_text(config)
    if limit is None:
        return kind
    long = _RECOMPUTED if has_growing_frequencies(config) else kind
    return CacheKind(partial(_make_split_cache, kind, long, limit), kind.note)


def _make_split_cache(short: CacheKind, long: CacheKind, limit: int) -> Cache:
    return SplitCache(short.make(), long.make(), limit)


def _refusal(model: Any, why: str) -> str:
    return (
        f"Models of the type {model.config.model_type!r} cannot be run here step by step: {why}. Choose a model of "
        "another architecture, or a server that runs this one."
    )


def _is_known(model: Any) -> bool:
    own = type(model).__module__.startswith(("transformers.", "pfviz."))
    return own and model.config.model_type in KNOWN_MODEL_TYPES


def _limits_time_steps(model: Any) -> bool:
    """Whether a state-space layer keeps its time steps within limits (zamba2, nemotron_h). transformers does so in a
    plain pass, and not where a token is added to a state: too seldom, and by too little, to be seen in a few tokens."""
    free = (0.0, float("inf"))
    return any(tuple(getattr(layer, "time_step_limit", free)) != free for layer in model.modules())


def _has_full_attention(config: Any) -> bool:
    layers = getattr(config, "layer_types", None)
    if layers:
        return all(kind == "full_attention" for kind in layers)
    return not getattr(config, "sliding_window", None)
