"""Problems just outside of what the embedded pair knows are refused or warned of, hardly ever silently wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pfviz
from pfviz.errors import ProblemError
from pfviz.tiny import gate

NEAR_MISSES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "near-misses.jsonl").read_text(encoding="utf-8").splitlines()
]
"""Written by hand: a problem, its answer, the kind of its strangeness, and its part. The gate was made with one half in
sight; the other half was held back, and only measures it."""
MAX_SILENT_RATE = 0.05


@pytest.mark.parametrize("part", ["development", "held back"])
def test_few_near_misses_are_answered_wrongly_without_a_warning(part: str) -> None:
    problems = [row for row in NEAR_MISSES if row["part"] == part]
    assert len(problems) >= 60
    silent = sum(_is_silently_wrong(row["problem"], row["answer"]) for row in problems)
    assert silent <= MAX_SILENT_RATE * len(problems)


def _is_silently_wrong(problem: str, answer: str) -> bool:
    """Whether it is taken as one of the embedded world, and answered wrongly."""
    try:
        gate.check_problem(problem)
        if gate.explain_near_miss(problem):
            return False
        return pfviz.run(problem, particles=8, seed=1).answer != answer
    except ProblemError:
        return False


def test_they_are_no_easy_prey_most_pass_for_stories() -> None:
    assert sum(_is_taken(row["problem"]) for row in NEAR_MISSES) > len(NEAR_MISSES) / 2


def _is_taken(problem: str) -> bool:
    try:
        gate.check_problem(problem)
    except ProblemError:
        return False
    return True


def test_a_run_of_a_near_miss_says_so_in_its_trace() -> None:
    problem = "Mia has 12 marbles. She loses 3, which is a pity. How many marbles does she have?"
    trace = pfviz.run(problem, particles=2, seed=1)
    assert [note.text for note in trace.notes] == [gate.explain_near_miss(problem)]
    assert pfviz.resume(trace.upto(1)).notes == trace.notes
    assert not pfviz.run(
        "Mia has 12 marbles. She loses 3. How many are left?".replace("many", "many marbles"), particles=2, seed=1
    ).notes
