"""Random streams, derived statelessly: the stream of (seed, purpose, step, slot) is the same whoever asks, whenever."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, purpose: str, step: int = 0, slot: int = 0) -> np.random.Generator:
    """The generator of one purpose at one place of a run; independent of all others (SeedSequence)."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), step, slot])


def sweep_seed(seed: int, iteration: int, chain: int) -> int:
    """The seed of one sweep of a run: the run's own for the first, so that a filter's run is the first iteration of a
    longer one, and for every other one of its own, independent of it (63 bits)."""
    if iteration == chain == 0:
        return seed
    return int(np.random.SeedSequence([seed, iteration, chain]).generate_state(1, np.uint64)[0] >> np.uint64(1))
