"""A row of a file of problems → the problem, in whichever columns it is written: they are recognised by their names.

- own: `problem`, `answer`; `steps`, a number, may say how long a solution is;
- GSM8K: `question`, `answer`: a solution, a step a line, with the answer after the last `####`;
- MATH-500: `problem`, `solution`, `answer`; without `answer` (as in MATH) it is what the solution has in \\boxed{};
- ProcessBench: `problem`, `steps`, `final_answer_correct`: a solution, a step an item. It has no true answer, so that a
  problem is taken where the solution is right, with the answer of that.

Other columns are passed over.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pfviz.errors import DatasetError, ProblemError
from pfviz.problems.datasets.json_rows import Row
from pfviz.problems.extraction import boxed_contents, extract_answer
from pfviz.problems.problem import Problem
from pfviz.validation import first_mismatch, require

TEXT_COLUMNS = ("problem", "question")
ANSWER_MARK = "####"
"""What the answer stands behind in a solution of GSM8K."""
LAYOUTS = "problem, answer (also with solution: MATH-500); question, answer with #### (GSM8K); problem, steps, "
LAYOUTS += "final_answer_correct (ProcessBench)"
"""What a message says is expected."""

_Text = Annotated[str, Field(description="a text")]


class _Answered(BaseModel):
    """A row with an answer; columns that are not named here may hold what they like."""

    model_config = ConfigDict(strict=True)

    problem: _Text | None = Field(None, description="a text")
    question: _Text | None = Field(None, description="a text")
    answer: Annotated[str | int | float, require(lambda answer: bool(_final_answer(answer)))] = Field(
        description="a text or a number"
    )


class _Solved(BaseModel):
    """A row of MATH, whose answer stands in its solution."""

    model_config = ConfigDict(strict=True)

    problem: str = Field(description="a text")
    solution: Annotated[str, require(lambda text: bool(boxed_contents(text)))] = Field(
        description="a text with the answer in \\boxed{}"
    )


class _Judged(BaseModel):
    """A row of ProcessBench."""

    model_config = ConfigDict(strict=True)

    problem: str = Field(description="a text")
    steps: list[str] = Field(description="a list of texts", min_length=1)
    final_answer_correct: bool = Field(description="true or false")


def read_problem(where: str, found: Row) -> Problem | None:
    """Return the problem of a row; None where the row does not tell its answer: a wrong solution of ProcessBench.

    Raises:
        DatasetError: a column is missing or wrong; the message begins with `where`.
    """
    column = next((name for name in TEXT_COLUMNS if found.get(name) is not None), None)
    if column is None:
        named = ", ".join(map(repr, found))[:80] or "no column"
        raise DatasetError(f"{where}: {' or '.join(TEXT_COLUMNS)} is missing; found {named}. Expected {LAYOUTS}.")
    kind = _recognise(found)
    try:
        if kind == "judged":
            return _from_judged(_Judged.model_validate(found))
        if kind == "solved":
            solved = _Solved.model_validate(found)
            return Problem.from_text(solved.problem, boxed_contents(solved.solution)[-1])
        answered = _Answered.model_validate(found)
        text, answer = getattr(answered, column), _final_answer(answered.answer)
        return Problem.from_text(str(text), answer, _count_steps(answered.answer, found.get("steps")))
    except ValidationError as error:
        model = {"judged": _Judged, "solved": _Solved, "answered": _Answered}[kind]
        mismatch = first_mismatch(error, model, found)
        ending = (
            f"; found {', '.join(map(repr, found))[:80]}. Expected {LAYOUTS}." if mismatch.problem == "missing" else ""
        )
        raise DatasetError(f"{where}: {mismatch}{ending}") from None
    except ProblemError as error:
        raise DatasetError(f"{where}: {column}: {error}") from error


def is_judged(found: Row) -> bool:
    """Whether a row is a solution with a verdict instead of an answer."""
    return "final_answer_correct" in found and "answer" not in found


def _recognise(found: Row) -> Literal["answered", "solved", "judged"]:
    """Whose columns these are."""
    if is_judged(found):
        return "judged"
    return "solved" if "solution" in found and "answer" not in found else "answered"


def _from_judged(row: _Judged) -> Problem | None:
    answer = extract_answer("\n\n".join(row.steps)) if row.final_answer_correct else None
    return None if answer is None else Problem.from_text(row.problem, answer, len(row.steps))


def _final_answer(given: str | int | float) -> str:
    """The answer of a row; numbers count as what they read."""
    return str(given).rpartition(ANSWER_MARK)[2].strip()


def _count_steps(answer: str | int | float, told: object) -> int | None:
    """The steps of a solution: the lines before the mark, or what a column says."""
    solution, mark, _ = str(answer).rpartition(ANSWER_MARK)
    if mark:
        return sum(bool(line.strip()) for line in solution.splitlines()) or None
    digits = str(told) if isinstance(told, int | str) else ""  # a table has texts only
    return int(digits) or None if digits.isascii() and digits.isdecimal() and len(digits) < 6 else None
