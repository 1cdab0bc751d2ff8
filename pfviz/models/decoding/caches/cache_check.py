"""Whether a cache gives a model's texts the logits that they have in one plain pass: a few tokens, forked and cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from pfviz.models.decoding.caches.cache import Cache
from pfviz.models.decoding.caches.recomputing_cache import compute_plain_pass
from pfviz.models.decoding.out_of_memory import is_out_of_memory
from pfviz.models.decoding.tokenization import collect_ids

_LENGTH = 5  # of the text before the fork: more than the kernels of short convolutions have
_FULL_PRECISION, _HALF_PRECISION = 5e-5, 0.05
"""By how much the logits at a token may differ, root mean square, relative to that of all logits. The order of the
additions alone makes 1e-6 in float32; in bfloat16, with steps of 2^-8, up to 2e-2 over 80 layers. A state that is lost
or shared makes 0.08 (recurrent_gemma) to 1."""
_EXTREME = 1e6  # logits beyond it rule a token out, and have no size


class PlainLogits:
    """The logits of three short texts of a model, which branch: what `agrees` compares a cache with.

    Raises whatever the model raises in a plain pass.
    """

    def __init__(self, model: Any) -> None:
        ids = _sample_ids(model, _LENGTH + 7)
        self.start, (a, b, c, d, e, f, g) = ids[:_LENGTH], ids[_LENGTH:]
        self.left, self.right, self.cut = [a, b, c], [d, e, f], [a, g]
        self.model = model
        texts = (self.left, self.right, self.cut)
        self.logits = [
            _replace_extremes(compute_plain_pass(model, (text := self.start + new), len(text))) for new in texts
        ]
        known = torch.cat(self.logits)
        size = float(known[known.abs() < _EXTREME].square().mean().sqrt())
        self.room = size * (_HALF_PRECISION if model.dtype in (torch.bfloat16, torch.float16) else _FULL_PRECISION)

    def agrees(self, make: Callable[[], Cache]) -> bool:
        """Whether a cache of that kind gives the same. One that the model stumbles over does not."""
        try:
            return self._follows(make())
        except Exception as error:  # a foreign architecture may stumble over a foreign cache in many ways
            if is_out_of_memory(error):
                raise
            return False

    def _follows(self, cache: Cache) -> bool:
        """As in a run: a fork; one token for each row; several at once, as a reward model is fed; a cut, and a row that
        moves."""
        (a, b, c), (d, e, f), (_, g) = self.left, self.right, self.cut
        left, right, cut = self.logits
        n = len(self.start)

        def fits(ids: list[list[int]], *expected: torch.Tensor) -> bool:
            found = _replace_extremes(cache.feed(self.model, ids))
            wanted = torch.cat(expected)
            if found.shape != wanted.shape:
                return False
            return bool((found - wanted).square().mean(1).sqrt().max() <= self.room)

        if not fits([self.start], left[:n]):
            return False
        cache.select([0, 0])
        if not fits([[a], [d]], left[n : n + 1], right[n : n + 1]):
            return False
        if not fits([[b, c], [e]], left[n + 1 :], right[n + 1 : n + 2]):
            return False
        cache.lengths[0] -= 2
        cache.select([1, 0])
        return fits([[f], [g]], right[n + 2 :], cut[n + 1 :])


def _sample_ids(model: Any, count: int) -> list[int]:
    """Ids from the middle of the vocabulary, neighbours apart, as those that end or begin a text stand at its edges.
    The second is the one for padding: a chat may hold it, and some models count no position for it."""
    text = model.config.get_text_config(decoder=True)
    size = int(getattr(text, "vocab_size", None) or 4)
    special = collect_ids(*(getattr(text, f"{name}_token_id", None) for name in ("pad", "bos", "eos")))
    found = [i % size for i in range(size // 2, size // 2 + size) if i % size not in special] or [0]
    ids = [found[7 * k % len(found)] for k in range(count)]
    pad = getattr(text, "pad_token_id", None)
    return ids if pad is None or not 0 <= pad < size else [ids[0], pad, *ids[2:]]


def _replace_extremes(logits: torch.Tensor) -> torch.Tensor:
    """Numbers that can be compared. Those of damaged weights are none: they are found out by the first draw."""
    return logits.float().nan_to_num(0.0, _EXTREME, -_EXTREME).clamp(-_EXTREME, _EXTREME)
