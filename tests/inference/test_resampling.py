"""Resampling kernels: counts, expectations, degenerate weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pfviz.inference.resampling import RESAMPLERS

WEIGHTS = arrays(
    np.float64, st.integers(1, 50), elements=st.one_of(st.just(0.0), st.floats(1e-12, 1e3)), fill=st.nothing()
).filter(lambda w: w.sum() > 0)


@pytest.mark.parametrize("name", RESAMPLERS)
@given(weights=WEIGHTS, seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_ancestors_are_slots_with_weight(name, weights, seed) -> None:
    weights = weights / weights.sum()
    ancestors = RESAMPLERS[name](np.random.default_rng(seed), weights)
    assert ancestors.shape == weights.shape
    assert ancestors.dtype == np.int64
    assert (weights[ancestors] > 0).all()


@pytest.mark.parametrize("name", ["systematic", "residual", "ssp"])
@given(weights=WEIGHTS, seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_counts_are_near_their_expectation(name, weights, seed) -> None:
    """Systematic and SSP: within one of N·W. Residual: no less than its floor."""
    weights = weights / weights.sum()
    n = len(weights)
    counts = np.bincount(RESAMPLERS[name](np.random.default_rng(seed), weights), minlength=n)
    assert (counts >= np.floor(n * weights - 1e-9)).all()
    if name != "residual":
        assert (counts <= np.ceil(n * weights + 1e-9)).all()


@pytest.mark.parametrize("name", ["systematic", "stratified", "ssp"])
def test_ancestors_are_sorted(name) -> None:
    weights = np.random.default_rng(0).dirichlet(np.ones(30))
    ancestors = RESAMPLERS[name](np.random.default_rng(1), weights)
    assert (np.diff(ancestors) >= 0).all()


@pytest.mark.parametrize("name", RESAMPLERS)
def test_expected_offspring(name) -> None:
    """Mean counts of 4,000 draws against N·W: five standard errors in each of 6 slots; a false alarm in one of
    70,000 per scheme had the seed been drawn afresh."""
    weights = np.array([0.4, 0.25, 0.2, 0.1, 0.05, 0.0])
    rng, runs = np.random.default_rng(7), 4000
    counts = np.array([np.bincount(RESAMPLERS[name](rng, weights), minlength=6) for _ in range(runs)])
    error = np.maximum(counts.std(axis=0), 1e-3) / np.sqrt(runs)
    assert (abs(counts.mean(axis=0) - 6 * weights) < 5 * error).all()


@pytest.mark.parametrize("name", [name for name in RESAMPLERS if name != "multinomial"])
def test_no_more_variance_than_multinomial(name) -> None:
    weights = np.random.default_rng(3).dirichlet(np.ones(12))

    def spread(scheme: str) -> float:
        rng = np.random.default_rng(5)
        counts = np.array([np.bincount(RESAMPLERS[scheme](rng, weights), minlength=12) for _ in range(2000)])
        return float(counts.var(axis=0).sum())

    assert spread(name) < spread("multinomial")


@pytest.mark.parametrize("name", RESAMPLERS)
def test_uniform_and_degenerate_weights(name) -> None:
    rng = np.random.default_rng(0)
    assert RESAMPLERS[name](rng, np.array([1.0])).tolist() == [0]
    assert RESAMPLERS[name](rng, np.array([0.0, 1.0, 0.0])).tolist() == [1, 1, 1]
    if name != "multinomial":
        assert sorted(RESAMPLERS[name](rng, np.full(7, 1 / 7)).tolist()) == list(range(7))


def test_killing_keeps_the_best_in_their_places() -> None:
    weights = np.array([0.1, 0.3, 0.3, 0.3])
    for seed in range(20):
        assert RESAMPLERS["killing"](np.random.default_rng(seed), weights)[1:].tolist() == [1, 2, 3]


def test_ssp_settles_pairs() -> None:
    """Two fractions of a half: one of them gets the copy, never both, never none."""
    counts = [
        np.bincount(RESAMPLERS["ssp"](np.random.default_rng(s), np.array([0.75, 0.25])), minlength=2) for s in range(40)
    ]
    assert {tuple(c) for c in counts} == {(1, 1), (2, 0)}
