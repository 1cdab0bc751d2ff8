"""What a model would write after rows of a cache, tried on copies: the rows are as before afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from pfviz.models.decoding.caches.cache import Cache
from pfviz.models.decoding.sampling import sample_tokens
from pfviz.types import FloatArray


@dataclass(slots=True)
class Continuation:
    """What was written: ids, and their log-probabilities at temperature 1, nats."""

    ids: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)


@torch.inference_mode()
def try_continuations(
    cache: Cache,
    model: Any,
    rows: Sequence[int],
    lead: Sequence[int],
    uniforms: FloatArray,
    *,
    temperature: float,
    is_over: Callable[[Sequence[int]], bool],
) -> list[list[Continuation]]:
    """K continuations of each of R rows after `lead`, two or more ids: `uniforms` (R, K, L) in [0, 1) draw at most L
    tokens of each; one is over where `is_over(ids)` says so.

    The rows are distinct. If a pass fails the cache is as it was.
    """
    lengths, count = list(cache.lengths), cache.rows
    copies, most = uniforms.shape[1:]
    draws = torch.from_numpy(uniforms).flatten(0, 1)  # (R K, L)
    found = [Continuation() for _ in range(len(rows) * copies)]
    going = list(range(len(found)))
    try:
        cache.select([*range(count), *rows])
        cache.feed(model, [lead[:-1]] * len(rows), count, logits_to_keep=1)  # read once for all copies
        cache.select([*range(count), *(count + place // copies for place in going)])
        pending = [lead[-1]] * len(going)
        for column in range(most):
            logits = cache.feed(model, [[token] for token in pending], count)
            tokens, log_probs = sample_tokens(logits, draws[going, column], temperature)
            kept = []
            for row, (place, token, log_prob) in enumerate(
                zip(going, tokens.tolist(), log_probs.tolist(), strict=True)
            ):
                found[place].ids.append(token)
                found[place].log_probs.append(log_prob)
                if not is_over(found[place].ids):
                    kept.append(row)
            if not kept:
                break
            cache.select([*range(count), *(count + row for row in kept)])
            going, pending = [going[row] for row in kept], [int(tokens[row]) for row in kept]
    finally:
        cache.select(range(count))
        cache.lengths = lengths
    return [found[start : start + copies] for start in range(0, len(found), copies)]
