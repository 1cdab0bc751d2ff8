"""Runs of several sweeps over the toy pair, for tests of what is drawn and shown of them."""

from __future__ import annotations

from functools import cache

import pfviz
from pfviz.trace import Trace
from tests.contracts import toy


@cache
def gibbs(iterations: int = 4, particles: int = 5, seed: int = 3) -> Trace:
    """A run of particle Gibbs; its solutions are letters and box no answer."""
    return pfviz.run(
        "toy", generator=toy.ToyGenerator(), reward=toy.reward, method="particle_gibbs", iterations=iterations,
        particles=particles, max_steps=toy.LENGTH, seed=seed,
    )  # fmt: skip


@cache
def tempering(iterations: int = 6, chains: int = 3, particles: int = 4, seed: int = 1) -> Trace:
    """A run of parallel tempering, with some exchanges accepted and some not."""
    return pfviz.run(
        "toy", generator=toy.ToyGenerator(), reward=toy.reward, method="parallel_tempering", iterations=iterations,
        chains=chains, particles=particles, max_steps=toy.LENGTH, seed=seed, tau=0.1,
    )  # fmt: skip
