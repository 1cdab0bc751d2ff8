"""Resampling: pure kernels (rng, weights (N,)) -> ancestors (N,), each index n expected N·W[n] times.

See Douc, Cappé & Moulines (2005), "Comparison of resampling schemes for particle filtering".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pfviz.types import FloatArray, IntArray

Resampler = Callable[[np.random.Generator, FloatArray], IntArray]


def _invert_cdf(weights: FloatArray, heights: FloatArray) -> IntArray:
    """The index in whose share of [0, 1) each height falls; an index without weight is never returned."""
    shares = np.cumsum(weights)
    heights = np.minimum(heights * shares[-1], np.nextafter(shares[-1], 0))
    return np.searchsorted(shares, heights, side="right").astype(np.int64)


def multinomial(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """N independent draws (the reference code's scheme)."""
    return _invert_cdf(weights, rng.random(len(weights)))


def stratified(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """One draw in each of N equal strata of [0, 1); ancestors are sorted."""
    n = len(weights)
    return _invert_cdf(weights, (np.arange(n) + rng.random(n)) / n)


def systematic(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """One draw, shifted to each of N equal strata: index n gets floor or ceil of N·W[n] copies; sorted."""
    n = len(weights)
    return _invert_cdf(weights, (np.arange(n) + rng.random()) / n)


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
    return np.concatenate([kept, _invert_cdf(np.maximum(expected - copies, 0.0), rng.random(missing))])


def ssp(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """Srinivasan sampling process (Gerber, Chopin & Whiteley 2019, "Negative association, ordering and convergence of
    resampling methods"): floor or ceil of N·W[n] copies of each index, and counts that are negatively associated.

    Two indices whose fractions of a copy are open trade until one of them is settled at 0 or 1; who gains is drawn so
    that each fraction keeps its mean.
    """
    n = len(weights)
    expected = n * weights / weights.sum()
    copies = np.floor(expected + 1e-9).astype(np.int64)
    fractions = np.maximum(expected - copies, 0.0)
    first, draws = 0, rng.random(n)
    for second in range(1, n):
        a, b = fractions[first], fractions[second]
        gain, loss = min(1 - a, b), min(a, 1 - b)  # what the first may gain from the second, or lose to it
        if draws[second] * (gain + loss) >= loss:
            first, second, a, b, gain = second, first, b, a, loss
        # Now `first` gains from `second`; one of the two is settled and the other stays open.
        if gain == 1 - a:
            copies[first] += 1
            fractions[second] = b - gain
            first = second
        else:
            fractions[first] = a + gain
    # The fractions sum to a whole number, so the last one is whole but for rounding.
    copies[first] += round(fractions[first])
    return np.repeat(np.arange(n, dtype=np.int64), copies)


def killing(rng: np.random.Generator, weights: FloatArray) -> IntArray:
    """Each index stays where it is with probability W[n] / max W, else a multinomial draw takes its place (Del Moral
    2004, §2.5.3): the best never move."""
    n = len(weights)
    stays = rng.random(n) < weights / weights.max()
    return np.where(stays, np.arange(n), _invert_cdf(weights, rng.random(n)))


RESAMPLERS: dict[str, Resampler] = {
    "multinomial": multinomial,
    "systematic": systematic,
    "stratified": stratified,
    "residual": residual,
    "ssp": ssp,
    "killing": killing,
}
