"""Runs of many problems under one reward, to be diagnosed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pfviz import api
from pfviz.errors import LabError
from pfviz.inference.run import never
from pfviz.models.base import RewardModel
from pfviz.models.presets import as_reward
from pfviz.models.python_reward import RewardFunction
from pfviz.problem import Problem
from pfviz.trace.columns import Trace


@dataclass(frozen=True, eq=False, slots=True)
class Ran:
    """A run is over: `done` of `total`, this one with them."""

    done: int
    total: int
    trace: Trace


def batch(
    problems: Sequence[str | Problem],
    *,
    reward: str | RewardModel | RewardFunction = "embedded",
    method: str = "best_of_n",
    particles: int = 16,
    seed: int = 0,
    stop: Callable[[], bool] = never,
    **settings: Any,
) -> Iterator[Ran]:
    """A run of each problem, as they come; the k-th, from 0, has the seed `seed + k`.

    Under best-of-N what is written does not depend on the reward, so its mistakes do not hide the solutions that show
    them. `stop` is asked between tokens; the run that it breaks off is left out. Further settings, and `generator`, are
    those of `pfviz.run`.

    All problems and settings are checked, and the reward model is loaded, before the first run. Raises `LabError` for
    no problems, `ProblemError`, `SettingError`, `ModelError`.
    """
    if not problems:
        raise LabError("A batch takes one problem or more; there are none.")
    common = settings | {"method": method, "particles": particles}
    for problem in problems:
        api.check(problem, seed=seed, **common)
    return _runs(problems, as_reward(reward), seed, stop, common)


def _runs(
    problems: Sequence[str | Problem], reward: RewardModel, seed: int, stop: Callable[[], bool], common: dict[str, Any]
) -> Iterator[Ran]:
    for place, problem in enumerate(problems):
        if stop():
            return
        trace = api.run(problem, reward=reward, seed=seed + place, stop=stop, **common)
        if trace.status == "stopped":
            return
        yield Ran(place + 1, len(problems), trace)
