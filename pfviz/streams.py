"""Random streams, derived statelessly: the stream of (seed, purpose, step, slot) is the same whoever asks, whenever."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, purpose: str, step: int = 0, slot: int = 0) -> np.random.Generator:
    """The generator of one purpose at one place of a run; independent of all others (SeedSequence)."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), step, slot])
