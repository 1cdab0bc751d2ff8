"""How fast the estimates of a particle filter come together, on the enumerated toy language.

The bounds are on slopes over log N, fitted to three sizes; the standard error of each slope is stated.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.contracts import toy
from tests.exact.test_particle_filtering import settings_of, weighted_population

pytestmark = pytest.mark.xdist_group("convergence")  # one process makes the runs

SIZES = (8, 32, 128)
RUNS = 300


@pytest.fixture(scope="module")
def runs() -> dict[int, np.ndarray]:
    """For each size RUNS pairs: log Ẑ, and the estimate of the expected number of b in a solution."""
    found = {}
    for n in SIZES:
        pairs = []
        for seed in range(RUNS):
            texts, weights, z = weighted_population(settings_of("always", "systematic", n, tau=0.5, seed=seed))
            pairs.append((math.log(z), sum(w * text.count("b") for text, w in zip(texts, weights, strict=True))))
        found[n] = np.array(pairs)
    return found


def slope(values: list[float]) -> float:
    return float(np.polyfit(np.log(SIZES), np.log(values), 1)[0])


def test_the_variance_of_the_log_evidence_falls_as_one_over_n(runs) -> None:
    """A variance of 300 runs is known to 8 %, so the slope to 0.03; the bound is four of that, and 0.05 for what the
    smallest size is away from its limit."""
    assert abs(slope([runs[n][:, 0].var(ddof=1) for n in SIZES]) + 1) < 0.17


def test_a_posterior_expectation_converges_as_one_over_the_root_of_n(runs) -> None:
    """The root of the mean square error of 300 runs is known to 4 %, its slope to 0.017; the bound is as above."""
    posterior, _ = toy.posterior(0.5)
    exact = sum(p * text.count("b") for text, p in posterior.items())
    errors = [float(np.sqrt(np.mean((runs[n][:, 1] - exact) ** 2))) for n in SIZES]
    assert abs(slope(errors) + 0.5) < 0.12
    largest = runs[SIZES[-1]][:, 1]
    assert abs(largest.mean() - exact) < 5 * largest.std(ddof=1) / math.sqrt(RUNS)


def test_the_log_evidence_is_biased_downwards_by_half_its_variance(runs) -> None:
    """E log Ẑ ≈ log Z - Var/2 (delta method), at the largest size to within five standard errors."""
    _, z = toy.posterior(0.5)
    values = runs[SIZES[-1]][:, 0]
    expected = math.log(z) - values.var(ddof=1) / 2
    assert abs(values.mean() - expected) < 5 * values.std(ddof=1) / math.sqrt(RUNS)
