"""Parallel tempering over particle filters (Puri et al., arXiv 2502.01618 v5, algorithm 3; Geyer 1991, "Markov chain
Monte Carlo maximum likelihood"): M chains of particle Gibbs with rising softmax temperatures tau_1 < ... < tau_M, which
exchange the trajectories that they keep.

tau_m = tau · ladder^(m-1). With x_m the trajectory that chain m keeps, and Φ(x) the sum of its log-potentials at tau 1
over the T steps, chain m has the target π_m(x) ∝ p(x) exp(Φ(x) / tau_m). After each iteration every pair of neighbours,
the coldest first, exchanges with probability min(1, α):

    log α = log π_i(x_j) π_j(x_i) / π_i(x_i) π_j(x_j) = (1 / tau_i - 1 / tau_j) (Φ(x_j) - Φ(x_i)).

A hot chain roams where the reward is low; what it finds there goes down the ladder if the reward, read coldly, agrees.

Target: of the first chain, that of particle Gibbs with the same settings; its iterations alone give the answer. K
iterations of M chains of N particles cost M (N + (K - 1)(N - 1)) generations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pfviz.inference.methods.base import Method, Swap
from pfviz.inference.methods.particle_gibbs import ParticleGibbs
from pfviz.inference.settings import Settings
from pfviz.types import FloatArray


class ParallelTempering(ParticleGibbs):
    """Chains of particle Gibbs that exchange what they keep."""

    name = "parallel_tempering"
    title = "Parallel tempering"
    description = "Several chains of particle Gibbs, each trusting the reward less than the last, exchange solutions."
    setting_names: tuple[str, ...] = (
        "particles", "iterations", "chains", "ladder", "temperature", "tau", "tau_start_factor", "potential",
        "reward_slope", "trigger", "threshold", "first_resampling", "finished", "aggregation", "pick",
    )  # fmt: skip

    @classmethod
    def settings_for_budget(cls, common: Settings, budget: int) -> Settings | None:
        """N / 4 particles in each of two iterations of two chains."""
        return replace(common, particles=budget // 4, iterations=2, chains=2) if budget >= 8 else None

    @classmethod
    def chain_tau(cls, settings: Settings, chain: int) -> float:
        """tau · ladder^chain."""
        return settings.tau * settings.ladder**chain

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._chains = tuple(
            ParticleGibbs(replace(self.settings, tau=self.chain_tau(self.settings, chain)))
            for chain in range(self.settings.chains)
        )

    @property
    def chains(self) -> Sequence[Method]:
        """From the coldest to the hottest."""
        return self._chains

    def log_ratio(self, chain: int, lower: FloatArray, upper: FloatArray, horizon: int) -> float:
        """log α of exchanging the trajectories with the rewards `lower` and `upper` between `chain` and the next."""
        cold, hot = self._chains[chain : chain + 2]
        return (cold.log_target(upper, horizon) + hot.log_target(lower, horizon)) - (
            cold.log_target(lower, horizon) + hot.log_target(upper, horizon)
        )

    def swap(self, rng: np.random.Generator, kept: Sequence[FloatArray], horizon: int) -> Sequence[Swap]:
        """One proposal for each pair of neighbours."""
        held, swaps = list(kept), []
        for chain in range(len(held) - 1):
            log_ratio = self.log_ratio(chain, held[chain], held[chain + 1], horizon)
            accepted = bool(np.log(rng.random()) < log_ratio)
            if accepted:
                held[chain], held[chain + 1] = held[chain + 1], held[chain]
            swaps.append(Swap(chain, log_ratio, accepted))
        return swaps
