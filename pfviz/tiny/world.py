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
SHARES = (3.2, 2.6, 4.2)  # how often each kind is drawn
HELD_OUT = 20  # one core in twenty is never trained on
EXAMPLES = (
    "Compute (12 + 7) * 3 - 45",
    "Solve 3x + 5 = 20",
    "Mia has 12 marbles. She buys 3 bags of 5 marbles and gives 4 away. How many marbles does she have?",
)
_MAKE = {"arithmetic": arithmetic.make, "equation": equations.make, "story": stories.make}


def held_out(core: str) -> bool:
    """Whether a problem belongs to the held-out part: decided by a hash of its mathematics, not of its phrasing."""
    digest = hashlib.sha256("".join(core.split()).lower().encode()).digest()
    return digest[0] * 256 + digest[1] < 65536 // HELD_OUT


def draw(rng: random.Random, kind: Kind | None = None, *, test: bool = False) -> Task:
    """A random task of a kind (any by default), from the held-out part if `test`, else never from it."""
    chosen = kind or rng.choices(KINDS, SHARES)[0]
    while True:
        task = _MAKE[chosen](rng)
        if held_out(task.core) == test:
            return task


def walk(rng: random.Random, task: Task, slip: float = 0.0) -> list[Line]:
    """A solution, line by line, each step slipping with probability `slip`; each line carries whether it is right."""
    if isinstance(task.start, Equation):
        return equations.solve(rng, task.start, task.answer, slip)
    solve = stories.solve if task.kind == "story" else arithmetic.solve
    return solve(rng, task.start, task.answer, slip)


def each_held_out(seed: int = 0) -> Iterator[Task]:
    """The problems that everything is measured on, without end: held out, a third of each kind."""
    rng = random.Random(f"held out {seed}")
    for kind in cycle(KINDS):
        yield draw(rng, kind, test=True)


def held_out_tasks(count: int, seed: int = 0) -> list[Task]:
    """So many of them: the first ones are the same however many are asked for."""
    return list(islice(each_held_out(seed), count))
