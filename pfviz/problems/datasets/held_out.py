"""The held-out problems of the embedded world: its models were never trained on them."""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path

from pfviz.problems.problem import Problem
from pfviz.tiny import world
from pfviz.tiny.tasks import Task

_MAX_TASKS = 900
"""Tasks that are drawn at most for those whose answer is negative."""


def load_thirds(number: int, seed: int, path: Path | None = None) -> list[Problem]:
    """Return held-out problems, a third of each kind."""
    return [_to_problem(task) for task in world.held_out_tasks(number, seed)]


def load_signs(number: int, seed: int, path: Path | None = None) -> list[Problem]:
    """Return held-out problems of which every second one, from the first, has a negative answer."""
    return list(_draw_pairs(number, seed))


@cache  # drawing takes a second, and each batch of the page asks
def _draw_pairs(number: int, seed: int) -> tuple[Problem, ...]:
    """In pairs of a negative and a usual one; no more tasks are drawn than are needed."""
    tasks, pairs = islice(world.iter_held_out_tasks(seed), _MAX_TASKS), (number + 1) // 2
    negative: list[Task] = []
    usual: list[Task] = []
    while min(len(negative), len(usual)) < pairs and (task := next(tasks, None)) is not None:
        (negative if task.answer < 0 else usual).append(task)
    both = [task for pair in zip(negative, usual, strict=False) for task in pair][:number]
    return tuple(_to_problem(task) for task in both)


def _to_problem(task: Task) -> Problem:
    return Problem(task.text, str(task.answer))
