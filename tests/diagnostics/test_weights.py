"""Evenness of the weights, against cases that can be counted by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pfviz.diagnostics import (
    cumulative_log_evidence,
    ess_fraction,
    evidence_name,
    is_filter,
    mass_name,
    max_weight,
    perplexity_fraction,
)
from pfviz.inference.methods import METHODS
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from tests.traces import synthetic_trace


def test_even_and_degenerate_weights() -> None:
    log_weights = np.array([[0.0] * 4, [0.0, 0.0, -np.inf, -np.inf], [0.0, -np.inf, -np.inf, -np.inf]])
    trace = dataclasses.replace(
        synthetic_trace(4, 3, trigger="never"), log_weights=log_weights, ess=np.array([4.0, 2.0, 1.0])
    )
    assert ess_fraction(trace).tolist() == [1, 0.5, 0.25]
    assert perplexity_fraction(trace) == pytest.approx([1, 0.5, 0.25])
    assert max_weight(trace).tolist() == [0.25, 0.5, 1]


def test_recorded_ess_is_that_of_the_weights() -> None:
    trace = synthetic_trace(64, 8, trigger="ess")
    assert ess_fraction(trace) == pytest.approx(1 / (64 * (trace.weights**2).sum(axis=1)))
    assert np.all(perplexity_fraction(trace) >= ess_fraction(trace) - 1e-12)  # Rényi entropies fall with their order


def test_log_evidence_is_the_running_sum_and_names_its_target() -> None:
    trace = synthetic_trace()
    assert cumulative_log_evidence(trace)[-1] == pytest.approx(trace.log_evidence.sum())
    assert cumulative_log_evidence(trace.upto(2)).tolist() == cumulative_log_evidence(trace)[:2].tolist()
    assert evidence_name(trace) == "log Ẑ of the odds target"
    assert evidence_name(dataclasses.replace(trace, settings={"particles": 16})) == "log Ẑ"


def test_only_a_filter_has_a_posterior() -> None:
    trace = synthetic_trace()
    for name, method in METHODS.items():
        made = dataclasses.replace(trace, method=name)
        filters = issubclass(method, ParticleFiltering)
        assert is_filter(made) == filters
        assert mass_name(made) == ("posterior mass" if filters else "share of the weight")
        assert ("Ẑ" in evidence_name(made)) == filters
