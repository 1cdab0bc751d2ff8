"""Files of ProcessBench (Zheng et al., arXiv 2412.06559): solutions whose first wrong step is known, read and scored.

A file has one solution a line, as JSON, or is an array of them. `first_errors.py` says how well the scores find the
wrong step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pfviz.errors import LabError, PfvizError
from pfviz.inference.run import never_stop
from pfviz.lab.probes.scoring import score_steps, text_step
from pfviz.models.registry import as_reward
from pfviz.models.rewards.function import RewardFunction
from pfviz.problems.datasets.json_rows import Row, read_rows
from pfviz.problems.problem import Problem
from pfviz.types import FloatArray, RewardModel
from pfviz.validation import FilledText, first_mismatch, require

NO_ERROR = -1
"""The label of a solution without a wrong step."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One solution, as the file has it."""

    id: str
    generator: str
    problem: str
    steps: tuple[str, ...]
    final_answer_correct: bool | None  # None where the file does not say
    label: int  # the first wrong step, from 0; -1 if there is none


class _Fields(BaseModel):
    """A solution of a file; fields that are not named here may hold what they like."""

    model_config = ConfigDict(strict=True)

    id: str = Field(description="a text")
    generator: str = Field(description="a text")
    problem: FilledText = Field(description="a text that is not empty")
    steps: Annotated[list[str], Field(fail_fast=True), require(lambda steps: any(map(str.strip, steps)))] = Field(
        description="a list of texts, one at least that is not empty"
    )
    final_answer_correct: bool | None = Field(None, description="true or false")
    label: int = Field(ge=NO_ERROR, description="a whole number from -1 on")


@dataclass(frozen=True, eq=False)
class ScoredSample:
    """A solution and the reward (S,) of each of its prefixes."""

    sample: Sample
    rewards: FloatArray
    done: int  # solutions so far
    samples: int  # in all


def read_samples(path: str | Path) -> list[Sample]:
    """The solutions of a file of JSON lines, or of a JSON array. An empty step keeps its place: labels count it.

    Raises:
        LabError: it cannot be read, has no solution, or a row is not one; the message names the line and the field.
    """
    samples = [_parse_sample(where, row) for where, row in read_rows(Path(path), LabError)]
    if not samples:
        raise LabError(f"{path} holds no solution. A file of ProcessBench has one JSON object a line.")
    return samples


def _parse_sample(where: str, found: Row) -> Sample:
    try:
        row = _Fields.model_validate(found)
    except ValidationError as error:
        raise LabError(f"{where}: {first_mismatch(error, _Fields, found)}") from None
    if row.label >= (many := len(row.steps)):
        expected = f"a whole number from -1 to {many - 1}, as there are {many} steps"
        raise LabError(f"{where}: label: expected {expected}; found {row.label}")
    steps = tuple(step.strip() for step in row.steps)
    return Sample(row.id, row.generator, row.problem, steps, row.final_answer_correct, row.label)


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
