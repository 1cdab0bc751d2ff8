"""The public surface: `run`, `stream`, `resume`, `load` and `reward`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pfviz.errors import ModelError
from pfviz.inference.events import Event
from pfviz.inference.methods import make_method
from pfviz.inference.methods.base import Method
from pfviz.inference.run import never_stop, run_events
from pfviz.inference.settings import Settings
from pfviz.models import registry
from pfviz.models.rewards.function import FunctionReward, RewardFunction
from pfviz.problems.problem import Problem
from pfviz.trace.trace import Trace
from pfviz.types import Generator, RewardModel


def stream(
    problem: str | Problem,
    *,
    particles: int = 16,
    seed: int = 0,
    generator: str | Generator = "embedded",
    reward: str | RewardModel | RewardFunction = "embedded",
    method: str = "particle_filtering",
    truth: str | None = None,
    stop: Callable[[], bool] | None = None,
    **settings: Any,
) -> Iterator[Event]:
    """A run, event by event.

    `generator` and `reward` are names of presets or objects of `pfviz.types`'s protocols; `reward` may be a
    function of (problem text, steps). `truth` grades the answers. `stop` is asked between tokens. Further settings are
    those of `pfviz.inference.settings.Settings`.

    Everything is checked and loaded before the first event. Raises `ProblemError`, `SettingError`, `ModelError`.
    """
    checked, policy = check_arguments(
        problem, particles=particles, seed=seed, generator=generator, method=method, truth=truth, **settings
    )
    if isinstance(generator, str):
        preset = registry.generator_preset(generator)
        generator = registry.get_generator(generator)
        preset.check_familiarity(checked.text, generator)
    return run_events(checked, generator, registry.as_reward(reward), policy, stop or never_stop)


def check_arguments(
    problem: str | Problem,
    *,
    generator: str | Generator = "embedded",
    method: str = "particle_filtering",
    truth: str | None = None,
    **settings: Any,
) -> tuple[Problem, Method]:
    """What can be checked before a model is loaded; the arguments and errors are those of `stream`."""
    known = problem if isinstance(problem, Problem) else Problem(problem)
    checked = Problem.from_text(known.text, known.truth if truth is None else truth)
    policy = make_method(method, Settings.from_values(**settings))
    if isinstance(generator, str):
        registry.generator_preset(generator).check(checked.text)
    return checked, policy


def run(
    problem: str | Problem,
    *,
    particles: int = 16,
    seed: int = 0,
    generator: str | Generator = "embedded",
    reward: str | RewardModel | RewardFunction = "embedded",
    method: str = "particle_filtering",
    truth: str | None = None,
    stop: Callable[[], bool] | None = None,
    **settings: Any,
) -> Trace:
    """A whole run as a trace; the arguments and errors are those of `stream`."""
    from pfviz.trace.recorder import Recorder

    recorder = Recorder()
    for event in stream(
        problem,
        particles=particles,
        seed=seed,
        generator=generator,
        reward=reward,
        method=method,
        truth=truth,
        stop=stop,
        **settings,
    ):
        recorder.record(event)
    return recorder.trace()


def resume(
    trace: Trace,
    *,
    generator: str | Generator | None = None,
    reward: str | RewardModel | RewardFunction | None = None,
    stop: Callable[[], bool] | None = None,
) -> Trace:
    """The run of a trace that was stopped, or cut by `upto`, taken to its end; the arguments are those of
    `resume_stream`."""
    from pfviz.trace.recorder import Recorder

    recorder = Recorder()
    for event in resume_stream(trace, generator=generator, reward=reward, stop=stop):
        recorder.record(event)
    return recorder.trace()


def resume_stream(
    trace: Trace,
    *,
    generator: str | Generator | None = None,
    reward: str | RewardModel | RewardFunction | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Event]:
    """The events of a run that goes on where its trace ends, those of its past first.

    The recorded steps are computed once more in the batches in which they were written, so that on a CPU, with the
    versions of the trace, the run goes on bit for bit as if it had never stopped. The models are those that the trace
    names, unless objects are given. Raises `ModelError` for others, `SettingError` for settings that this version does
    not know.
    """
    policy = make_method(trace.method, Settings.from_values(seed=trace.seed, **trace.settings))
    problem = Problem.from_text(trace.problem, trace.truth)
    chosen = generator if generator is not None else trace.generator
    if isinstance(chosen, str):
        chosen = registry.get_generator(chosen)
    judge = registry.as_reward(reward if reward is not None else trace.reward)
    for role, name, recorded in (
        ("generator", chosen.name, trace.generator),
        ("reward model", judge.name, trace.reward),
    ):
        if name != recorded:
            raise ModelError(f"The run was recorded with the {role} {recorded!r} and cannot go on with {name!r}.")
    return run_events(problem, chosen, judge, policy, stop or never_stop, trace.past(), trace.started)


def load(path: str | Path) -> Trace:
    """Return the trace in a file of any format of `pfviz.trace.importers`; raises `TraceError` if the file is damaged
    or foreign."""
    from pfviz.trace.importers import open_trace

    return open_trace(path)


def reward(fn: RewardFunction, name: str | None = None) -> RewardModel:
    """A reward model from `fn(problem_text, steps) -> reward in [0, 1]`; its name is the function's unless given."""
    return FunctionReward(fn, name)
