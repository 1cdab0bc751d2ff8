"""Runs of many problems under one reward, to be diagnosed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pfviz import api
from pfviz.errors import LabError
from pfviz.inference.methods import SAMPLING_METHOD
from pfviz.inference.run import never_stop
from pfviz.models.registry import as_reward
from pfviz.models.rewards.function import RewardFunction
from pfviz.problems.datasets import check_problems
from pfviz.problems.problem import Problem
from pfviz.trace.trace import Trace
from pfviz.types import RewardModel


@dataclass(frozen=True, eq=False, slots=True)
class BatchRun:
    """A run is over: `done` of `total`, this one with them."""

    done: int
    total: int
    trace: Trace


def run_batch(
    problems: Sequence[str | Problem],
    *,
    reward: str | RewardModel | RewardFunction = "embedded",
    method: str = SAMPLING_METHOD,
    particles: int = 16,
    seed: int = 0,
    stop: Callable[[], bool] = never_stop,
    **settings: Any,
) -> Iterator[BatchRun]:
    """A run of each problem, as they come; the k-th, from 0, has the seed `seed + k`.

    Under best-of-N what is written does not depend on the reward, so its mistakes do not hide the solutions that show
    them. `stop` is asked between tokens; the run that it breaks off is left out. Further settings, and `generator`, are
    those of `pfviz.run`.

    All problems and settings are checked, and the reward model is loaded, before the first run. Raises `LabError` for
    no problems, `ProblemError`, `SettingError`, `ModelError`.
    """
    if not problems:
        raise LabError("A batch takes one problem or more; there are none.")
    given = [problem if isinstance(problem, Problem) else Problem(problem) for problem in problems]
    prepared: list[api.Prepared] = []
    places = iter(range(len(problems)))

    def prepare(_: Problem) -> None:
        place = next(places)
        common = {"reward": reward, "method": method, "particles": particles, **settings}
        prepared.append(api.prepare(problems[place], seed=seed + place, **common))

    check_problems(given, prepare)
    return _run_each(prepared, as_reward(reward), stop)


def _run_each(prepared: Sequence[api.Prepared], reward: RewardModel, stop: Callable[[], bool]) -> Iterator[BatchRun]:
    for place, one in enumerate(prepared):
        if stop():
            return
        trace = api.record(replace(one, reward=reward), stop=stop)
        if trace.status == "stopped":
            return
        yield BatchRun(place + 1, len(prepared), trace)
