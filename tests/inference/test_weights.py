"""Weights in log space."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pfviz.inference.weights import ess, log_evidence_increment, log_normalise, log_odds, log_sum_exp, normalise

LOG_WEIGHTS = arrays(np.float64, st.integers(1, 40), elements=st.one_of(st.floats(-700, 700), st.just(-math.inf)))


@given(LOG_WEIGHTS)
def test_normalised_weights_sum_to_one(logw) -> None:
    weights = normalise(logw)
    assert math.isclose(weights.sum(), 1.0)
    assert (weights >= 0).all()
    if np.isfinite(logw).any():
        assert (weights[np.isneginf(logw)] == 0).all()
        assert abs(log_sum_exp(log_normalise(logw))) < 1e-9


@given(LOG_WEIGHTS, st.floats(-1000, 1000))
def test_the_effective_sample_size_has_no_scale(logw, shift) -> None:
    value = ess(logw)
    assert 1 - 1e-9 <= value <= len(logw) + 1e-6
    assert math.isclose(value, ess(logw + shift), rel_tol=1e-6)


def test_effective_sample_sizes() -> None:
    assert math.isclose(ess(np.zeros(8)), 8)
    assert math.isclose(ess(np.array([0.0, -np.inf, -np.inf])), 1)
    assert math.isclose(ess(np.log([0.5, 0.25, 0.25])), 1 / (0.25 + 2 / 16))


def test_all_weights_zero_is_uniform() -> None:
    logw = np.full(4, -np.inf)
    assert normalise(logw).tolist() == [0.25] * 4
    assert ess(logw) == 4
    assert log_sum_exp(logw) == -np.inf


def test_log_odds_are_those_of_the_reference() -> None:
    """log r - log(1 - r), r clipped to [1e-7, 1 - 1e-7]."""
    r = np.array([0.1, 0.5, 0.93])
    assert log_odds(r) == pytest.approx(np.log(r) - np.log(1 - r))
    ends = log_odds(np.array([0.0, 1.0]))
    assert ends == pytest.approx([-math.log(1e7 - 1), math.log(1e7 - 1)])


def test_weights_are_softmax_of_log_odds_over_tau() -> None:
    r, tau = np.array([0.2, 0.7, 0.9]), 2.0
    odds = (r / (1 - r)) ** (1 / tau)
    assert normalise(log_odds(r) / tau) == pytest.approx(odds / odds.sum())


def test_the_evidence_increment_is_a_mean_under_the_carried_weights() -> None:
    carried, potential = np.log([0.5, 0.3, 0.2]), np.log([2.0, 1.0, 4.0])
    assert log_evidence_increment(carried, potential) == pytest.approx(math.log(0.5 * 2 + 0.3 + 0.2 * 4))
