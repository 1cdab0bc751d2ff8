"""Random streams, derived statelessly: the stream of (seed, purpose, step, slot) is the same whoever asks, whenever."""

from __future__ import annotations

import hashlib
import zlib

import numpy as np


def derive_rng(seed: int, purpose: str, step: int = 0, slot: int = 0) -> np.random.Generator:
    """The generator of one purpose at one place of a run; independent of all others (SeedSequence)."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), step, slot])


def derive_text_rng(seed: int, purpose: str, content: str) -> np.random.Generator:
    """The generator of one purpose for one text: the same wherever and whenever that text turns up, and independent of
    that of any other (128 bits of its SHA-256)."""
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), int.from_bytes(digest[:16], "little")])


def sweep_seed(seed: int, iteration: int, chain: int) -> int:
    """The seed of one sweep of a run: the run's own for the first, so that a filter's run is the first iteration of a
    longer one, and for every other one of its own, independent of it (63 bits)."""
    if iteration == chain == 0:
        return seed
    return int(np.random.SeedSequence([seed, iteration, chain]).generate_state(1, np.uint64)[0] >> np.uint64(1))
