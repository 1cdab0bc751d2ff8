"""Resampling: pure kernels (rng, weights (N,)) -> ancestors (N,), each index n expected N·W[n] times.

See Douc, Cappé & Moulines (2005), "Comparison of resampling schemes for particle filtering".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pfviz.models.base import FloatArray, IntArray

Resampler = Callable[[np.random.Generator, FloatArray], IntArray]


def _invert(weights: FloatArray, heights: FloatArray) -> IntArray:
    """The index in whose share of [0, 1) each height falls; an index without weight is never returned."""
    shares = np.cumsum(weights)
    heights = np.minimum(heights * shares[-1], np.nextafter(shares[-1], 0))
    return np.searchsorted(shares, heights, side="right").astype(np.int64)


def multinomial(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """N independent draws (the reference code's scheme)."""
    return _invert(weights, rng.random(len(weights)))


def stratified(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """One draw in each of N equal strata of [0, 1); ancestors are sorted."""
    n = len(weights)
    return _invert(weights, (np.arange(n) + rng.random(n)) / n)


def systematic(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """One draw, shifted to each of N equal strata: index n gets floor or ceil of N·W[n] copies; sorted."""
    n = len(weights)
    return _invert(weights, (np.arange(n) + rng.random()) / n)


def residual(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """floor(N·W[n]) copies of each index, the rest drawn independently from what is left; copies first."""
    n = len(weights)
    expected = n * weights / weights.sum()
    # A product that misses an integer by rounding is that integer.
    copies = np.floor(expected + 1e-9).astype(np.int64)
    kept = np.repeat(np.arange(n, dtype=np.int64), copies)
    missing = n - len(kept)
    if missing == 0:
        return kept
    return np.concatenate([kept, _invert(np.maximum(expected - copies, 0.0), rng.random(missing))])


RESAMPLERS: dict[str, Resampler] = {
    "multinomial": multinomial,
    "systematic": systematic,
    "stratified": stratified,
    "residual": residual,
}
