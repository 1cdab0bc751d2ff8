"""The one loop: extend, score, weigh, select, and an event for each. Every method runs on it."""

from __future__ import annotations

import functools
import time
from collections import abc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from types import MappingProxyType

import numpy as np

from pfviz.errors import ModelError
from pfviz.inference.events import Drafting, Event, Extended, RunEnded, RunStarted, Scored, Selected, Status, Weighed
from pfviz.inference.methods.base import Method, Population, Selection
from pfviz.inference.settings import Settings
from pfviz.inference.weights import ess, log_sum_exp
from pfviz.models.base import FloatArray, Generator, GeneratorSession, RewardModel, Step
from pfviz.problem import Problem
from pfviz.streams import stream


def _never() -> bool:
    return False


def run_events(
    problem: Problem,
    generator: Generator,
    reward: RewardModel,
    method: Method,
    settings: Settings,
    stop: Callable[[], bool] = _never,
) -> Iterator[Event]:
    """The events of one run, in the order that `events.py` states.

    `stop` is asked before each step and after each token column; when it returns True the run ends after its last
    complete step. Closing the iterator ends the run at once. Raises `ModelError` for a reward outside [0, 1].
    """
    began = time.perf_counter()
    n = settings.particles
    yield RunStarted(
        problem=problem.text,
        truth=problem.truth,
        generator=generator.name,
        reward=reward.name,
        method=method.name,
        settings=settings.as_dict(),
        seed=settings.seed,
        versions=versions(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    writers = generator.open(problem, particles=n, seed=settings.seed, sampling=settings.sampling)
    scorers = reward.open(problem, particles=n)
    finished = np.zeros(n, dtype=np.bool_)
    rewards = np.full(n, np.nan)
    history = np.empty((0, n))
    log_carried = np.full(n, -np.log(n))
    status: Status = "step limit"

    for step in range(settings.max_steps):
        if stop():
            status = "stopped"
            break
        active = [int(slot) for slot in np.flatnonzero(~finished)]
        steps = yield from _draft(writers, active, step, stop)
        if steps is None:
            status = "stopped"
            break
        yield Extended(step, steps)

        rewards = _updated(rewards, scorers.score(steps), steps, reward.name)
        for slot, written in steps.items():
            finished[slot] = written.finished
        yield Scored(step, rewards.copy())

        history = np.vstack([history, np.where(np.isin(np.arange(n), active), rewards, np.nan)])
        population = Population(step, settings.max_steps, history, finished.copy(), log_carried)
        weighing = method.weigh(population)
        log_weights = weighing.log_weights
        increment = log_sum_exp(log_weights)
        yield Weighed(step, log_carried.copy(), log_weights.copy(), ess(log_weights), increment, weighing.temperature)

        last = bool(finished.all()) or step + 1 == settings.max_steps
        if last:
            selection = Selection(False, np.arange(n), log_carried)
        else:
            selection = method.select(stream(settings.seed, "resampling", step), population, log_weights)
            if selection.resampled:
                writers.select(selection.ancestors)
                scorers.select(selection.ancestors)
                finished = finished[selection.ancestors]
                rewards = rewards[selection.ancestors]
                history = history[:, selection.ancestors]
            log_carried = selection.log_carried
        yield Selected(step, selection.resampled, selection.ancestors.copy(), time.perf_counter() - began)
        if last:
            status = "finished" if finished.all() else "step limit"
            break
    yield RunEnded(status, time.perf_counter() - began)


def _draft(
    writers: GeneratorSession, active: list[int], step: int, stop: Callable[[], bool]
) -> abc.Generator[Drafting, None, Mapping[int, Step] | None]:
    """One step of the active slots, told token by token; None if it was stopped in between."""
    drafting = writers.extend(active, step)
    try:
        for item in drafting:
            if not isinstance(item, int):
                return item
            yield Drafting(step, item, len(active))
            if stop():
                return None
    finally:
        # On every way out: a session keeps no step that was only begun.
        if isinstance(drafting, abc.Generator):
            drafting.close()
    raise ModelError("The generator's session ended a step without giving its steps.")


@functools.cache
def versions() -> Mapping[str, str]:
    """The versions that a run's numbers depend on."""
    import pfviz

    found = {"pfviz": pfviz.__version__}
    for name in ("torch", "transformers", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # a run of Python functions needs neither
            continue
    return MappingProxyType(found)


def _updated(rewards: FloatArray, scores: Mapping[int, float], steps: Mapping[int, Step], name: str) -> FloatArray:
    """The rewards (N,) with the new scores in their slots."""
    if scores.keys() != steps.keys():
        raise ModelError(f"The reward model {name} scored slots {sorted(scores)} and was given {sorted(steps)}.")
    rewards = rewards.copy()
    for slot, value in scores.items():
        if not 0 <= value <= 1:  # NaN fails this too
            raise ModelError(f"The reward model {name} scored a step as {value}; a reward lies in [0, 1].")
        rewards[slot] = value
    return rewards
