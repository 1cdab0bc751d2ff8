"""A recorded sweep as a method: it weighs as the run's method did, and selects whom the run selected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pfviz.inference.methods import make_method
from pfviz.inference.methods.base import Family, Population, Selection, SingleSweepMethod, Weighing, uniform_log_weights
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.settings import Settings
from pfviz.inference.weights import log_normalise, log_sum_exp
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray


class RecordedMethod(SingleSweepMethod):
    """The policy of one sweep of a trace, under whatever rewards; raises `SettingError` for a method or a setting that
    this version does not know.

    What the weights carry past a step follows from the new rewards: equal shares after a resampling, and all that was
    weighed so far where the run did not resample.
    """

    name = "replay"
    title = "Replay"
    description = "The selections of a recorded run."
    family: Family = "filter"
    setting_names: tuple[str, ...] = ()
    usual_pick = "highest"

    def __init__(self, trace: Trace, sweep: Trace) -> None:
        policy = make_method(trace.method, Settings.from_recorded(trace.settings, trace.seed))
        self._policy = policy.chains[sweep.chain]
        self._sweep = sweep
        self._limit = self._policy.settings.max_steps
        lengths = [one.steps for one in trace.sweeps if one.iteration == 0]
        self._horizon = max(lengths) if sweep.iteration else None
        self.settings = replace(self._policy.settings, max_steps=max(1, sweep.steps))

    def weigh(self, population: Population) -> Weighing:
        """As the run's method."""
        limit = self._limit if self._horizon is None else self._horizon
        return self._policy.weigh(
            replace(population, max_steps=limit, pinned=self._sweep.pinned, horizon=self._horizon)
        )

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """As recorded."""
        t, n = population.step, len(log_weights)
        resampled = bool(self._sweep.resampled[t])
        carried = uniform_log_weights(n)
        if isinstance(self._policy, ParticleFiltering):
            if not resampled:
                carried = log_normalise(log_weights)
            elif self._policy.settings.finished == "absorbing":
                carried = _equalise_unfinished(log_normalise(log_weights), np.flatnonzero(~population.finished))
        return Selection(resampled, self._sweep.ancestors[t], carried)


def _equalise_unfinished(log_carried: FloatArray, free: np.ndarray) -> FloatArray:
    """Finished particles keep their weight, and the others have equal shares of what they weigh together."""
    log_carried = log_carried.copy()
    log_carried[free] = log_sum_exp(log_carried[free]) - np.log(len(free))
    return log_carried
