"""The public surface: `run`, `stream`, `resume`, `load` and `reward`.

All of them, and the page, the command line, batches and studies, go one way: `prepare` (or `prepare_resume`) checks
what can be checked before a model is loaded, and `start` loads the models and yields the events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, overload

from pfviz.errors import ModelError, PfvizError, SettingError
from pfviz.inference.events import Event, NoteAdded, SweepStarted
from pfviz.inference.methods import DEFAULT_METHOD, make_method
from pfviz.inference.methods.base import Method
from pfviz.inference.run import never_stop, run_events
from pfviz.inference.settings import SETTINGS, Settings
from pfviz.models import pairing, registry
from pfviz.models.rewards.calibration_map import CalibrationMap, apply_calibration, load_calibration
from pfviz.models.rewards.function import BatchRewardFunction, FunctionReward, RewardFunction
from pfviz.problems.ground_truth import compute_true_answer
from pfviz.problems.problem import Problem
from pfviz.trace.recorder import Recorder
from pfviz.trace.trace import Trace
from pfviz.types import Generator, RewardModel, bind_reward, configure_generator

_PARTICLES, _SEED = int(SETTINGS["particles"].default), int(SETTINGS["seed"].default)


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """A run that was checked and not begun: no model is loaded. With names for models it can be pickled."""

    problem: Problem
    policy: Method
    generator: str | Generator
    reward: str | RewardModel
    trace: Trace | None = None  # of the run that goes on

    @property
    def names(self) -> tuple[str, str]:
        """What the generator and the reward model are called."""
        return _name_of(self.generator), _name_of(self.reward)


def calibrated(reward: str | RewardModel | RewardFunction, calibration: str | Path | CalibrationMap) -> RewardModel:
    """Return a reward model whose rewards go through a calibration map, or through that of a file which `pfviz
    calibrate` wrote. Raises `ModelError` for a reward or a file that is none."""
    made = calibration if isinstance(calibration, CalibrationMap) else load_calibration(calibration)
    return apply_calibration(registry.as_reward(reward), made)


def prepare(
    problem: str | Problem,
    *,
    particles: int = _PARTICLES,
    seed: int = _SEED,
    generator: str | Generator = "embedded",
    reward: str | RewardModel | RewardFunction = "embedded",
    method: str = DEFAULT_METHOD,
    truth: str | None = None,
    infer_truth: bool = False,
    **settings: Any,
) -> Prepared:
    """Check a run; the other arguments are those of `stream`.

    Settings that are not given are the usual ones of the reward model (`RewardPreset.settings`), else of all runs. A
    text is checked here, and once; a `Problem` is taken as it is. `infer_truth` works a truth out that was not given,
    where that can be done. Raises `ProblemError`, `SettingError`, and `ModelError` for a model that there is not, and
    for a reward that cannot know the problem.
    """
    checked = problem if isinstance(problem, Problem) else Problem.from_text(problem)
    usual = registry.usual_settings(generator, reward)
    policy = make_method(method, Settings.from_values(particles=particles, seed=seed, **{**usual, **settings}))
    if isinstance(generator, str):
        registry.generator_preset(generator).check(checked.text)
        if generator in registry.GENERATORS:
            _check_no_prompt(policy.settings)
    if isinstance(reward, str):
        registry.reward_preset(reward)
    else:
        reward = registry.as_reward(reward)
    pairing.check_pair(checked.text, generator, reward)
    known = ((checked.truth if truth is None else truth) or "").strip() or None
    if known is None and infer_truth:
        known = compute_true_answer(checked.text)
    return Prepared(replace(checked, truth=known), policy, generator, reward)


def _check_no_prompt(settings: Settings) -> None:
    """Raise `SettingError` for a prompt that is to be changed of a generator that knows one language only."""
    for name in ("system", "examples"):
        if getattr(settings, name):
            raise SettingError(
                name,
                f"{SETTINGS[name].label} is for models that were made for prompts: the embedded generator knows its "
                "own language only. Leave it empty, or choose another model.",
            )


def prepare_resume(
    trace: Trace,
    *,
    generator: str | Generator | None = None,
    reward: str | RewardModel | RewardFunction | None = None,
) -> Prepared:
    """Check a run that goes on where its trace ends; arguments and errors are those of `resume_stream`."""
    policy = make_method(trace.method, Settings.from_recorded(trace.settings, trace.seed))
    problem = Problem.from_text(trace.problem, trace.truth)
    judge = trace.reward if reward is None else reward
    return Prepared(
        problem,
        policy,
        trace.generator if generator is None else generator,
        judge if isinstance(judge, str) else registry.as_reward(judge),
        trace,
    )


def start(prepared: Prepared, *, stop: Callable[[], bool] | None = None) -> Iterator[Event]:
    """The events of a run that was prepared; its models are loaded before the first one. `stop` is asked between
    tokens.

    Raises `ModelError` for a model that cannot be loaded, or that is not the one of the run that goes on; and
    `ProblemError` for a problem that turns out to be a stranger to the generator.
    """
    generator, trace = prepared.generator, prepared.trace
    if isinstance(generator, str):
        loading = {"has_examples": True} if prepared.policy.settings.writing.examples else {}
        name, generator = generator, registry.get_generator(generator, **loading)
        if trace is None:
            registry.generator_preset(name).check_familiarity(prepared.problem.text, generator)
    generator = configure_generator(generator, prepared.policy.settings.writing)
    reward = bind_reward(registry.as_reward(prepared.reward), generator)
    reward = pairing.watch_pair(generator, reward)
    stop = stop or never_stop
    warning = registry.warn_of_problem(generator.name, prepared.problem.text)
    if trace is None:
        return _add_note(run_events(prepared.problem, generator, reward, prepared.policy, stop), warning)
    for role, name, recorded in (
        ("generator", generator.name, trace.generator),
        ("reward model", reward.name, trace.reward),
    ):
        if name != recorded:
            raise ModelError(f"The run was recorded with the {role} {recorded!r} and cannot go on with {name!r}.")
    events = run_events(prepared.problem, generator, reward, prepared.policy, stop, trace.past(), trace.started)
    return _add_note(events, warning)


def stream(
    problem: str | Problem,
    *,
    particles: int = _PARTICLES,
    seed: int = _SEED,
    generator: str | Generator = "embedded",
    reward: str | RewardModel | RewardFunction = "embedded",
    method: str = DEFAULT_METHOD,
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
    prepared = prepare(
        problem, particles=particles, seed=seed, generator=generator, reward=reward, method=method, truth=truth,
        **settings,
    )  # fmt: skip
    return start(prepared, stop=stop)


def run(
    problem: str | Problem,
    *,
    particles: int = _PARTICLES,
    seed: int = _SEED,
    generator: str | Generator = "embedded",
    reward: str | RewardModel | RewardFunction = "embedded",
    method: str = DEFAULT_METHOD,
    truth: str | None = None,
    stop: Callable[[], bool] | None = None,
    **settings: Any,
) -> Trace:
    """A whole run as a trace; the arguments and errors are those of `stream`. An error that ends it after a complete
    step, such as that of a server that is gone, has what was made as its `trace`, with which `resume` goes on."""
    prepared = prepare(
        problem, particles=particles, seed=seed, generator=generator, reward=reward, method=method, truth=truth,
        **settings,
    )  # fmt: skip
    return record(prepared, stop=stop)


def record(prepared: Prepared, *, stop: Callable[[], bool] | None = None) -> Trace:
    """A run that was prepared, as a trace; the arguments and errors are those of `start`. An error that ends it after
    a complete step has the trace up to there as its `trace`."""
    recorder = Recorder()
    try:
        for event in start(prepared, stop=stop):
            recorder.record(event)
    except PfvizError as error:
        error.trace = recorder.broken_off(str(error))
        raise
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
    return record(prepare_resume(trace, generator=generator, reward=reward), stop=stop)


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
    return start(prepare_resume(trace, generator=generator, reward=reward), stop=stop)


def load(path: str | Path) -> Trace:
    """Return the trace in a file of any format of `pfviz.trace.importers`, the first one if it holds many; raises
    `TraceError` if the file is damaged or foreign."""
    from pfviz.trace.importers import open_trace

    return open_trace(path)


def load_all(
    path: str | Path, *, columns: Mapping[str, str] | None = None, scale: str = "auto", separator: str = "auto"
) -> list[Trace]:
    """Return every trace in a file of any format of `pfviz.trace.importers`.

    Args:
        columns: what the columns of a table mean, as `{"problem": "question", "scores": "prm"}`; the rest is guessed.
        scale: how scores become rewards: "unit", "log-probability", "ten", "percent", "logit"; "auto" goes by the range
            of the whole file.
        separator: what ends a step of a text: "blank-line", "line", or a text; "auto" goes by the numbers of scores.

    Raises:
        TraceError: the file is damaged or foreign, or a choice does not fit it.
    """
    from pfviz.trace.importers import ReadingOptions, open_traces

    return list(open_traces(path, ReadingOptions(scale, separator, columns or {})))


@overload
def reward(fn: RewardFunction, name: str | None = None) -> RewardModel: ...


@overload
def reward(fn: BatchRewardFunction, name: str | None = None, *, batch: Literal[True]) -> RewardModel: ...


@overload
def reward(*, name: str | None = None, batch: bool = False) -> Callable[[Callable[..., Any]], RewardModel]: ...


def reward(
    fn: RewardFunction | BatchRewardFunction | None = None, name: str | None = None, *, batch: bool = False
) -> RewardModel | Callable[[Callable[..., Any]], RewardModel]:
    """A reward model from `fn(problem_text, steps) -> reward in [0, 1]`; its name is the function's unless given.

    With `batch=True` the function is `fn(problem_text, prefixes) -> rewards`: `prefixes` are P lists of steps, and P
    numbers come back in their order. Either way a prefix that several particles share is asked for once. Without a
    function it is a decorator: `@pfviz.reward(batch=True)`.
    """
    if fn is None:
        return lambda decorated: FunctionReward(decorated, name, batch=batch)
    return FunctionReward(fn, name, batch=batch)


def _add_note(events: Iterator[Event], text: str) -> Iterator[Event]:
    """The events with a note at the beginning, unless it is empty."""
    for event in events:
        yield event
        if text and isinstance(event, SweepStarted):
            yield NoteAdded(0, (), text)
            text = ""


def _name_of(model: str | Generator | RewardModel) -> str:
    return model if isinstance(model, str) else model.name
