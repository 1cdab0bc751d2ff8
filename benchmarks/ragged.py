"""Steps of unequal length: three ways to decode them, on the same rows.

- *padded*: all rows go on until the longest step has ended; what a row writes after its end is thrown away;
- *compact*: a row that has ended leaves the batch, which costs the copying of rows in the cache (what a session does);
- *grouped*: compact, and the rows in two batches by the length of their past, so that short ones do not attend to the
  columns of long ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from benchmarks.results import Line, Spread, StatusCallback
from benchmarks.scripted import step_length
from benchmarks.shapes import Pair
from pfviz.models.decoding.caches.kv_cache import ForkedCache
from pfviz.rng import derive_rng

STEPS_BEFORE = 3  # steps that the rows have written
FILLER_TOKEN = 1  # any: what is fed costs the same


def compare_ragged_decoding(pair: Pair, particles: Sequence[int], rounds: int, say: StatusCallback) -> Iterator[Line]:
    """Lines for each number of particles: seconds and tokens of one more step, over those of the compact way."""
    for n in (n for n in particles if n > 1):
        found = []
        for number in range(-1, rounds):  # the first warms up
            say(f"{pair.name}: N = {n}, a ragged step, round {max(number, 0) + 1} of {rounds}")
            measured = {name: _time_step(pair, way, n, max(number, 0)) for name, way in DECODERS.items()}
            if number >= 0:
                found.append(measured)

        def line(what: str, unit: str, values: list[float], n: int = n) -> Line:
            return Line(what, pair.name, n, 1, unit, Spread.from_values(values))

        yield line("ragged: compact", "s", [one["compact"][0] for one in found])
        for name in ("padded", "grouped"):
            yield line(f"ragged: {name} / compact", "", [one[name][0] / one["compact"][0] for one in found])
        yield line("ragged: tokens, padded / compact", "", [one["padded"][1] / one["compact"][1] for one in found])


def step_lengths(pair: Pair, particles: int, seed: int) -> tuple[list[int], list[int]]:
    """For each row the tokens before this step, and those of this step."""
    around = pair.step_tokens or 20
    uniforms = derive_rng(seed, "ragged").random((STEPS_BEFORE + 1, particles))
    written = np.array([[step_length(float(u), around) for u in row] for row in uniforms])
    return [int(tokens) for tokens in written[:-1].sum(axis=0)], [int(tokens) for tokens in written[-1]]


@torch.inference_mode()
def _time_step(pair: Pair, way: Callable[..., int], particles: int, seed: int) -> tuple[float, int]:
    model = pair.generator.model
    prompt = pair.generator.prompt(pair.problems[0])
    past, new = step_lengths(pair, particles, seed)
    cache = ForkedCache()
    cache.feed(model, [prompt], logits_to_keep=1)
    cache.select([0] * particles)
    cache.feed(model, [[FILLER_TOKEN] * tokens for tokens in past], logits_to_keep=1)
    _synchronize(model)
    began = time.perf_counter()
    fed = way(model, cache, new)
    _synchronize(model)
    return time.perf_counter() - began, fed


def decode_padded(model: Any, cache: ForkedCache, new: Sequence[int]) -> int:
    """Tokens that were fed."""
    for _ in range(max(new)):
        cache.feed(model, [[FILLER_TOKEN]] * len(new))
    return max(new) * len(new)


def decode_compact(model: Any, cache: ForkedCache, new: Sequence[int]) -> int:
    """Tokens that were fed."""
    return _decode_rows_compact(model, cache, list(range(len(new))), new, 0)


def decode_grouped(model: Any, cache: ForkedCache, new: Sequence[int]) -> int:
    """Tokens that were fed."""
    order = np.argsort(cache.lengths, kind="stable").tolist()
    cache.select(order)
    half = len(order) // 2
    return sum(
        _decode_rows_compact(model, cache, rows, new, start)
        for rows, start in ((order[:half], 0), (order[half:], half))
        if rows
    )


def _decode_rows_compact(model: Any, cache: ForkedCache, rows: list[int], new: Sequence[int], start: int) -> int:
    """`rows` of `new` stand in the cache from `start` on."""
    fed, column = 0, 0
    while rows:
        cache.feed(model, [[FILLER_TOKEN]] * len(rows), start)
        fed, column = fed + len(rows), column + 1
        going = [i for i, row in enumerate(rows) if new[row] > column]
        if len(going) < len(rows):
            ended = [i for i in range(len(rows)) if i not in going]
            around = list(range(start)), list(range(start + len(rows), cache.rows))
            cache.select(around[0] + [start + i for i in going + ended] + around[1])
            rows = [rows[i] for i in going]
    return fed


DECODERS: dict[str, Callable[..., int]] = {
    "compact": decode_compact,
    "padded": decode_padded,
    "grouped": decode_grouped,
}


def _synchronize(model: Any) -> None:
    if model.device.type == "cuda":
        torch.cuda.synchronize(model.device)
