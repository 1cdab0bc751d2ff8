"""What a method is: a small policy that sees numbers, never tokens, and returns numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.settings import Settings
from pfviz.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Population:
    """The particles after step `step` was scored. Arrays are (N,), but for the history."""

    step: int
    max_steps: int
    history: FloatArray  # (step + 1, N) rewards along each particle's lineage, NaN where it was finished before
    finished: BoolArray
    log_carried: FloatArray  # normalised
    pinned: bool = False  # slot 0 is the trajectory that was kept of the iteration before, and must survive
    horizon: int | None = None  # steps after which the target is taken; None where the end of the sweep decides

    def scores(self, aggregation: str) -> FloatArray:
        """The aggregated reward of each particle."""
        return AGGREGATIONS[aggregation](self.history)

    def previous_scores(self, aggregation: str) -> FloatArray:
        """The same one step earlier along each particle's own lineage; NaN before the first step."""
        if self.step == 0:
            return np.full(self.history.shape[1], np.nan)
        return AGGREGATIONS[aggregation](self.history[:-1])


@dataclass(frozen=True, slots=True)
class Weighing:
    """`log_weights` (N,) = log_carried + potential, unnormalised; the softmax temperature that made them."""

    log_weights: FloatArray
    temperature: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Slot n of the next step continues slot ancestors[n]; `log_carried` (N,) is normalised and belongs to it."""

    resampled: bool
    ancestors: IntArray
    log_carried: FloatArray


@dataclass(frozen=True, slots=True)
class Swap:
    """Chains `chain` and `chain + 1` proposed to exchange what they keep."""

    chain: int
    log_ratio: float  # of Metropolis
    accepted: bool


Family = Literal["filter", "search", "sampling"]
"""A filter's weights estimate a posterior; a search copies the best particles; in sampling each goes on by itself."""


class Method(Protocol):
    """All that there is to say of a method stands on its class; an instance is its policy under some settings.

    A sweep is one pass of the loop; a method has one, or `iterations` of them for each of its `chains`.
    """

    name: str
    title: str
    short_title: str  # where there is little room; empty where the title is short enough
    description: str  # one sentence for people
    family: Family
    setting_names: tuple[str, ...]  # the settings that it has, beside the seed and the limits
    usual_pick: str  # how its answer is chosen, unless a setting says otherwise
    independent: bool  # writes plain draws from the generator: with one seed all such methods write the same solutions
    deterministic: bool  # draws nothing, so that every seed gives the same run
    settings: Settings  # as given, but for what the method fixes

    def __init__(self, settings: Settings) -> None: ...

    @classmethod
    def settings_for_budget(cls, common: Settings, budget: int) -> Settings | None:
        """The settings with which it writes `budget` solutions, the rest as in `common`; None where it cannot. Raises
        `SettingError` for a budget that is no number of particles."""
        ...

    @classmethod
    def chain_tau(cls, settings: Settings, chain: int) -> float:
        """The softmax temperature of a chain (from 0) under these settings."""
        ...

    @property
    def generations(self) -> int:
        """Solutions that are written in all: the budget that methods are compared at."""
        ...

    @property
    def iterations(self) -> int:
        """Sweeps of each chain."""
        ...

    @property
    def chains(self) -> Sequence[Method]:
        """The policy of each chain, the first of which has the target that is asked for."""
        ...

    def weigh(self, population: Population) -> Weighing: ...

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """Called after every step but the last."""
        ...

    def keep(self, rng: np.random.Generator, log_weights: FloatArray) -> int | None:
        """Slot of the trajectory to keep for the next iteration, from the last weights (N,); None for none."""
        ...

    def swap(self, rng: np.random.Generator, kept: Sequence[FloatArray], horizon: int) -> Sequence[Swap]:
        """Exchanges between the chains after an iteration, done in their order: `kept` holds the rewards (T,) of the
        trajectory of each chain, `horizon` the steps after which the targets are taken."""
        ...


class SingleSweepMethod(Method, Protocol):
    """What a method of a single sweep is beside its policy, and what most methods have in common."""

    short_title: str = ""
    independent: bool = False
    deterministic: bool = False

    @classmethod
    def settings_for_budget(cls, common: Settings, budget: int) -> Settings | None:
        """A particle for each solution."""
        return replace(common, particles=budget)

    @classmethod
    def chain_tau(cls, settings: Settings, chain: int) -> float:
        """That of the settings."""
        return settings.tau

    @property
    def generations(self) -> int:
        """N."""
        return self.settings.particles

    @property
    def iterations(self) -> int:
        """One."""
        return 1

    @property
    def chains(self) -> Sequence[Method]:
        """Itself."""
        return (self,)

    def keep(self, rng: np.random.Generator, log_weights: FloatArray) -> int | None:
        """Nothing: no iteration follows."""
        return None

    def swap(self, rng: np.random.Generator, kept: Sequence[FloatArray], horizon: int) -> Sequence[Swap]:
        """Nobody to exchange with."""
        return ()


def weigh_by_score(population: Population, aggregation: str) -> Weighing:
    """Weights in proportion to the aggregated rewards, for methods that weigh only to vote and to show."""
    scores = population.scores(aggregation)
    return Weighing(uniform_log_weights(len(scores)) + np.log(np.maximum(scores, np.finfo(np.float64).tiny)), 1.0)


def uniform_log_weights(n: int) -> FloatArray:
    """Log-weights (N,) of equal particles."""
    return np.full(n, -np.log(n))


def identity_selection(n: int) -> Selection:
    """No selection: each particle goes on by itself."""
    return Selection(False, np.arange(n), uniform_log_weights(n))
