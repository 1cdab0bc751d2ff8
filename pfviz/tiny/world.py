"""The embedded world as a whole: draw a task, walk its solution, and keep the held-out problems apart."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from itertools import cycle, islice

from pfviz.tiny import arithmetic, equations, stories
from pfviz.tiny.equations import Equation
from pfviz.tiny.tasks import Kind, Line, Task

KINDS: tuple[Kind, ...] = ("arithmetic", "equation", "story")
KIND_SHARES = (3.2, 2.6, 4.2)  # how often each kind is drawn
HELD_OUT_DIVISOR = 20  # one core in twenty is never trained on
EXAMPLES = (
    "Compute (12 + 7) * 3 - 45",
    "Solve 3x + 5 = 20",
    "Mia has 12 marbles. She buys 3 bags of 5 marbles and gives 4 away. How many marbles does she have?",
)
_TASK_MAKERS = {"arithmetic": arithmetic.make_task, "equation": equations.make_task, "story": stories.make_task}


def is_held_out(core: str) -> bool:
    """Whether a problem belongs to the held-out part: decided by a hash of its mathematics, not of its phrasing."""
    digest = hashlib.sha256("".join(core.split()).lower().encode()).digest()
    return digest[0] * 256 + digest[1] < 65536 // HELD_OUT_DIVISOR


def draw_task(rng: random.Random, kind: Kind | None = None, *, test: bool = False) -> Task:
    """A random task of a kind (any by default), from the held-out part if `test`, else never from it."""
    chosen = kind or rng.choices(KINDS, KIND_SHARES)[0]
    while True:
        task = _TASK_MAKERS[chosen](rng)
        if is_held_out(task.core) == test:
            return task


def write_solution(rng: random.Random, task: Task, slip: float = 0.0) -> list[Line]:
    """A solution, line by line, each step slipping with probability `slip`; each line carries whether it is right."""
    if isinstance(task.start, Equation):
        return equations.solve(rng, task.start, task.answer, slip)
    solve = stories.solve if task.kind == "story" else arithmetic.solve
    return solve(rng, task.start, task.answer, slip)


def iter_held_out_tasks(seed: int = 0) -> Iterator[Task]:
    """The problems that everything is measured on, without end: held out, a third of each kind."""
    rng = random.Random(f"held out {seed}")
    for kind in cycle(KINDS):
        yield draw_task(rng, kind, test=True)


def held_out_tasks(count: int, seed: int = 0) -> list[Task]:
    """So many of them: the first ones are the same however many are asked for."""
    return list(islice(iter_held_out_tasks(seed), count))
