"""A file of problems with their answers: a JSON object a line, an array of them, or comma-separated values.

Which columns it may have says `columns.py`.
"""

from __future__ import annotations

import random
from pathlib import Path

from pfviz.errors import DatasetError
from pfviz.problems.datasets.columns import is_judged, read_problem
from pfviz.problems.datasets.json_rows import read_rows
from pfviz.problems.problem import Problem


def load_lines(number: int, seed: int, path: Path | None) -> list[Problem]:
    """Return up to `number` problems of the file: the first ones for seed 0, else the first of a shuffled order. Of a
    file of judged solutions, several to a problem, each problem is taken once.

    Raises:
        DatasetError: the file cannot be read, holds no problem, or a row is none; the message names file and line.
    """
    if path is None:
        raise DatasetError("No file of problems is named. Give the path of a file with a JSON object a line.")
    rows = read_rows(path, DatasetError)
    if not rows:
        raise DatasetError(f'{path} holds no problem. Write one a line: {{"problem": "1 + 2", "answer": "3"}}')
    found: list[Problem] = []
    judged: set[str] = set()
    for where, row in rows:
        problem = read_problem(where, row)
        if problem is None or problem.text in judged:
            continue
        found.append(problem)
        if is_judged(row):
            judged.add(problem.text)
    if not found:
        raise DatasetError(
            f"{path} holds no problem whose answer is known: of its {len(rows):,} solutions none is marked as right "
            "and says its answer."
        )
    if seed:
        random.Random(f"problems {seed}").shuffle(found)
    return found[:number]
