"""A file of problems: a JSON object a line, or an array of them, with the problem and its answer.

The columns are `problem` and `answer`, as MATH-500 has them, or `question` and `answer`, as GSM8K has them: there the
answer is what stands after the last `####`. Other columns are passed over, and so are blank lines.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pfviz.errors import DatasetError, ProblemError
from pfviz.problems.datasets.json_rows import Row, read_rows
from pfviz.problems.problem import Problem
from pfviz.validation import first_mismatch, require

TEXT_COLUMNS = ("problem", "question")
ANSWER_MARK = "####"
"""What the answer stands behind in a solution of GSM8K."""


def load_lines(number: int, seed: int, path: Path | None) -> list[Problem]:
    """Return up to `number` problems of the file: the first ones for seed 0, else the first of a shuffled order.

    Raises:
        DatasetError: the file cannot be read, holds no problem, or a row is none; the message names file and line.
    """
    if path is None:
        raise DatasetError("No file of problems is named. Give the path of a file with a JSON object a line.")
    found = [_parse_row(where, row) for where, row in read_rows(path, DatasetError)]
    if not found:
        raise DatasetError(f'{path} holds no problem. Write one a line: {{"problem": "1 + 2", "answer": "3"}}')
    if seed:
        random.Random(f"problems {seed}").shuffle(found)
    return found[:number]


class _Columns(BaseModel):
    """A row of a file; columns that are not named here may hold what they like."""

    model_config = ConfigDict(strict=True)

    problem: str | None = Field(None, description="a text")
    question: str | None = Field(None, description="a text")
    answer: Annotated[str | int | float, require(lambda answer: bool(_final_answer(answer)))] = Field(
        description="a text or a number"
    )


def _parse_row(where: str, found: Row) -> Problem:
    column = next((name for name in TEXT_COLUMNS if found.get(name) is not None), None)
    if column is None:
        raise DatasetError(
            f"{where}: {' or '.join(TEXT_COLUMNS)} is missing; found {', '.join(map(repr, found))[:80] or 'no column'}"
        )
    try:
        row = _Columns.model_validate(found)
    except ValidationError as error:
        raise DatasetError(f"{where}: {first_mismatch(error, _Columns, found)}") from None
    try:
        return Problem.from_text(str(getattr(row, column)), _final_answer(row.answer))
    except ProblemError as error:
        raise DatasetError(f"{where}: {column}: {error}") from error


def _final_answer(given: str | int | float) -> str:
    """The answer of a row; numbers count as what they read."""
    return str(given).rpartition(ANSWER_MARK)[2].strip()
