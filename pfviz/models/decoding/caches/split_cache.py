"""Two caches for a model that reads long texts otherwise than short ones, from their first token on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import torch

from pfviz.models.decoding.caches.cache import Cache

_ONE_LENGTH = threading.Lock()  # such a model keeps the frequencies of the pass that is under way in its modules


class SplitCache:
    """As `ForkedCache`: `lengths` (R,) are the tokens of each row that count.

    A row is in the cache `short` while it has at most `limit` tokens, and computed anew in `long` when it has more.
    """

    def __init__(self, short: Cache, long: Cache, limit: int) -> None:
        self.lengths: list[int] = [0]
        self._ids: list[list[int]] = [[]]
        self._short, self._long, self._limit = short, long, limit

    @property
    def rows(self) -> int:
        return len(self.lengths)

    @torch.inference_mode()
    def feed(self, model: Any, ids: Sequence[Sequence[int]], start: int = 0, **options: Any) -> torch.Tensor:
        """See `Cache.feed`. Neighbours in the same cache are fed together."""
        texts = [[*self._ids[row][: self.lengths[row]], *new] for row, new in enumerate(ids, start)]
        for row in range(start, start + len(texts)):
            for part in (self._short, self._long):  # a row that was cut is cut in both
                part.lengths[row] = min(part.lengths[row], self.lengths[row])
        found: list[torch.Tensor] = []
        first = 0
        with _ONE_LENGTH:
            while first < len(texts):
                long = len(texts[first]) > self._limit
                stop = first + 1
                while stop < len(texts) and (len(texts[stop]) > self._limit) == long:
                    stop += 1
                part = self._long if long else self._short
                counts = [len(new) for new in ids[first:stop]]
                found += _feed_rest(model, part, texts[first:stop], counts, start + first, options)
                first = stop
        for row, text in enumerate(texts, start):
            self._ids[row], self.lengths[row] = text, len(text)
        return torch.cat(found)

    def select(self, sources: Sequence[int]) -> None:
        """See `Cache.select`."""
        self._short.select(sources)
        self._long.select(sources)
        self._ids = [list(self._ids[source]) for source in sources]
        self.lengths = [self.lengths[source] for source in sources]


def _feed_rest(
    model: Any,
    cache: Cache,
    texts: Sequence[Sequence[int]],
    counts: Sequence[int],
    start: int,
    options: dict[str, Any],
) -> list[torch.Tensor]:
    """Feed what the cache does not hold yet of each text; the logits of the last counts[i] tokens of each."""
    new = [text[cache.lengths[row] :] for row, text in enumerate(texts, start)]
    logits = cache.feed(model, new, start, **options)
    if len(logits) < sum(map(len, new)):  # `logits_to_keep`
        return [logits]
    stops = accumulate(map(len, new))
    return [logits[stop - count : stop] for stop, count in zip(stops, counts, strict=True)]
