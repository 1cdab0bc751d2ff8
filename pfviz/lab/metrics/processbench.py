"""Files of ProcessBench (Zheng et al., arXiv 2412.06559): solutions whose first wrong step is known, read and scored.

A file has one solution a line, as JSON. `first_errors.py` says how well the scores find the wrong step.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pfviz.errors import LabError, PfvizError
from pfviz.inference.run import never_stop
from pfviz.lab.probes.scoring import score_steps, text_step
from pfviz.models.registry import as_reward
from pfviz.models.rewards.function import RewardFunction
from pfviz.problems.problem import Problem
from pfviz.types import FloatArray, RewardModel

NO_ERROR = -1
"""The label of a solution without a wrong step."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One solution, as the file has it."""

    id: str
    generator: str
    problem: str
    steps: tuple[str, ...]
    final_answer_correct: bool
    label: int  # the first wrong step, from 0; -1 if there is none


@dataclass(frozen=True, eq=False)
class ScoredSample:
    """A solution and the reward (S,) of each of its prefixes."""

    sample: Sample
    rewards: FloatArray
    done: int  # solutions so far
    samples: int  # in all


def read_samples(path: str | Path) -> list[Sample]:
    """The solutions of a file of JSON lines; blank lines are passed over.

    Raises:
        LabError: it cannot be read, has no solution, or a line is not one; the message names the line and the field.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path} cannot be read: {error}") from error
    samples = [_parse_sample(f"{path}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    if not samples:
        raise LabError(f"{path} holds no solution. A file of ProcessBench has one JSON object a line.")
    return samples


def _parse_sample(where: str, line: str) -> Sample:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LabError(f"{where}: expected a JSON object; found {line[:60]!r}") from error
    if not isinstance(found, dict):
        raise LabError(f"{where}: expected a JSON object; found {line[:60]!r}")

    def field(name: str, expected: str, fits: Callable[[Any], bool]) -> Any:
        if name not in found:
            raise LabError(f"{where}: {name} is missing; expected {expected}")
        if not fits(found[name]):
            raise LabError(f"{where}: {name}: expected {expected}; found {json.dumps(found[name])[:60]}")
        return found[name]

    steps = field("steps", "a list of texts, one at least and none empty", _are_steps)
    return Sample(
        id=field("id", "a text", _is_text),
        generator=field("generator", "a text", _is_text),
        problem=field("problem", "a text that is not empty", lambda value: _is_text(value) and bool(value.strip())),
        steps=tuple(step.strip() for step in steps),
        final_answer_correct=field("final_answer_correct", "true or false", lambda value: isinstance(value, bool)),
        label=field(
            "label",
            f"a whole number from -1 to {len(steps) - 1}, as there are {len(steps)} steps",
            lambda value: isinstance(value, int) and not isinstance(value, bool) and NO_ERROR <= value < len(steps),
        ),
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_steps(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(step, str) and step.strip() for step in value)


def score_samples(
    samples: Sequence[Sample],
    reward: str | RewardModel | RewardFunction,
    *,
    stop: Callable[[], bool] | None = None,
) -> Iterator[ScoredSample]:
    """Each solution with the rewards of its steps, one session for each; those of a part can be evaluated too.

    Raises `LabError` with the solution's id where the reward model cannot score it.
    """
    return _score_each(samples, as_reward(reward), stop or never_stop)


def _score_each(samples: Sequence[Sample], reward: RewardModel, stop: Callable[[], bool]) -> Iterator[ScoredSample]:
    for done, sample in enumerate(samples, start=1):
        rewards: list[float] = []
        try:
            session = reward.open(Problem(sample.problem), particles=1)
            for place, text in enumerate(sample.steps, start=1):
                if stop():
                    return
                step = text_step(text, finished=place == len(sample.steps))
                rewards.append(score_steps(session, reward.name, {0: step})[0])
        except PfvizError as error:
            raise LabError(f"Solution {sample.id} cannot be scored: {error}") from error
        yield ScoredSample(sample, np.array(rewards), done, len(samples))
