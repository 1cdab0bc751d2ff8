"""The same tree under another reward model: what it gives every node, where the two part, and whom each would kill.

The recorded sweeps go through the loop once more, with every step given and every selection as it was recorded, so that
a prefix is scored once, whoever took it on. Only the reward model is asked; the generator is not needed,
unless the reward reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pfviz import types
from pfviz.inference.events import NoteAdded, ParticlesWeighed, StepsScored
from pfviz.inference.loop import RunContext, Sweep
from pfviz.inference.replay import PastSweep, ReplaySession
from pfviz.inference.run import never_stop
from pfviz.inference.weights import normalise
from pfviz.lab.probes.recorded_method import RecordedMethod
from pfviz.lab.probes.scoring import recorded_reward
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.models.rewards.function import RewardFunction
from pfviz.problems.problem import Problem
from pfviz.stats.rank_correlation import kendall, spearman
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, RewardModel, Sampling

MIN_CORRELATION = 0.5
"""Spearman's ρ below this is a parting."""

TIE_TOLERANCE = 1e-6
"""Rewards that differ by no more are equally good: a model computes them in other batches than before."""

MAX_COPIES_KILLED = 1 / 3
"""A particle of which a resampling is to make fewer copies than this, N·W, is as good as killed."""


@dataclass(frozen=True, slots=True)
class RescoringProgress:
    """A step was scored."""

    sweep: int  # from 0
    step: int  # from 0
    steps: int  # T of that sweep


@dataclass(frozen=True)
class RescoredSweep:
    """A sweep under another reward model. Arrays are (T, N) unless another shape is given."""

    sweep: int  # which of the trace's
    trace: Trace  # that sweep, under the reward of its run
    reward: str  # name of the other
    rewards: FloatArray  # the other's; a finished particle's last one is repeated
    weights: FloatArray  # of the run's method under the other's rewards, after the recorded selections
    notes: tuple[NoteAdded, ...]

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
    def first_disagreement(self) -> int | None:
        """The first step at which the two part: ρ is below 0.5, or no particle is best under both (up to 1e-6); None if
        they never do."""
        for t in range(self.trace.steps):
            best = _is_best(self.trace.rewards[t]) & _is_best(self.rewards[t])
            if self.correlations[t, 0] < MIN_CORRELATION or not best.any():
                return t
        return None

    @cached_property
    def killed_by_run(self) -> BoolArray:
        """True where the event after the step resampled, and N·W < 1/3 under the run's own weights."""
        return self._is_killed(self.trace.weights)

    @cached_property
    def killed_by_other(self) -> BoolArray:
        """The same under the other's weights. Of a method that selects by rank, such as beam search, both say what the
        weights would have done and not what the method did."""
        return self._is_killed(self.weights)

    @property
    def saved_by_other(self) -> BoolArray:
        """Killed by the run's reward, and not by the other."""
        return self.killed_by_run & ~self.killed_by_other

    @property
    def saved_by_run(self) -> BoolArray:
        """Killed by the other, and not by the run's reward."""
        return self.killed_by_other & ~self.killed_by_run

    def _is_killed(self, weights: FloatArray) -> BoolArray:
        killed = (
            self.trace.particles * weights < MAX_COPIES_KILLED - 1e-9
        )  # three particles of equal weight are not doomed
        return np.asarray(killed & self.trace.resampled[:, None])


def _is_best(rewards: FloatArray) -> BoolArray:
    return np.asarray(rewards >= rewards.max() - TIE_TOLERANCE)


def rescore(
    trace: Trace,
    reward: str | RewardModel | RewardFunction,
    *,
    generator: str | types.Generator | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[RescoringProgress | RescoredSweep]:
    """Every sweep of a trace under another reward: an item after each step, and a `Rescored` at the end of each sweep,
    the last sweep's last. A sweep that was stopped has none.

    `reward` is anything that `pfviz.run` takes. One that reads the generator's own numbers, where the trace lacks them,
    or asks it as a judge, has it loaded: the trace's, or the one that is given. It is checked and loaded before the
    first item. Raises `ModelError` for a reward outside [0, 1], and `ProblemError` where the oracle does not know the
    answer.
    """
    return _rescore_sweeps(trace, recorded_reward(trace, reward, generator), stop or never_stop)


def _rescore_sweeps(
    trace: Trace, reward: RewardModel, stop: Callable[[], bool]
) -> Iterator[RescoringProgress | RescoredSweep]:
    for number, sweep in enumerate(trace.sweeps):
        found = yield from _rescore_sweep(trace, number, sweep, reward, stop)
        if found is None:
            return
        yield found


def _rescore_sweep(
    trace: Trace, number: int, sweep: Trace, reward: RewardModel, stop: Callable[[], bool]
) -> Generator[RescoringProgress, None, RescoredSweep | None]:
    past = replace(sweep, earlier=()).past()[0]
    known = PastSweep(past.steps, (), (), complete=False)  # without the rewards, so that the new ones stand
    replay = RecordedMethod(trace, sweep)
    problem = Problem(trace.problem, trace.truth).asked_when(trace.started)
    context = RunContext(problem, _RecordedGenerator(known), reward, trace.seed, stop)
    rewards, log_weights, notes = [], [], []
    for event in Sweep(context, replay, past=known).run() if sweep.steps else ():
        match event:
            case StepsScored():
                rewards.append(event.rewards)
            case ParticlesWeighed():
                log_weights.append(normalise(event.log_weights))
                yield RescoringProgress(number, event.step, sweep.steps)
            case NoteAdded():
                notes.append(event)
    if len(rewards) < sweep.steps:
        return None
    shape = (sweep.steps, sweep.particles)
    return RescoredSweep(
        number, sweep, reward.name, np.array(rewards).reshape(shape), np.array(log_weights).reshape(shape), tuple(notes)
    )


class _RecordedGenerator:
    """A generator that writes what was written."""

    name = "recorded"

    def __init__(self, past: PastSweep) -> None:
        self._past = past

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> ReplaySession:
        """See `Generator.open`."""
        return ReplaySession(self._past)


def rescore_rows(
    traces: Sequence[Trace],
    rows: PrefixTable,
    reward: str | RewardModel | RewardFunction,
    *,
    generator: str | types.Generator | None = None,
    stop: Callable[[], bool] | None = None,
) -> FloatArray:
    """What another reward says of the prefixes (R,) of a table of these runs; nan of sweeps that were stopped. The
    other arguments and errors are those of `rescore`."""
    found: dict[tuple[int, int], FloatArray] = {}
    for run, trace in enumerate(traces):
        for item in rescore(trace, reward, generator=generator, stop=stop):
            if isinstance(item, RescoredSweep):
                found[run, item.sweep] = item.rewards.reshape(-1)  # by uid
    keys = zip(rows.run.tolist(), rows.sweep.tolist(), rows.uid.tolist(), strict=True)
    scores = [found[run, sweep][uid] if (run, sweep) in found else np.nan for run, sweep, uid in keys]
    return np.array(scores, dtype=np.float64)
