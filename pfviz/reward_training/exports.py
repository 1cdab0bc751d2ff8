"""Sampled solutions in the formats that others train and measure process rewards with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pfviz.problems.equations import has_wrong_equation
from pfviz.reward_training.samples import SampledProblem, Solution

NO_ERROR = -1


def trl_rows(samples: Iterable[SampledProblem]) -> Iterator[dict[str, Any]]:
    """Rows of TRL's stepwise supervision. The label of a step is whether any rollout from it ends right;
    where none were drawn it is the outcome of its solution: one draw of the value of the prefix that it ends, not a
    verdict on the step."""
    for sample in samples:
        for solution in sample.solutions:
            steps = [step.text for step in solution.steps]
            yield {"prompt": sample.problem, "completions": steps, "labels": list(solution.labels)}


def processbench_rows(samples: Iterable[SampledProblem], generator: str) -> Iterator[dict[str, Any]]:
    """Rows of ProcessBench: solutions that end right, without an error (-1), and those that end wrong after an equation
    that does not hold, with its step (from 0). Where a wrong one went wrong otherwise is not known: it is left out."""
    for number, sample in enumerate(samples):
        for place, solution in enumerate(sample.solutions):
            label = _first_error(solution)
            if label is not None:
                yield {
                    "id": f"sampled-{number}-{place}",
                    "generator": generator,
                    "problem": sample.problem,
                    "steps": [step.text for step in solution.steps],
                    "final_answer_correct": solution.right,
                    "label": label,
                }


def _first_error(solution: Solution) -> int | None:
    wrong = [place for place, step in enumerate(solution.steps) if has_wrong_equation(step.text)]
    if solution.right:
        return None if wrong else NO_ERROR  # right by a wrong process: where it went wrong is not sure
    return wrong[0] if wrong else None


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write a row a line; return how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count
