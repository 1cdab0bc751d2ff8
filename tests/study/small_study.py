"""A study of eight runs, and what this process makes of it: what any executor has to make of it too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from pfviz.inference.settings import Settings
from pfviz.problems.problem import Problem
from pfviz.study.models import load_pair
from pfviz.study.plan import Job, jobs, units
from pfviz.study.run_job import Outcome, run_job
from pfviz.tiny.world import held_out_tasks
from tests.study.shipped import PAIR

METHODS = ("particle_filtering", "dvts", "best_of_n", "self_consistency")


def small_study() -> list[Job]:
    """Four methods with two generations each, on two problems."""
    problems = [Problem(task.text, str(task.answer)) for task in held_out_tasks(3)]
    return list(jobs([unit for unit in units(METHODS, (2,), 3, 1) if unit.problem], problems))


def rows(found: Iterable[Outcome]) -> set[str]:
    """Outcomes without what the clock says."""
    return {json.dumps(replace(outcome, seconds=0.0).row()) for outcome in found}


@cache
def rows_here() -> set[str]:
    """The outcomes of that study in this process."""
    return rows(outcome for job in small_study() for outcome in run_job(job, Settings(), *load_pair(PAIR)))
