"""Solutions for TRL and ProcessBench, with labels that are no more than is known."""

from __future__ import annotations

import json
from pathlib import Path

from pfviz.lab.metrics.processbench import read_samples as read_processbench
from pfviz.reward_training.exports import processbench_rows, trl_rows, write_jsonl
from pfviz.reward_training.samples import SampledProblem, SampledStep, Solution


def solution(right: bool, *texts: str) -> Solution:
    return Solution(tuple(SampledStep(text, (1,), "separator") for text in texts), right)


SAMPLE = SampledProblem(
    "What is 2 + 2 + 1?",
    "5",
    (
        solution(True, "2 + 2 = 4", "4 + 1 = 5"),
        solution(False, "2 + 2 = 4", "4 + 1 = 6", "so 7 = 8"),
        solution(False, "It is 3"),
        solution(True, "2 + 2 = 5", "so it is 5"),
    ),
)


def test_a_step_has_the_outcome_of_its_solution_for_trl() -> None:
    rows = list(trl_rows([SAMPLE]))
    assert [row["labels"] for row in rows] == [[True, True], [False] * 3, [False], [True, True]]
    assert rows[0] == {"prompt": SAMPLE.problem, "completions": ["2 + 2 = 4", "4 + 1 = 5"], "labels": [True, True]}


def test_processbench_has_the_solutions_whose_first_error_is_known_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    assert write_jsonl(path, processbench_rows([SAMPLE], "tiny")) == 2
    assert [json.loads(line)["label"] for line in path.read_text().splitlines()] == [-1, 1]
    found = read_processbench(path)
    assert [(one.steps, one.label) for one in found] == [
        (("2 + 2 = 4", "4 + 1 = 5"), -1),
        (("2 + 2 = 4", "4 + 1 = 6", "so 7 = 8"), 1),
    ]
