"""The recorded rewards weighed by another rule: what the weights of each recorded population would have been."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from pfviz.diagnostics.evidence import is_filter
from pfviz.errors import SettingError
from pfviz.inference.methods import METHODS
from pfviz.inference.methods.base import Method, Population, Selection
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.settings import SETTINGS, Settings
from pfviz.inference.weights import log_normalise
from pfviz.rng import derive_rng, sweep_seed
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray

MAX_TAU, MAX_CHAIN, MAX_SEED = SETTINGS["tau"].high, int(SETTINGS["chains"].high), int(SETTINGS["seed"].high)

_USUAL = Settings()


@dataclass(frozen=True)
class Rule:
    """How particles are weighed and selected: settings of a filter (what each may be: `pfviz.inference.settings`)."""

    resampler: str = _USUAL.resampler
    tau: float = _USUAL.tau
    potential: str = _USUAL.potential
    trigger: str = _USUAL.trigger
    threshold: float = _USUAL.threshold
    aggregation: str = _USUAL.aggregation
    seed: int = _USUAL.seed

    def validate(self) -> Rule:
        """The same with its numbers converted from text; raises `SettingError` that names what makes no sense."""
        made = Settings.from_values(**self.__dict__)
        return Rule(**{name: getattr(made, name) for name in self.__dict__})


@dataclass(frozen=True, slots=True)
class WeighedPopulation:
    """The recorded population of a step, with its `log_weights` (N,) under the rule, before selection."""

    population: Population
    log_weights: FloatArray


def recorded_settings(trace: Trace) -> Settings:
    """The recorded settings; one that is not known here, or makes no sense, is the usual one."""
    found = {}
    for name, value in trace.settings.items():
        with suppress(SettingError):
            Settings.from_values(**{name: value})
            found[name] = value
    return replace(Settings.from_values(**found), seed=min(trace.seed, MAX_SEED))


def recorded_rule(trace: Trace) -> Rule:
    """The rule of the run itself, of the chain that the sweep belongs to. Of a method that does not filter: what it has
    of one, which is how the rewards of the steps count together, and else the usual."""
    settings = recorded_settings(trace)
    if not is_filter(trace):
        return Rule(aggregation=settings.aggregation, seed=settings.seed)
    # What a method fixes, such as the scheme of particle Gibbs, is not always what the settings say.
    fixed = make_chain_or_default(trace.method, settings).settings
    rule = Rule(**{name: getattr(fixed, name) for name in Rule().__dict__})
    tau = METHODS.get(trace.method, ParticleFiltering).chain_tau(settings, min(trace.chain, MAX_CHAIN))
    return replace(rule, tau=min(MAX_TAU, tau), seed=settings.seed)


def make_chain_or_default(name: str, settings: Settings) -> Method:
    """The policy of a chain of that method with these settings; particle filtering where the method is not known, or
    does not run with them."""
    with suppress(SettingError, KeyError):
        return METHODS[name](replace(settings, chains=1)).chains[0]
    return ParticleFiltering(settings)


class ReweighedSweep:
    """A sweep under a rule: every recorded population as it was, with the weights that the rule gives it.

    Between two recorded events weights accumulate from step to step, as under a trigger; after one they go on from what
    it left behind. The method of the run decides what else is done to them: what entropic filtering flattens stays
    flattened, and a method that does not filter is weighed as particle filtering.
    """

    def __init__(self, trace: Trace, rule: Rule) -> None:
        self.trace, self.rule = trace, rule
        usual = recorded_settings(trace)
        settings = replace(usual, **rule.__dict__)
        self._weigher = make_chain_or_default(trace.method if is_filter(trace) else ParticleFiltering.name, settings)
        self._selector = ParticleFiltering(settings)
        self._max_steps = usual.max_steps
        first = [sweep.steps for sweep in trace.sweeps if sweep.iteration == 0]
        self._horizon = max(first) if trace.iteration and first else None

    def __iter__(self) -> Iterator[WeighedPopulation]:
        """Step by step."""
        trace, n = self.trace, self.trace.particles
        history, failed = np.empty((0, n)), np.zeros(n, dtype=np.bool_)
        carried = np.full(n, -np.log(n))
        for t in range(trace.steps):
            if t:
                before = trace.ancestors[t - 1]
                history, failed = history[:, before], failed[before]
            history = np.vstack([history, np.where(trace.written[t], trace.rewards[t], np.nan)])
            failed = failed | np.array([end == "failed" for end in trace.ends[t]])
            population = Population(
                t, self._max_steps, np.where(failed, 0.0, history), trace.finished[t], carried, trace.pinned,
                self._horizon,
            )  # fmt: skip
            weights = np.where(failed, -np.inf, self._weigher.weigh(population).log_weights)
            yield WeighedPopulation(population, weights)
            after = trace.log_carried[t + 1] if trace.resampled[t] and t + 1 < trace.steps else None
            carried = log_normalise(weights) if after is None else after

    def last_step(self) -> WeighedPopulation:
        """The last step. Raises `IndexError` where the trace has none."""
        (found,) = deque(self, maxlen=1) or (None,)
        if found is None:
            raise IndexError("the trace has no step")
        return found

    def select(self, weighed: WeighedPopulation) -> Selection:
        """What the rule's event after the step would have done to its population, drawn as a run with the rule's seed
        draws it."""
        seed = sweep_seed(self.rule.seed, self.trace.iteration, self.trace.chain)
        rng = derive_rng(seed, "resampling", weighed.population.step)
        made = self._selector.select(rng, weighed.population, weighed.log_weights)
        if self.trace.pinned:
            made.ancestors[0] = 0
        return made
