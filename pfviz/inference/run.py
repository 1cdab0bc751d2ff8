"""A run: one sweep of the loop for each iteration and chain of the method, and what is handed from one to the next."""

from __future__ import annotations

import functools
from collections import abc
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from types import MappingProxyType

from pfviz.inference.events import Event, RunEnded, RunStarted, Status, SwapProposed
from pfviz.inference.loop import RunContext, Sweep
from pfviz.inference.methods.base import Method
from pfviz.inference.replay import NO_PAST, PastSweep, Trajectory
from pfviz.problems.problem import Problem
from pfviz.rng import derive_rng, sweep_seed
from pfviz.types import Generator, RewardModel
from pfviz.version import __version__


def never_stop() -> bool:
    """The usual `stop`."""
    return False


def run_events(
    problem: Problem,
    generator: Generator,
    reward: RewardModel,
    method: Method,
    stop: Callable[[], bool] = never_stop,
    past: Sequence[PastSweep] = (),
    started: str | None = None,
) -> Iterator[Event]:
    """The events of one run, in the order that `events.py` states, with the settings that the method has.

    `stop` is asked before each step and after each token column; when it returns True the run ends after its last
    complete step. Closing the iterator ends the run at once. A `past` is gone through again, step by step, and the run
    goes on where it ends; `started` is when it began, else the problem's `asked_at`, else now: what prompts take for
    today. Raises `ModelError` for a reward outside [0, 1].
    """
    started = started or (problem.asked_at or datetime.now(UTC)).isoformat(timespec="seconds")
    context = RunContext(problem.asked_when(started), generator, reward, method.settings.seed, stop)
    yield RunStarted(
        problem=problem.text,
        truth=problem.truth,
        generator=generator.name,
        reward=reward.name,
        method=method.name,
        settings=method.settings.as_dict(),
        seed=method.settings.seed,
        versions=dict(versions()),  # one's own, as what is kept for all runs is read-only and cannot be pickled
        started=started,
    )
    status: Status = yield from _run_sweeps(context, method, past)
    yield RunEnded(status, context.seconds())


def _run_sweeps(context: RunContext, method: Method, past: Sequence[PastSweep]) -> abc.Generator[Event, None, Status]:
    """Every sweep; returns how the last one ended, or that it was stopped."""
    chains = method.chains
    kept: list[Trajectory | None] = [None] * len(chains)
    horizon = None
    known = iter(past)
    status: Status = "finished"
    for iteration in range(method.iterations):
        lengths = []
        for number, chain in enumerate(chains):
            sweep = Sweep(context, chain, iteration, number, kept[number], horizon, next(known, NO_PAST))
            outcome = yield from sweep.run()
            if outcome is None:
                return "stopped"
            kept[number], status = outcome.retained, outcome.status
            lengths.append(outcome.steps)
        horizon = horizon or max(lengths)
        yield from _swap_chains(context, method, iteration, kept, horizon)
    return status


def _swap_chains(
    context: RunContext, method: Method, iteration: int, kept: list[Trajectory | None], horizon: int
) -> Iterator[SwapProposed]:
    """Let the method's chains exchange what they keep, in place."""
    rewards = [trajectory.rewards for trajectory in kept if trajectory is not None]
    if len(rewards) < 2:
        return
    rng = derive_rng(sweep_seed(context.seed, iteration, 0), "swaps")
    for swap in method.swap(rng, rewards, horizon):
        if swap.accepted:
            lower, upper = swap.chain, swap.chain + 1
            kept[lower], kept[upper] = kept[upper], kept[lower]
        yield SwapProposed(iteration, swap.chain, swap.log_ratio, swap.accepted)


@functools.cache
def versions() -> Mapping[str, str]:
    """The versions that a run's numbers depend on."""
    found = {"pfviz": __version__}
    for name in ("torch", "transformers", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # a run of Python functions needs neither
            continue
    return MappingProxyType(found)
