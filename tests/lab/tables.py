"""Small tables of prefixes, made by hand: whether the lab sees in them what was put there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pfviz.diagnostics.truth import RIGHT, UNKNOWN
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.rng import derive_text_rng

Step = tuple[str, int, float]
"""The text of a step, the label of the prefix that ends with it, and its reward."""


def table(
    solutions: Sequence[tuple[int, Sequence[Step]]], judged: bool = True, runs: Sequence[int] = ()
) -> PrefixTable:
    """The rows of finished solutions, each (problem, its steps); one run for each problem, unless `runs` says which."""
    rows: list[tuple[float, ...]] = []
    texts: list[str] = []
    for number, (problem, steps) in enumerate(solutions):
        parent, length = -1, 0
        run = runs[number] if runs else problem
        for place, (text, label, reward) in enumerate(steps):
            last = place == len(steps) - 1
            length += len(text)
            answer = label if last else UNKNOWN
            rows.append((run, 0, len(texts), problem, place, parent, reward, label, answer, length, last))
            parent = len(texts)
            texts.append(text)
    names = ("run", "sweep", "uid", "problem", "step", "parent", "reward", "right", "answer", "tokens", "last")
    columns = dict(zip(names, np.array(rows, dtype=np.float64).reshape(-1, len(names)).T, strict=True))
    kinds = {"reward": np.float64, "last": np.bool_}
    problems = tuple(f"Problem {p}" for p in range(1 + max((problem for problem, _ in solutions), default=-1)))
    typed = {name: column.astype(kinds.get(name, np.int64)) for name, column in columns.items()}
    return PrefixTable(**typed, texts=tuple(texts), problems=problems, judged=judged)  # type: ignore[arg-type]


def plain(
    problems: int = 10,
    steps: int = 3,
    score: Callable[[int, int, str, int, int], float] = lambda problem, place, text, label, error: float(label),
    text: Callable[[int, int, int], str] = lambda problem, number, place: f"{number} + {place} = {number + place}",
) -> PrefixTable:
    """Each problem has two right solutions, and one for each place whose first error is there; all go on to the end.

    `score(problem, place, text, label, error)` is the reward, `error` the place of the first error (`steps` if there is
    none); `text(problem, number, place)` is a right step of a solution; a wrong one says 9 more at its end.
    """
    solutions = []
    for problem in range(problems):
        for number, error in enumerate((*range(steps), steps, steps)):
            written = []
            for place in range(steps):
                label = RIGHT if place < error else 1 - RIGHT
                said = text(problem, number, place) + ("" if label == RIGHT else "9")
                written.append((said, label, score(problem, place, said, label, error)))
            solutions.append((problem, written))
    return table(solutions)


def jitter(text: str) -> float:
    """A number in [0, 1) that hangs on nothing but the text."""
    return float(derive_text_rng(0, "jitter", text).random())
