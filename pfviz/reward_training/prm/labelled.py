"""What a process reward model is trained on: solutions with a label for each step, from a file of either kind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pfviz.errors import DatasetError
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.reward_training.samples import SampledProblem, SampledStep, Solution, read_samples
from pfviz.rng import derive_rng

Labels = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class LabelledProblem:
    """A problem with its solutions, and for each solution the label of every step: whether the prefix that it ends is
    right."""

    sample: SampledProblem
    labels: tuple[Labels, ...]


class StepwiseRow(BaseModel):
    """A row of TRL's stepwise supervision."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    prompt: str
    completions: Annotated[tuple[str, ...], Field(min_length=1)]
    labels: Labels


_ROW = TypeAdapter(StepwiseRow)


def read_labelled(path: Path, tokenization: Tokenization) -> list[LabelledProblem]:
    """The problems of a file that `pfviz train-reward` sampled, whose steps have the outcome of their solution, or
    whether a rollout from them ends right; or of TRL's stepwise supervision as JSONL, where the last label of a
    solution is its outcome. There the tokens of a step are counted with the tokenizer that is given.

    Raises:
        DatasetError: the file cannot be read, is of neither kind, or a line is none; the message names file and line.
    """
    if not _is_stepwise(path):
        return [LabelledProblem(sample, tuple(one.labels for one in sample.solutions)) for sample in read_samples(path)]
    rows: dict[str, list[StepwiseRow]] = {}
    for row in _read_rows(path):
        rows.setdefault(row.prompt, []).append(row)
    return [_group_rows(problem, of_problem, tokenization) for problem, of_problem in rows.items()]


def _is_stepwise(path: Path) -> bool:
    """Whether the first line of a file has TRL's columns; it may have those of neither kind."""
    try:
        with path.open(encoding="utf-8") as file:
            first = json.loads(next((line for line in file if line.strip()), "null"))
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise DatasetError(f"{path}, line 1: no JSON: {error}. {_EXPECTED}") from error
    columns = set(first) if isinstance(first, dict) else set()
    if not columns & {"completions", "solutions"}:
        raise DatasetError(f"{path}, line 1: neither kind of file. {_EXPECTED}")
    return "completions" in columns


_EXPECTED = (
    "Expected is OUT.train.jsonl of `pfviz train-reward`, or TRL's stepwise supervision as JSONL: prompt, completions "
    "and labels in each line."
)


def _read_rows(path: Path) -> list[StepwiseRow]:
    found = []
    for place, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = _ROW.validate_json(line)
        except ValidationError as error:
            wrong = error.errors()[0]
            where = ".".join(map(str, wrong["loc"])) or "the line"
            raise DatasetError(f"{path}, line {place}: {where}: {wrong['msg']}") from error
        if len(row.labels) != len(row.completions):
            raise DatasetError(
                f"{path}, line {place}: {len(row.completions)} completions and {len(row.labels)} labels; each step has "
                "one."
            )
        found.append(row)
    return found


def _group_rows(problem: str, rows: Sequence[StepwiseRow], tokenization: Tokenization) -> LabelledProblem:
    solutions = tuple(
        Solution(
            tuple(SampledStep(text, tuple(tokenization.encode(text)), "separator") for text in row.completions),
            row.labels[-1],
        )
        for row in rows
    )
    return LabelledProblem(SampledProblem(problem, "", solutions), tuple(row.labels for row in rows))


def split_problems(
    problems: Sequence[LabelledProblem], share: float, seed: int
) -> tuple[list[LabelledProblem], list[LabelledProblem]]:
    """(to train on, to measure on): at least one problem to train on, the others drawn at random in that share."""
    count = min(round(len(problems) * share), len(problems) - 1)
    held_out = set(derive_rng(seed, "held-out problems").permutation(len(problems))[:count].tolist())
    return (
        [one for place, one in enumerate(problems) if place not in held_out],
        [one for place, one in enumerate(problems) if place in held_out],
    )


def leave_out(problems: Sequence[LabelledProblem], others: Sequence[LabelledProblem]) -> list[LabelledProblem]:
    """The problems that are not among the others."""
    texts = {one.sample.problem for one in others}
    return [one for one in problems if one.sample.problem not in texts]
