"""Runs of particle filtering over many problems, in worker processes: what the pair does together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pfviz.inference.settings import Settings
from pfviz.problems.problem import Problem
from pfviz.study import process_pool
from pfviz.study.models import Pair
from pfviz.study.plan import Job, Unit
from pfviz.study.result import LEADER_METHOD
from pfviz.study.run_job import Outcome
from pfviz.tiny.tasks import Task


def run_particle_filtering(
    generator: Path, reward: Path, tasks: Sequence[Task], particles: int, temperature: float, seed: int = 0,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> list[Outcome]:  # fmt: skip
    """One run with the default settings for each task, in any order; as `pfviz study` makes it of the same problems."""
    jobs = [
        Job((Unit(LEADER_METHOD, particles, i, seed),), Problem(task.text, str(task.answer)))
        for i, task in enumerate(tasks)
    ]
    found: list[Outcome] = []
    for some in process_pool.run_jobs(jobs, Settings(temperature=temperature), Pair(generator, reward)):
        found.extend(some)
        report(len(found), len(tasks))
    return found
