"""A file of problems: a JSON object a line, with the problem and its answer.

The columns are `problem` and `answer`, as MATH-500 has them, or `question` and `answer`, as GSM8K has them: there the
answer is what stands after the last `####`. Other columns are passed over, and so are blank lines.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from pfviz.errors import DatasetError, ProblemError
from pfviz.problems.problem import Problem

TEXT_COLUMNS = ("problem", "question")
ANSWER_COLUMN = "answer"
ANSWER_MARK = "####"
"""What the answer stands behind in a solution of GSM8K."""


def load_lines(number: int, seed: int, path: Path | None) -> list[Problem]:
    """Return up to `number` problems of the file: the first ones for seed 0, else the first of a shuffled order.

    Raises:
        DatasetError: the file cannot be read, holds no problem, or a line is none; the message names file and line.
    """
    if path is None:
        raise DatasetError("No file of problems is named. Give the path of a file with a JSON object a line.")
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
    found = [_parse_line(f"{path}, line {place}", line) for place, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise DatasetError(f'{path} holds no problem. Write one a line: {{"problem": "1 + 2", "answer": "3"}}')
    if seed:
        random.Random(f"problems {seed}").shuffle(found)
    return found[:number]


def _parse_line(where: str, line: str) -> Problem:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: expected a JSON object; found {line[:60]!r}") from error
    if not isinstance(row, dict):
        raise DatasetError(f"{where}: expected a JSON object; found {line[:60]!r}")
    column = next((name for name in TEXT_COLUMNS if name in row), None)
    if column is None:
        raise DatasetError(
            f"{where}: {' or '.join(TEXT_COLUMNS)} is missing; found {', '.join(map(repr, row))[:80] or 'no column'}"
        )
    text = row[column]
    if not isinstance(text, str):
        raise DatasetError(f"{where}: {column}: expected a text; found {json.dumps(text)[:60]}")
    try:
        return Problem.from_text(text, _read_answer(where, row))
    except ProblemError as error:
        raise DatasetError(f"{where}: {column}: {error}") from error


def _read_answer(where: str, row: dict[str, Any]) -> str:
    """The answer of a row; numbers count as what they read."""
    if ANSWER_COLUMN not in row:
        raise DatasetError(f"{where}: {ANSWER_COLUMN} is missing; expected a text or a number")
    given = row[ANSWER_COLUMN]
    if isinstance(given, int | float) and not isinstance(given, bool):
        given = str(given)
    answer = given.rpartition(ANSWER_MARK)[2].strip() if isinstance(given, str) else ""
    if not answer:
        raise DatasetError(f"{where}: {ANSWER_COLUMN}: expected a text or a number; found {json.dumps(given)[:60]}")
    return answer
