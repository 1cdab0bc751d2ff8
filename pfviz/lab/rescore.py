"""The same tree under another reward model: what it gives every node, where the two part, and whom each would kill.

The recorded sweeps go through the loop once more, with every step given and every selection as it was recorded, so that
a prefix is scored once, whoever took it on. Only the reward model is asked; the generator is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pfviz.inference.events import Noted, Scored, Weighed
from pfviz.inference.loop import Course, Sweep
from pfviz.inference.past import PastSweep, Told
from pfviz.inference.run import never
from pfviz.inference.weights import normalise
from pfviz.lab.ranks import kendall, spearman
from pfviz.lab.replay import Replay
from pfviz.models.base import FloatArray, RewardModel, Sampling
from pfviz.models.presets import as_reward
from pfviz.models.python_reward import RewardFunction
from pfviz.problem import Problem
from pfviz.trace.columns import Trace

BoolArray = npt.NDArray[np.bool_]

PART = 0.5
"""Spearman's ρ below this is a parting."""

TIE = 1e-6
"""Rewards that differ by no more are equally good: a model computes them in other batches than before."""

DOOMED = 1 / 3
"""A particle of which a resampling is to make fewer copies than this, N·W, is as good as killed."""


@dataclass(frozen=True, slots=True)
class Rescoring:
    """A step was scored."""

    sweep: int  # from 0
    step: int  # from 0
    steps: int  # T of that sweep


@dataclass(frozen=True)
class Rescored:
    """A sweep under another reward model. Arrays are (T, N) unless another shape is given."""

    sweep: int  # which of the trace's
    trace: Trace  # that sweep, under the reward of its run
    reward: str  # name of the other
    rewards: FloatArray  # the other's; a finished particle's last one is repeated
    weights: FloatArray  # of the run's method under the other's rewards, after the recorded selections
    notes: tuple[Noted, ...]

    @cached_property
    def correlations(self) -> FloatArray:
        """(T, 2) Spearman's ρ and Kendall's τ-b of the two rewards, over the distinct nodes that stand at each step;
        nan where one reward is the same for all of them."""
        found = np.full((self.trace.steps, 2), np.nan)
        for t in range(self.trace.steps):
            nodes = np.unique(self.trace.uids[t], return_index=True)[1]
            ours, theirs = self.trace.rewards[t, nodes], self.rewards[t, nodes]
            found[t] = spearman(ours, theirs), kendall(ours, theirs)
        return found

    @cached_property
    def parting(self) -> int | None:
        """The first step at which the two part: ρ is below 0.5, or no particle is best under both (up to 1e-6); None if
        they never do."""
        for t in range(self.trace.steps):
            best = _best(self.trace.rewards[t]) & _best(self.rewards[t])
            if self.correlations[t, 0] < PART or not best.any():
                return t
        return None

    @cached_property
    def killed_by_run(self) -> BoolArray:
        """True where the event after the step resampled, and N·W < 1/3 under the run's own weights."""
        return self._doomed(self.trace.weights)

    @cached_property
    def killed_by_other(self) -> BoolArray:
        """The same under the other's weights. Of a method that selects by rank, such as beam search, both say what the
        weights would have done and not what the method did."""
        return self._doomed(self.weights)

    @property
    def saved_by_other(self) -> BoolArray:
        """Killed by the run's reward, and not by the other."""
        return self.killed_by_run & ~self.killed_by_other

    @property
    def saved_by_run(self) -> BoolArray:
        """Killed by the other, and not by the run's reward."""
        return self.killed_by_other & ~self.killed_by_run

    def _doomed(self, weights: FloatArray) -> BoolArray:
        doomed = self.trace.particles * weights < DOOMED - 1e-9  # three particles of equal weight are not doomed
        return np.asarray(doomed & self.trace.resampled[:, None])


def _best(rewards: FloatArray) -> BoolArray:
    return np.asarray(rewards >= rewards.max() - TIE)


def rescore(
    trace: Trace, reward: str | RewardModel | RewardFunction, *, stop: Callable[[], bool] | None = None
) -> Iterator[Rescoring | Rescored]:
    """Every sweep of a trace under another reward: an item after each step, and a `Rescored` at the end of each sweep,
    the last sweep's last. A sweep that was stopped has none.

    `reward` is anything that `pfviz.run` takes. It is checked and loaded before the first item. Raises `ModelError` for
    a reward outside [0, 1], and `ProblemError` where the oracle does not know the answer.
    """
    return _rescored(trace, as_reward(reward), stop or never)


def _rescored(trace: Trace, reward: RewardModel, stop: Callable[[], bool]) -> Iterator[Rescoring | Rescored]:
    for number, sweep in enumerate(trace.sweeps):
        found = yield from _replayed(trace, number, sweep, reward, stop)
        if found is None:
            return
        yield found


def _replayed(
    trace: Trace, number: int, sweep: Trace, reward: RewardModel, stop: Callable[[], bool]
) -> Generator[Rescoring, None, Rescored | None]:
    past = replace(sweep, earlier=()).past()[0]
    known = PastSweep(past.steps, (), (), complete=False)  # without the rewards, so that the new ones stand
    replay = Replay(trace, sweep)
    course = Course(Problem(trace.problem, trace.truth), _Recorded(known), reward, trace.seed, stop)
    rewards, log_weights, notes = [], [], []
    for event in Sweep(course, replay, past=known).run() if sweep.steps else ():
        match event:
            case Scored():
                rewards.append(event.rewards)
            case Weighed():
                log_weights.append(normalise(event.log_weights))
                yield Rescoring(number, event.step, sweep.steps)
            case Noted():
                notes.append(event)
    if len(rewards) < sweep.steps:
        return None
    shape = (sweep.steps, sweep.particles)
    return Rescored(
        number, sweep, reward.name, np.array(rewards).reshape(shape), np.array(log_weights).reshape(shape), tuple(notes)
    )


class _Recorded:
    """A generator that writes what was written."""

    name = "recorded"

    def __init__(self, past: PastSweep) -> None:
        self._past = past

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> Told:
        """See `Generator.open`."""
        return Told(self._past)
